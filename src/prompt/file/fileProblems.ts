import { isMap, isScalar, isSeq } from 'yaml';
import type { Problem, Span } from '../problem.ts';
import type { JsonValue, Prompt } from '../prompt.ts';
import type { Fields } from './fields.ts';
import { Reader } from './reader.ts';
import type { SectionedText } from './sections.ts';
import { readUnknown } from './topLevel.ts';
import type { Entry, Tree } from './tree.ts';

export interface FileParts {
  readonly text: string;
  readonly top: readonly Entry[];
  readonly lost: ReadonlySet<string>;
  readonly prompt: Prompt;
  readonly fields: Fields;
  readonly sectioned: SectionedText;
}

/** What is wrong with the fields of a file taken together. */
export function fileProblems(tree: Tree, file: FileParts): readonly Problem[] {
  const { text, top, lost, prompt, fields, sectioned } = file;
  const reader = new Reader(tree, prompt.template);
  const taken = new Set([...top.map(({ key }) => key), ...lost]);
  for (const entry of top) if (!entry.merged) readUnknown(reader, entry, taken);
  if (sectioned.error === undefined && lost.size === 0) reportNoPrompt(reader, text, file);
  const template = fields.at('template');
  if (isMap(fields.at('variables')?.node) && isScalar(template?.node) && template.node.value === 'literal') {
    reader.report(
      'invalid-value',
      template.value,
      'A file with `variables` is read as mustache. Remove `template: literal` or the declarations.',
    );
  }
  if (prompt.responseFormat === 'json_schema' && !lost.has('jsonSchema'))
    reportSchema(reader, prompt, fields);
  return reader.problems;
}

function reportNoPrompt(reader: Reader, text: string, { top, sectioned }: FileParts): void {
  const example = 'Expected `messages:` with a list such as `- role: user` and `content: "{{question}}"`.';
  const [part] = sectioned.parts;
  const root = part?.section.contents;
  const isNothing = root == null || (isScalar(root) && root.value === null);
  if (!isNothing && !isMap(root)) {
    reader.report('invalid-value', firstLine(text), `A prompt file is a mapping of fields. ${example}`);
    return;
  }
  const messages = top.find(({ key }) => key === 'messages');
  if (messages === undefined || reader.isAbsent(messages.value)) {
    const span = messages === undefined ? firstLine(text) : reader.tree.span(messages.keyPlace);
    reader.report('invalid-value', span, `This prompt has no messages. ${example}`);
  } else if (
    isSeq(reader.tree.resolve(messages.value).node) &&
    reader.tree.items(messages.value).length === 0
  ) {
    reader.report(
      'invalid-value',
      reader.tree.span(messages.value),
      `This prompt has no messages. ${example}`,
    );
  }
}

/** GitHub asks the same of a file with `responseFormat: json_schema`. */
function reportSchema(reader: Reader, { jsonSchema }: Prompt, fields: Fields): void {
  const schema = fields.at('jsonSchema');
  const format = fields.at('responseFormat');
  if (jsonSchema === undefined && format !== undefined && (schema === undefined || isNull(schema.node))) {
    reader.report(
      'invalid-value',
      format.value,
      'A response format json_schema needs `jsonSchema:` with JSON text such as {"name": "answer", "schema": {"type": "object"}}.',
    );
  }
  const value = jsonSchema === undefined ? undefined : parseJson(jsonSchema);
  if (schema === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const missing = ['name', 'schema'].filter(key => !Object.hasOwn(value, key));
  if (missing.length === 0 || !isScalar(schema.node)) return;
  reader.report(
    'invalid-value',
    schema.key ?? schema.value,
    `The JSON of \`jsonSchema\` lacks ${missing.map(key => `"${key}"`).join(' and ')}. Expected {"name": "answer", "strict": true, "schema": { … }}.`,
  );
}

function isNull(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Reported where the text is read.
    return undefined;
  }
}

/** The first line with text, for what is wrong with the file as a whole. */
function firstLine(text: string): Span {
  const match = /\S[^\r\n]*/.exec(text);
  return match === null
    ? { start: 0, end: 0 }
    : { start: match.index, end: match.index + match[0].trimEnd().length };
}
