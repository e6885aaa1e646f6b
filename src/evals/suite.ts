import { canonicalJson, normalizeText, sha256, type Digest } from '../prompt/digest.ts';
import type { EvaluatorSpec, JsonValue, Prompt, RowData } from '../prompt/prompt.ts';
import { isJsonObject } from '../prompt/valueType.ts';
import { isBad, readEvaluator } from './evaluators/spec.ts';
import { rowKeys, toSpec, withoutNotes, type DatasetFile } from './rows.ts';

/**
 * Rows, evaluators with their defaults, judge models (as resolved by `resolveRef`), sha256 of every dataset.
 * Tags and metadata of rows change no verdict and are left out; of datasets only their text counts.
 */
export function suiteDigest(
  prompt: Prompt,
  datasets: readonly DatasetFile[],
  resolveRef: (model: string | undefined) => string | undefined,
): Digest {
  const keys = rowKeys(prompt);
  const model = (reference: string): string => resolveRef(reference) ?? reference;
  const promptRef = resolveRef(prompt.model) ?? prompt.model;
  const suite = {
    rows: prompt.testData.map(row => suiteRow(withoutNotes(row, keys), promptRef, model)),
    evaluators: prompt.evaluators.map(spec => suiteEvaluator(spec, promptRef, model)),
    datasets: datasets.map(({ text }) => sha256(normalizeText(text))),
  };
  return sha256(canonicalJson(suite));
}

function suiteEvaluator(
  spec: EvaluatorSpec,
  promptRef: string | undefined,
  model: (reference: string) => string,
): JsonValue {
  const evaluator = readEvaluator(spec);
  if (isBad(evaluator)) return { unreadable: JSON.parse(JSON.stringify(spec)) as JsonValue };
  const { name, uses, options, threshold } = evaluator;
  const asked = evaluator.model?.(promptRef);
  return { name, uses, options, threshold, ...(asked === undefined ? {} : { model: model(asked) }) };
}

/** A row's own evaluators get their defaults like those of the file. */
function suiteRow(
  row: RowData,
  promptRef: string | undefined,
  model: (reference: string) => string,
): JsonValue {
  const listed = row['evaluators'];
  if (!Array.isArray(listed)) return row;
  const evaluators = (listed as readonly JsonValue[]).map(item =>
    isJsonObject(item) ? suiteEvaluator(toSpec(item), promptRef, model) : item,
  );
  return { ...row, evaluators };
}
