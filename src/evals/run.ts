import type { Target } from '../prompt/digest.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { AnswerCache } from './cache.ts';
import type { ResolvedModel } from './model.ts';
import type { Digests, Report, RowResult } from './report.ts';
import type { EvalRow, Unreadable } from './rows.ts';

export interface EvalInput {
  readonly id: string;
  readonly prompt: Prompt;
  readonly target: Target;
  readonly digests: Digests;
  readonly rows: readonly EvalRow[];
  readonly unreadable?: readonly Unreadable[];
  /** The prompt's model, judges and embeddings by reference. @throws PromptgateError when no provider has it */
  resolveModel(reference: string | undefined): ResolvedModel;
}

export interface EvalOptions {
  readonly signal?: AbortSignal;
  readonly cache?: AnswerCache;
  /** Writes the cache, but does not read it. */
  readonly fresh?: boolean;
  /** Rows under way at once; default: the provider's own. */
  readonly concurrency?: number;
  /** Per call, milliseconds; default 60 000. */
  readonly timeoutMs?: number;
  /** Ids of the rows to run; default all. */
  readonly only?: ReadonlySet<string>;
  readonly onRowStart?: (row: EvalRow) => void;
  readonly onRow?: (result: RowResult, done: number, total: number) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** US dollars for a call, or undefined when the price is unknown. */
  readonly price?: (ref: string, usage: Report['usage']) => number | undefined;
}

/** Runs every row against the model. Never rejects but for a bug: what went wrong is in the rows. */
export function runEvals(_input: EvalInput, _options?: EvalOptions): Promise<Report> {
  throw new Error('not built yet');
}
