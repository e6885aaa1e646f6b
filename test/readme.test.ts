import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../src/project/config.ts';
import { evaluatorLintInfo } from '../src/evals/evaluators/index.ts';
import { lint } from '../src/prompt/lint.ts';
import { parsePrompt } from '../src/prompt/parse.ts';
import { parsePolicy } from '../src/registry/policy.ts';
import { verbs } from '../src/cli/verbs.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  contributes: {
    commands: readonly { command: string; title: string }[];
    menus: { commandPalette: readonly { command: string; when: string }[] };
    configuration: { properties: Record<string, { default: unknown }> };
  };
};

/** The fenced blocks of a language. */
function blocks(language: string): readonly string[] {
  return Array.from(readme.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm))
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? '');
}

describe('the README', () => {
  it('shows pictures and files that are there', () => {
    const links = Array.from(readme.matchAll(/\]\(((?!https?:)[^)#]+)[^)]*\)/g), found => found[1] ?? '');
    assert.ok(links.length >= 4);
    for (const link of links) assert.ok(existsSync(join(root, link)), link);
  });

  it('names every command of the palette and every setting with its default', () => {
    const hidden = new Set(
      manifest.contributes.menus.commandPalette
        .filter(({ when }) => when === 'false')
        .map(({ command }) => command),
    );
    for (const { command, title } of manifest.contributes.commands) {
      if (!hidden.has(command)) assert.ok(readme.includes(title), `${title} is missing`);
    }
    for (const [name, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) {
      const shown = typeof value === 'string' ? value : JSON.stringify(value);
      assert.match(readme, new RegExp(`\`${escape(name)}\` +\\| \`${escape(shown)}\``));
    }
  });

  it('names every verb of the terminal and every script it speaks of', () => {
    const line = /`promptgate (init \|.*)`, each/.exec(readme)?.[1] ?? '';
    assert.deepEqual(line.split(' | ').sort(), verbs.map(({ words }) => words).sort());
    for (const [, script = ''] of readme.matchAll(/`npm run ([\w:]+)`/g))
      assert.ok(script in manifest.scripts, script);
  });

  it('shows a prompt, a promptgate.yml and a policy that have no problem', () => {
    const [prompt, policy, config, ...others] = blocks('yaml');
    assert.deepEqual(others, []);
    const parsed = parsePrompt(prompt ?? '');
    assert.deepEqual(lint(parsed, { severities: {}, evaluators: evaluatorLintInfo(), datasetRows: 1 }), []);
    assert.ok(parsed.complete);
    assert.equal(parsePolicy(policy ?? '').labels['production']?.protected, true);
    assert.deepEqual(parseConfig(config ?? '').problems, []);
  });
});

function escape(text: string): string {
  return text.replaceAll(/[{}$.]/g, found => `\\${found}`);
}
