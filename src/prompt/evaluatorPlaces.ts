import type { EvaluatorLintInfo, LintContext } from './lint.ts';
import type { ParsedPrompt } from './parse.ts';
import type { EvaluatorSpec, JsonValue, JudgeCheck, StringCheck } from './prompt.ts';
import { messageNames } from './tagNames.ts';
import { isJsonObject } from './valueType.ts';

/** An evaluator where it is written, or the name of one in a row. */
export interface EvaluatorPlace {
  /** `evaluators.0` or `testData.3.evaluators.0`. */
  readonly path: string;
  /** As far as it is well-formed; a row's own may be anything. */
  readonly spec: Partial<EvaluatorSpec>;
}

/** The file's evaluators and those that rows bring along. */
export function* evaluatorPlaces(file: ParsedPrompt): Generator<EvaluatorPlace> {
  for (const [index, spec] of file.prompt.evaluators.entries()) yield { path: `evaluators.${index}`, spec };
  for (const { path, item } of rowEvaluators(file)) {
    if (isJsonObject(item)) yield { path, spec: wellFormed(item) };
  }
}

/**
 * The entries of `evaluators:` in rows: names of the file's, or evaluators of the row's own. What is no list comes as
 * one entry without an item.
 */
export function* rowEvaluators(file: ParsedPrompt): Generator<{ path: string; item?: JsonValue }> {
  let isVariable: boolean | undefined;
  for (const row of file.rows) {
    const { evaluators } = row.data;
    if (evaluators === undefined || evaluators === null) continue;
    // Named by the template it is a variable like any other.
    isVariable ??= messageNames(file).has('evaluators');
    if (isVariable) return;
    if (!Array.isArray(evaluators)) {
      yield { path: `testData.${row.index}.evaluators` };
      continue;
    }
    for (const [index, item] of (evaluators as readonly JsonValue[]).entries()) {
      yield { path: `testData.${row.index}.evaluators.${index}`, item };
    }
  }
}

/** What lint was told of an evaluator, `not-` or not. */
export function infoOf({ evaluators }: LintContext, uses: string): EvaluatorLintInfo | undefined {
  return evaluators.get(uses) ?? evaluators.get(uses.replace('/not-', '/'));
}

function wellFormed(item: Readonly<Record<string, JsonValue>>): Partial<EvaluatorSpec> {
  const { name, string, llm, uses, threshold } = item;
  const options = item['with'];
  return {
    ...(typeof name === 'string' && { name }),
    ...(isStringCheck(string) && { string }),
    ...(isJudge(llm) && { llm }),
    ...(typeof uses === 'string' && { uses }),
    ...(typeof threshold === 'number' && { threshold }),
    ...(isJsonObject(options) && { with: options }),
  };
}

function isStringCheck(value: unknown): value is StringCheck {
  return isJsonObject(value) && Object.values(value).every(text => typeof text === 'string');
}

function isJudge(value: unknown): value is JudgeCheck {
  if (!isJsonObject(value) || typeof value.prompt !== 'string' || !Array.isArray(value.choices)) return false;
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string';
  return (
    isText(value.modelId) &&
    isText(value.systemPrompt) &&
    value.choices.every(
      item => isJsonObject(item) && typeof item.choice === 'string' && typeof item.score === 'number',
    )
  );
}
