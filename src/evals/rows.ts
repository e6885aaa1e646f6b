import { PromptgateError } from '../errors.ts';
import { canonicalJson, sha256 } from '../prompt/digest.ts';
import {
  isPlaceholder,
  reservedRowKeys,
  type EvaluatorSpec,
  type JsonValue,
  type Prompt,
  type RowData,
} from '../prompt/prompt.ts';
import { parseTemplate, walkTemplate } from '../prompt/template.ts';
import { isJsonObject } from '../prompt/valueType.ts';
import { readDataset } from './dataset.ts';
import type { RowOrigin } from './report.ts';

/** A row ready to run. */
export interface EvalRow {
  /** As given, else the first 12 digits of its digest; `#2` after a repeat. Unique in the suite. */
  readonly id: string;
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly expected?: JsonValue;
  readonly tags: readonly string[];
  /** Names of the file's evaluators that apply (undefined: all), and evaluators of the row's own. */
  readonly only?: readonly string[];
  readonly extra: readonly EvaluatorSpec[];
  readonly origin: RowOrigin;
}

/** A dataset's text as it was read, LF and without BOM. */
export interface DatasetFile {
  /** As written under `datasets:`. */
  readonly path: string;
  readonly text: string;
}

export interface Unreadable {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

type ReservedRowKey = (typeof reservedRowKeys)[number];

/** Inline rows, then those of the datasets in order. A broken line is named and the rest still runs. */
export async function collectRows(
  prompt: Prompt,
  datasets: readonly DatasetFile[],
): Promise<{ readonly rows: readonly EvalRow[]; readonly unreadable: readonly Unreadable[] }> {
  const keys = rowKeys(prompt);
  const taken: TakenIds = new Map();
  const rows: EvalRow[] = [];
  const unreadable: Unreadable[] = [];
  for (const [index, data] of prompt.testData.entries()) rows.push(toRow(data, { index }, keys, taken));
  for (const file of datasets) {
    const dataset = await readDataset(file, prompt.variables);
    for (const line of dataset.unreadable) unreadable.push(line);
    for (const [index, { data, line }] of dataset.rows.entries()) {
      rows.push(toRow(data, { file: file.path, index, line }, keys, taken));
    }
  }
  return { rows, unreadable };
}

function toRow(data: RowData, origin: RowOrigin, keys: RowKeys, taken: TakenIds): EvalRow {
  const reserved = (key: ReservedRowKey): JsonValue | undefined =>
    keys.ordinary.has(key) || !Object.hasOwn(data, key) ? undefined : (data[key] ?? undefined);
  return {
    id: uniqueId(givenId(reserved('id')) ?? digestId(data, keys), taken),
    values: valuesOf(data, keys),
    expected: reserved('expected'),
    tags: toTags(reserved('tags')),
    ...evaluatorsOf(reserved('evaluators')),
    origin,
  };
}

/** Text chooses evaluators of the file; a map is one of the row's own. */
function evaluatorsOf(listed: JsonValue | undefined): Pick<EvalRow, 'only' | 'extra'> {
  if (!Array.isArray(listed)) return allEvaluators;
  const items = listed as readonly JsonValue[];
  const names = items.filter(item => typeof item === 'string');
  const extra = items.filter(isJsonObject).map(toSpec);
  // Only maps: they come on top of all those of the file.
  return { only: names.length === 0 && extra.length > 0 ? undefined : names, extra };
}

// Shared by all rows that say nothing: suites may have tens of thousands.
const allEvaluators: Pick<EvalRow, 'only' | 'extra'> = { only: undefined, extra: [] };
const noTags: readonly string[] = [];

/** What the file makes of the reserved keys of its rows. */
export interface RowKeys {
  /** Named by a message or declared: ordinary variables, without their reserved meaning. */
  readonly ordinary: ReadonlySet<string>;
  /** Named by a check or judge: values for it as well. */
  readonly shared: ReadonlySet<string>;
}

export function rowKeys(prompt: Prompt): RowKeys {
  const ordinary = new Set<string>(Object.keys(prompt.variables));
  for (const message of prompt.messages) {
    if (isPlaceholder(message)) ordinary.add(message.placeholder);
    else addNames(message.content, prompt, ordinary);
  }
  const shared = new Set<string>();
  for (const text of checkTemplates(prompt.evaluators)) addNames(text, prompt, shared);
  // Checks get `expected` in any case.
  shared.delete('expected');
  return { ordinary, shared };
}

/** The row without the keys that have a meaning of their own. */
function valuesOf(data: RowData, { ordinary, shared }: RowKeys): Readonly<Record<string, JsonValue>> {
  const values: Record<string, JsonValue> = {};
  for (const key of Object.keys(data)) {
    const hidden =
      reservedRowKeys.some(reserved => reserved === key) && !ordinary.has(key) && !shared.has(key);
    const value = data[key];
    if (!hidden && value !== undefined) define(values, key, value);
  }
  return values;
}

/** Like an assignment, but `__proto__` is a key like any other. */
function define(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function checkTemplates(specs: readonly EvaluatorSpec[]): readonly string[] {
  return specs
    .flatMap(({ string, llm, with: options }) => [
      ...Object.values(string ?? {}),
      llm?.prompt,
      llm?.systemPrompt,
      options?.['value'],
    ])
    .filter(text => typeof text === 'string' && text.includes('{{')) as readonly string[];
}

function addNames(template: string, { template: mode }: Prompt, names: Set<string>): void {
  for (const { node } of walkTemplate(parseTemplate(template, mode).nodes)) {
    const head = node.kind === 'variable' || node.kind === 'section' ? node.path[0] : undefined;
    if (head !== undefined) names.add(head);
  }
}

function givenId(id: JsonValue | undefined): string | undefined {
  if (typeof id === 'string' && id.trim() !== '') return id.trim();
  return typeof id === 'number' || typeof id === 'boolean' ? String(id) : undefined;
}

/** Tags and metadata are no part of a row's name: adding a tag does not make it another row. */
function digestId(data: RowData, keys: RowKeys): string {
  const row = withoutNotes(data, keys);
  let text: string;
  try {
    text = canonicalJson(row);
  } catch (error) {
    if (!(error instanceof PromptgateError)) throw error;
    // Half a character (a lone surrogate) has no canonical form; the row still needs a name.
    text = JSON.stringify(row);
  }
  return sha256(text).slice(0, 12);
}

/** A row without `tags` and `metadata`, which change no verdict. */
export function withoutNotes(data: RowData, { ordinary, shared }: RowKeys): RowData {
  return Object.fromEntries(
    Object.entries(data).filter(
      ([key]) => (key !== 'tags' && key !== 'metadata') || ordinary.has(key) || shared.has(key),
    ),
  );
}

/** Ids that rows have, each with the last number that was tried behind it: a suite may be one row many times. */
type TakenIds = Map<string, number>;

function uniqueId(id: string, taken: TakenIds): string {
  let unique = id;
  let repeat = taken.get(id) ?? 1;
  while (taken.has(unique)) unique = `${id}#${++repeat}`;
  taken.set(id, repeat);
  if (unique !== id) taken.set(unique, 1);
  return unique;
}

function toTags(tags: JsonValue | undefined): readonly string[] {
  if (typeof tags === 'string') return [tags];
  return Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : noTags;
}

/** A row's own evaluator, as written: `readEvaluator` says what is wrong with it. */
export function toSpec(data: { readonly [key: string]: JsonValue }): EvaluatorSpec {
  const name = data['name'] ?? data['uses'];
  return { ...(data as unknown as EvaluatorSpec), name: typeof name === 'string' ? name : "the row's own" };
}
