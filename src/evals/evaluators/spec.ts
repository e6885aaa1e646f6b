import * as v from 'valibot';
import type { EvaluatorSpec, JsonValue } from '../../prompt/prompt.ts';
import type { Check, Evaluator, Setting } from './evaluator.ts';
import { defaultJudge, judgeThreshold, judgeVersion, prepareJudge } from './judge.ts';
import { embeddingReference } from './similar.ts';
import { prepareString, stringVersion } from './string.ts';
import { evaluators } from './table.ts';

/** An evaluator as written, understood: defaults filled in, ready to be prepared. */
export interface ReadEvaluator {
  readonly name: string;
  /** `string`, `llm`, or as written: `promptgate/not-contains`. */
  readonly uses: string;
  readonly negated: boolean;
  readonly version: number;
  readonly threshold: number;
  /** What it was told, defaults filled in: plain data for digests. */
  readonly options: JsonValue;
  /** Reference of the model that it asks, if it asks one. @param promptRef resolved `provider/model` of the file */
  readonly model?: (promptRef: string | undefined) => string;
  readonly prepare: (setting: Setting) => Check | Promise<Check>;
}

/** An evaluator that cannot run: every row it applies to is errored with these words. */
export interface BadEvaluator {
  readonly name: string;
  readonly uses: string;
  readonly problem: string;
}

export function isBad(evaluator: ReadEvaluator | BadEvaluator): evaluator is BadEvaluator {
  return 'problem' in evaluator;
}

/** Specs of rows come from datasets, where nobody has checked them. */
const shape = v.object({
  name: v.string('an evaluator needs a name'),
  string: v.optional(
    v.record(v.string(), v.string('a string operator takes text'), 'string: takes one operator'),
  ),
  llm: v.optional(
    v.object(
      {
        modelId: v.optional(v.string('modelId must be a model')),
        prompt: v.string('a judge needs a prompt'),
        systemPrompt: v.optional(v.string('systemPrompt must be text')),
        choices: v.array(
          v.object({
            choice: v.string('a choice must be text'),
            score: v.number('a score must be a number'),
          }),
          'a judge needs choices',
        ),
      },
      'a judge needs prompt and choices',
    ),
  ),
  uses: v.optional(v.string('uses must be the name of an evaluator')),
  threshold: v.optional(v.number('threshold must be a number')),
});

export function readEvaluator(spec: EvaluatorSpec): ReadEvaluator | BadEvaluator {
  const { name } = spec;
  const shaped = v.safeParse(shape, spec);
  if (!shaped.success)
    return { name, uses: typeof spec.uses === 'string' ? spec.uses : '', problem: sentence(shaped.issues) };
  if (spec.string !== undefined) {
    const check = spec.string;
    return {
      name,
      uses: 'string',
      negated: false,
      version: stringVersion,
      threshold: spec.threshold ?? 1,
      options: { ...check },
      prepare: setting => prepareString(check, setting.prompt),
    };
  }
  if (spec.llm !== undefined) {
    const check = spec.llm;
    return {
      name,
      uses: 'llm',
      negated: false,
      version: judgeVersion,
      threshold: spec.threshold ?? judgeThreshold(check.choices),
      options: {
        prompt: check.prompt,
        ...(check.systemPrompt === undefined ? {} : { systemPrompt: check.systemPrompt }),
        choices: check.choices.map(({ choice, score }) => ({ choice, score })),
      },
      model: () => check.modelId ?? defaultJudge,
      prepare: setting => prepareJudge(check, setting.prompt),
    };
  }
  if (spec.uses === undefined)
    return { name, uses: '', problem: 'the evaluator has none of string, llm, uses' };
  return readUses(spec, spec.uses);
}

function readUses(spec: EvaluatorSpec, uses: string): ReadEvaluator | BadEvaluator {
  const { name } = spec;
  const { base, negated } = baseName(uses);
  const evaluator = evaluators.get(base);
  if (evaluator === undefined || (negated && !evaluator.negatable)) {
    return { name, uses, problem: `there is no evaluator ${uses}` };
  }
  const parsed = v.safeParse(evaluator.options, spec.with ?? {});
  if (!parsed.success) return { name, uses, problem: sentence(parsed.issues) };
  return {
    name,
    uses,
    negated,
    version: evaluator.version,
    threshold: spec.threshold ?? evaluator.threshold,
    options: parsed.output as JsonValue,
    model: modelOf(base, evaluator, parsed.output),
    prepare: setting => evaluator.prepare(parsed.output, setting),
  };
}

function modelOf(base: string, evaluator: Evaluator, options: unknown): ReadEvaluator['model'] {
  const own = (options as { readonly model?: string }).model;
  if (evaluator.judge !== undefined) return () => own ?? evaluator.judge ?? defaultJudge;
  if (base === 'promptgate/similar') return promptRef => embeddingReference(own, promptRef);
  return undefined;
}

/** `promptgate/not-contains` → `promptgate/contains`, negated. */
export function baseName(uses: string): { readonly base: string; readonly negated: boolean } {
  const negated = uses.startsWith('promptgate/not-');
  return { base: negated ? uses.replace('/not-', '/') : uses, negated };
}

function sentence(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues[0]?.message ?? 'with: is not what this evaluator takes';
}
