import { isMap, isScalar } from 'yaml';
import type { Rule, RuleReport } from '../lint.ts';
import type { Field, ParsedPrompt } from '../parse.ts';
import { isPlaceholder } from '../prompt.ts';
import { walkTemplate } from '../template.ts';

const ownFields = ['id', 'template', 'variables', 'tools', 'toolChoice', 'datasets', 'gate', 'metadata'];
const parameters: ReadonlySet<string> = new Set(['maxTokens', 'temperature', 'topP']);
const githubRoles: ReadonlySet<string> = new Set(['system', 'user', 'assistant']);
const evaluatorKeys: ReadonlySet<string> = new Set(['name', 'string', 'llm', 'uses']);

/** What GitHub's own runner would not read, or read otherwise. */
export const notPortable: Rule = {
  code: 'not-portable',
  check(file, _context, report) {
    const ignored = (field: Field, what: string) => {
      report({ ...(field.key ?? field.value), message: `GitHub Models ignores ${what}.` });
    };
    for (const name of ownFields) {
      const field = file.field(name);
      if (field) ignored(field, `'${name}'`);
    }
    for (const [name, field] of children(file, 'modelParameters')) {
      if (!parameters.has(name)) ignored(field, `the parameter '${name}'`);
    }
    for (const [index, message] of file.prompt.messages.entries()) {
      const field = file.field(`messages.${index}.${isPlaceholder(message) ? 'placeholder' : 'role'}`);
      if (!field) continue;
      if (isPlaceholder(message)) {
        report({ ...(field.key ?? field.value), message: 'GitHub Models has no placeholders for messages.' });
      } else if (!githubRoles.has(message.role)) {
        report({ ...field.value, message: `GitHub Models has no role '${message.role}'.` });
      }
    }
    for (const [index, { uses }] of file.prompt.evaluators.entries()) {
      for (const [name, field] of children(file, `evaluators.${index}`)) {
        if (!evaluatorKeys.has(name)) ignored(field, `'${name}' of an evaluator`);
      }
      const field = file.field(`evaluators.${index}.uses`);
      if (field && uses !== undefined && !uses.startsWith('github/')) {
        report({ ...field.value, message: `GitHub Models has no evaluator '${uses}'.` });
      }
    }
    for (const problem of tags(file)) report(problem);
  },
};

function* tags(file: ParsedPrompt): Generator<RuleReport> {
  if (file.prompt.template !== 'mustache') return;
  for (const placed of file.templates) {
    for (const { node } of walkTemplate(placed.template.nodes)) {
      if (node.kind === 'text') continue;
      const source = placed.template.source.slice(node.start, node.end);
      if (node.kind === 'variable' && node.path.length === 1 && source === `{{${node.name}}}`) continue;
      const span = node.kind === 'section' ? node.nameSpan : node;
      const what = node.kind === 'variable' ? 'this form of a tag' : nouns[node.kind];
      yield { ...placed.toFile(span), message: `GitHub Models knows only '{{name}}', not ${what}.` };
    }
  }
}

const nouns = {
  section: 'sections',
  comment: 'comments',
  delimiters: 'other delimiters',
  include: 'includes',
} as const;

function* children(file: ParsedPrompt, path: string): Generator<readonly [string, Field]> {
  const { node } = file.field(path) ?? {};
  if (!isMap(node)) return;
  for (const { key } of node.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const field = file.field(`${path}.${name}`);
    if (field) yield [name, field];
  }
}
