import { align, matchByKey, type Pairing } from './align.ts';
import {
  isPlaceholder,
  type EvaluatorSpec,
  type JsonValue,
  type Message,
  type Prompt,
  type RowData,
} from './prompt.ts';
import { isSameJson, jsonKey } from './sameJson.ts';
import { own } from './scope.ts';

/** One thing that differs: a message, field, variable, row or evaluator. */
export interface PromptChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly what: 'message' | 'field' | 'variable' | 'row' | 'dataset' | 'evaluator';
  /** Path in the newer prompt (in the older one for `removed`): `messages.1`, `variables.tone`. */
  readonly path: string;
  /** For people: `message 2 (user) changed`. */
  readonly text: string;
}

/** "n changes not live" counts these. Rows are matched by id, then by content; messages in order. */
export function diffPrompts(from: Prompt, to: Prompt): readonly PromptChange[] {
  return [
    ...fieldChanges(from, to),
    ...variableChanges(from, to),
    ...messageChanges(from.messages, to.messages),
    ...rowChanges(from.testData, to.testData),
    ...datasetChanges(from.datasets, to.datasets),
    ...evaluatorChanges(from.evaluators, to.evaluators),
  ];
}

/** The id is missing on purpose: another id is another prompt. */
const fields = [
  'name',
  'description',
  'model',
  'responseFormat',
  'toolChoice',
  'template',
  'metadata',
] as const;

function* fieldChanges(from: Prompt, to: Prompt): Generator<PromptChange> {
  for (const name of fields) yield* valueChange('field', name, name, [from[name], to[name]]);
  yield* entryChanges('field', 'modelParameters', { ...from.modelParameters }, { ...to.modelParameters });
  yield* valueChange('field', 'jsonSchema', 'jsonSchema', [schemaOf(from), schemaOf(to)]);
  yield* valueChange('field', 'tools', 'tools', [from.tools, to.tools]);
  yield* entryChanges('field', 'gate', { ...from.gate }, { ...to.gate });
}

/** As a value, so that indenting is no change. */
function schemaOf({ jsonSchema }: Prompt): JsonValue | undefined {
  try {
    return jsonSchema === undefined ? undefined : (JSON.parse(jsonSchema) as JsonValue);
  } catch {
    // Text that is no JSON is compared as it stands.
    return jsonSchema;
  }
}

function* variableChanges(from: Prompt, to: Prompt): Generator<PromptChange> {
  const plain = ({ variables }: Prompt): Record<string, JsonValue> =>
    Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, { ...variable }]));
  yield* entryChanges('variable', 'variables', plain(from), plain(to));
}

function* entryChanges(
  what: 'field' | 'variable',
  path: string,
  from: Readonly<Record<string, JsonValue | undefined>>,
  to: Readonly<Record<string, JsonValue | undefined>>,
): Generator<PromptChange> {
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const title = what === 'variable' ? `variable "${name}"` : name;
    yield* valueChange(what, `${path}.${name}`, title, [own(from, name), own(to, name)]);
  }
}

function* valueChange(
  what: PromptChange['what'],
  path: string,
  title: string,
  [from, to]: readonly [JsonValue | undefined, JsonValue | undefined],
): Generator<PromptChange> {
  if (isSameJson(from, to)) return;
  const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
  yield { kind, what, path, text: `${title} ${kind}` };
}

function* pairChanges<T>(
  what: PromptChange['what'],
  path: string,
  pairs: readonly Pairing<T>[],
  title: (item: T, index: number) => string,
): Generator<PromptChange> {
  for (const { from, to } of pairs) {
    if (to === undefined) {
      if (from === undefined) continue;
      const text = `${title(from.item, from.index)} removed`;
      yield { kind: 'removed', what, path: `${path}.${from.index}`, text };
    } else {
      const kind = from === undefined ? 'added' : 'changed';
      if (from !== undefined && isSameJson(from.item, to.item)) continue;
      yield { kind, what, path: `${path}.${to.index}`, text: `${title(to.item, to.index)} ${kind}` };
    }
  }
}

function messageChanges(from: readonly Message[], to: readonly Message[]): Iterable<PromptChange> {
  return pairChanges('message', 'messages', align(from, to, messageDistance), (message, index) =>
    isPlaceholder(message)
      ? `message ${index + 1} (placeholder ${message.placeholder})`
      : `message ${index + 1} (${message.role})`,
  );
}

/** 0: the same; up to 1.5: one that was edited; more: two messages that have nothing to do with each other. */
function messageDistance(from: Message, to: Message): number {
  if (isPlaceholder(from) || isPlaceholder(to)) {
    return isPlaceholder(from) && isPlaceholder(to) ? (from.placeholder === to.placeholder ? 0 : 1.2) : 2.5;
  }
  const sameText = from.content === to.content;
  if (from.role === to.role) return sameText ? 0 : 1.5 - 0.5 * wordsShared(from.content, to.content);
  return sameText ? 1 : 2.5;
}

function wordsShared(from: string, to: string): number {
  const words = new Set(from.split(/\s+/));
  const others = new Set(to.split(/\s+/));
  const shared = [...words].filter(word => others.has(word)).length;
  return (2 * shared) / (words.size + others.size);
}

function rowChanges(from: readonly RowData[], to: readonly RowData[]): Iterable<PromptChange> {
  const id = (row: RowData): string | undefined =>
    own(row, 'id') === undefined || row.id === null ? undefined : JSON.stringify(row.id);
  const pairs = matchByKey(from, to, {
    key: id,
    content: row => jsonKey(row),
    related: (a, b) =>
      (id(a) === undefined || id(b) === undefined) &&
      Object.keys(a).some(key => isSameJson(own(a, key), own(b, key))),
  });
  return pairChanges('row', 'testData', pairs, (row, index) =>
    typeof row.id === 'string' ? `row ${row.id}` : `row ${index + 1}`,
  );
}

function* datasetChanges(from: readonly string[], to: readonly string[]): Generator<PromptChange> {
  for (const [index, path] of from.entries()) {
    if (to.includes(path)) continue;
    yield { kind: 'removed', what: 'dataset', path: `datasets.${index}`, text: `dataset ${path} removed` };
  }
  for (const [index, path] of to.entries()) {
    if (from.includes(path)) continue;
    yield { kind: 'added', what: 'dataset', path: `datasets.${index}`, text: `dataset ${path} added` };
  }
}

function evaluatorChanges(
  from: readonly EvaluatorSpec[],
  to: readonly EvaluatorSpec[],
): Iterable<PromptChange> {
  const check = (evaluator: EvaluatorSpec): string => jsonKey({ ...evaluator, name: undefined });
  const pairs = matchByKey(from, to, {
    key: ({ name }) => name,
    content: check,
    related: (a, b) => check(a) === check(b),
  });
  return pairChanges('evaluator', 'evaluators', pairs, ({ name }) => `evaluator "${name}"`);
}
