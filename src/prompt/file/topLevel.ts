import { isPromptId } from '../id.ts';
import { nearName } from '../nearName.ts';
import type { Problem } from '../problem.ts';
import type { Message, ModelParameters, Prompt, TemplateMode, Variables } from '../prompt.ts';
import { readEvaluators } from './evaluators.ts';
import { readMessages } from './messages.ts';
import { readParameters } from './parameters.ts';
import { replaceWith, type PlacedTemplate, type Reader } from './reader.ts';
import { readRows, type ParsedRow } from './rows.ts';
import { readJsonSchema, readTools } from './schema.ts';
import type { Entry, Place } from './tree.ts';
import { readVariables } from './variables.ts';

/** What one top-level field says. */
export interface TopLevel {
  readonly value: Partial<Prompt>;
  readonly rows: readonly ParsedRow[];
  readonly templates: readonly PlacedTemplate[];
  readonly problems: readonly Problem[];
}

type Read = (reader: Reader, entry: Entry) => Partial<Prompt> & { readonly rows?: readonly ParsedRow[] };

const text =
  (key: 'name' | 'description' | 'model'): Read =>
  (reader, { value }) => ({ [key]: reader.text(value, 'a text')?.text });

const readers: { readonly [K in keyof Required<Prompt>]: Read } = {
  id: (reader, { value }) => ({ id: readId(reader, value) }),
  name: text('name'),
  description: text('description'),
  model: text('model'),
  modelParameters: (reader, { value }) => ({ modelParameters: readParameters(reader, value) }),
  responseFormat: (reader, { value }) => ({
    responseFormat: reader.choice(value, ['text', 'json_object', 'json_schema'], 'response format'),
  }),
  jsonSchema: (reader, { value }) => ({ jsonSchema: readJsonSchema(reader, value) }),
  tools: (reader, { value }) => ({ tools: reader.isAbsent(value) ? undefined : readTools(reader, value) }),
  toolChoice: (reader, { value }) => ({
    toolChoice: reader.isAbsent(value) ? undefined : reader.json(value),
  }),
  // What it says is known before anything else is read; here it is only checked.
  template: (reader, { value }) => {
    reader.choice(value, ['literal', 'mustache'], 'template language');
    return {};
  },
  variables: (reader, { value, keyPlace }) => ({ variables: readVariables(reader, value, keyPlace) }),
  messages: (reader, { value }) => ({ messages: readMessages(reader, value) }),
  testData: (reader, { value }) => {
    const rows = readRows(reader, value);
    return { rows, testData: rows.map(({ data }) => data) };
  },
  datasets: (reader, { value }) => ({ datasets: readDatasets(reader, value) }),
  evaluators: (reader, { value }) => ({ evaluators: readEvaluators(reader, value) }),
  gate: (reader, { value }) => ({ gate: readGate(reader, value) }),
  metadata: (reader, { value }) => ({
    metadata: reader.object(value, 'a mapping such as `owner: support-team`'),
  }),
};

/** The top-level fields of a prompt file. */
export const promptFields = Object.keys(readers);

export function readTopLevel(reader: Reader, entry: Entry): TopLevel {
  const read = Object.hasOwn(readers, entry.key) ? readers[entry.key as keyof Prompt] : undefined;
  const { rows = [], ...value } = read?.(reader, entry) ?? {};
  return { value, rows, templates: reader.templates, problems: reader.problems };
}

/**
 * Hints at a top-level key that nothing reads. `x-…` is where YAML files keep their anchors.
 * @param taken keys that are there, or offered already; what is offered for this one joins them
 */
export function readUnknown(reader: Reader, { key, keyPlace }: Entry, taken: Set<string>): void {
  if (promptFields.includes(key) || key.startsWith('x-')) return;
  const span = reader.tree.span(keyPlace);
  if (key === 'version') {
    reader.report(
      'unknown-field',
      span,
      'Promptgate does not read `version` here: a version is given when the prompt is published.',
    );
    return;
  }
  const near = nearName(
    key,
    promptFields.filter(name => !taken.has(name)),
  );
  if (near !== undefined) taken.add(near);
  const question =
    near === undefined ? ' Notes of your own go under `metadata`.' : ` Did you mean \`${near}\`?`;
  reader.report('unknown-field', span, `Promptgate does not read \`${key}\` in a prompt file.${question}`, {
    ...(near !== undefined && { fixes: [{ ...replaceWith(near, span), title: `Rename to \`${near}\`` }] }),
  });
}

function readId(reader: Reader, place: Place): string | undefined {
  const read = reader.text(place, 'an id such as support/refund');
  if (read === undefined || isPromptId(read.text)) return read?.text;
  reader.report(
    'invalid-value',
    reader.tree.span(read.place),
    `${JSON.stringify(read.text)} is no prompt id. Expected service/name in lower case, such as support/refund.`,
  );
  return undefined;
}

function readDatasets(reader: Reader, place: Place): readonly string[] {
  const what = 'a list of files beside the prompt such as [golden.jsonl]';
  return reader.list(place, what).flatMap(item => {
    if (reader.isAbsent(item)) return [];
    return reader.text(item, 'the path of a dataset such as golden.jsonl')?.text ?? [];
  });
}

function readGate(reader: Reader, place: Place): Prompt['gate'] {
  if (reader.isAbsent(place)) return undefined;
  const fields = reader.fields(place, 'a mapping such as `passRate: 1`');
  reader.unknownFields(fields.values(), ['passRate'], '`gate`');
  const passRate = reader.number(fields.get('passRate')?.value, 'passRate, the share of rows from 0 to 1', {
    min: 0,
    max: 1,
  });
  return { ...(passRate !== undefined && { passRate }) };
}

/** What a file says that says nothing. */
export const emptyPrompt = {
  modelParameters: {} as ModelParameters,
  responseFormat: 'text',
  template: 'literal' as TemplateMode,
  variables: {} as Variables,
  messages: [] as readonly Message[],
  testData: [],
  datasets: [],
  evaluators: [],
} as const satisfies Prompt;
