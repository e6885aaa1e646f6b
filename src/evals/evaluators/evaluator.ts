import type { GenericSchema, InferOutput } from 'valibot';
import type { JsonValue } from '../../prompt/prompt.ts';
import type { TemplateSetting } from '../../prompt/render.ts';
import type { Calls, Spent } from '../calls.ts';

/** What an evaluator looks at. */
export interface Subject {
  readonly output: string;
  readonly expected?: JsonValue;
  /** What templates of the evaluator may name: the row's values and `expected`. */
  readonly values: Readonly<Record<string, JsonValue | undefined>>;
  readonly calls: Calls;
}

/** What was found, before `not-` and before the threshold. */
export interface Finding {
  /** 0..1 */
  readonly score: number;
  /** A fact that reads well whichever verdict follows: `output contains "we will refund"`. */
  readonly message: string;
  /** Whether a failure quotes the beginning of the output behind the message. */
  readonly quote?: boolean;
  /** For a diff view, in full. */
  readonly expected?: string;
  readonly actual?: string;
  /** Of model calls; absent when there were none. */
  readonly spent?: Spent;
}

export interface Skipped {
  readonly skipped: string;
}

/** Looks at one output. Throws `CallFailure` when nobody can know: the row is then errored. */
export type Check = (subject: Subject) => Finding | Skipped | Promise<Finding | Skipped>;

/** What an evaluator may know of the file it stands in. */
export interface Setting {
  readonly prompt: TemplateSetting;
  readonly jsonSchema?: string;
  /** Reference of the file's model: embeddings go to its provider. */
  readonly model?: string;
}

export interface Evaluator<Options = unknown> {
  /** Raised whenever the same output could get another verdict: older evidence is then stale. */
  readonly version: number;
  readonly scale: 'yes-no' | 'graded';
  /** Unless the file says otherwise. */
  readonly threshold: number;
  readonly negatable: boolean;
  /** Reads `with:`, defaults filled in. Its messages are whole sentences. */
  readonly options: GenericSchema<unknown, Options>;
  /** The judge's model, for evaluators that always have the same one. */
  readonly judge?: string;
  /** Done once per run: compiles what can be compiled. */
  readonly prepare: (options: Options, setting: Setting) => Check | Promise<Check>;
}

/** Ties the type of the options to what `prepare` receives. */
export function defineEvaluator<Schema extends GenericSchema>(
  evaluator: Omit<Evaluator<InferOutput<Schema>>, 'options'> & { readonly options: Schema },
): Evaluator {
  // The table holds evaluators of all kinds; options reach `prepare` only through `options`.
  return evaluator as unknown as Evaluator;
}
