import type { Rule } from '../lint.ts';

/** Stops where another could start: from there on it is looked for again anyway. */
const jwtPart = '(?:eyJ(?:[A-Za-z0-9_]|-(?!eyJ)){10,})';

/** Credentials by their shapes, as their issuers document them. Group 1, if any, is the random part. */
const shapes: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['an OpenAI-style API key', /(?<![\w-])sk-(?:proj-|svcacct-|admin-|ant-|or-v1-|lf-)?([A-Za-z0-9_-]{32,})/g],
  ['a GitHub token', /(?<!\w)gh[pousr]_([A-Za-z0-9]{36,})/g],
  ['a GitHub token', /(?<!\w)github_pat_([A-Za-z0-9_]{40,})/g],
  ['an AWS access key', /(?<!\w)(?:AKIA|ASIA)([A-Z2-7]{16})(?!\w)/g],
  ['a Slack token', /(?<![\w-])xox[abeoprs]-((?=[A-Za-z-]*\d)[A-Za-z0-9-]{20,})/g],
  ['a Google API key', /(?<!\w)AIza([A-Za-z0-9_-]{35})(?![\w-])/g],
  ['a Stripe key', /(?<!\w)[rs]k_live_([A-Za-z0-9]{20,})/g],
  ['a Hugging Face token', /(?<!\w)hf_([A-Za-z0-9]{34})(?!\w)/g],
  ['a GitLab token', /(?<!\w)glpat-([A-Za-z0-9_-]{20,})/g],
  ['an npm token', /(?<!\w)npm_([A-Za-z0-9]{36})(?!\w)/g],
  ['a JSON Web Token', new RegExp(String.raw`(?<!\w)${jwtPart}\.${jwtPart}\.([A-Za-z0-9_-]{20,})`, 'g')],
  ['a private key', /-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----(?=(?:\s|\\n)*([A-Za-z0-9+/]{40,}))/g],
];

/** A credential in the text: it would go to the model, into versions, and into git. */
export const secretInPrompt: Rule = {
  code: 'secret-in-prompt',
  check(file, _context, report) {
    for (const [name, pattern] of shapes) {
      for (const match of file.text.matchAll(pattern)) {
        if (!looksRandom(match[1] ?? match[0])) continue;
        report({
          start: match.index,
          end: match.index + match[0].length,
          message: `This looks like ${name}. Take it out, and revoke it if the file was ever shared.`,
        });
      }
    }
  },
};

/** Placeholders repeat themselves or say what they are: `sk-xxxxxxxx`, `AKIAIOSFODNN7EXAMPLE`, `sk-your-api-key-here`. */
function looksRandom(text: string): boolean {
  if (/example|your|xxxx|placeholder|redacted|dummy|0123456789|abcdefgh/i.test(text)) return false;
  // Words with dashes between them are a name; keys have long runs, or the form of a UUID.
  const hasRun = /[A-Za-z0-9]{16}/.test(text) || /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.test(text);
  const isSplit = text.includes('-') && !hasRun && text.length >= 32;
  return !isSplit && new Set(text).size >= 9 && /\d/.test(text) && /[A-Za-z]/.test(text);
}
