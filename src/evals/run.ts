import { setTimeout as sleep } from 'node:timers/promises';
import { PromptgateError } from '../errors.ts';
import type { Target } from '../prompt/digest.ts';
import type { Prompt } from '../prompt/prompt.ts';
import { render, type RenderedMessage } from '../prompt/render.ts';
import type { Waiting } from './attempt.ts';
import type { AnswerCache } from './cache.ts';
import { createCalls, type Calls, type ChatAnswer } from './calls.ts';
import { implementationVersions } from './evaluators/index.ts';
import { CallFailure, type ResolvedModel } from './model.ts';
import { createScoring, type Scoring } from './scoring.ts';
import { erroredRow, scoredRow, tally } from './tally.ts';
import type { CallError, Digests, Report, RowResult } from './report.ts';
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
  /** Per try of a call, milliseconds; default: the provider's own, else 60 000. */
  readonly timeoutMs?: number;
  /** Ids of the rows to run; default all. */
  readonly only?: ReadonlySet<string>;
  readonly onRowStart?: (row: EvalRow) => void;
  readonly onRow?: (result: RowResult, done: number, total: number) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** US dollars for a call, or undefined when the price is unknown. */
  readonly price?: (ref: string, usage: Report['usage']) => number | undefined;
  /** How a call waits before it tries again; by default real time. */
  readonly waiting?: Waiting;
}

const realTime: Waiting = {
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal });
  },
  random: Math.random,
};

/** Runs every row against the model. Never rejects but for a bug: what went wrong is in the rows. */
export async function runEvals(input: EvalInput, options: EvalOptions = {}): Promise<Report> {
  const now = options.now ?? Date.now;
  const began = now();
  const { rows, prompt, target } = input;
  const wanted = options.only === undefined ? rows : rows.filter(({ id }) => options.only?.has(id));
  const signal = options.signal ?? new AbortController().signal;
  const calls = createCalls({
    ...(options.waiting ?? realTime),
    resolveModel: reference => input.resolveModel(reference),
    signal,
    cache: options.cache,
    fresh: options.fresh ?? false,
    timeoutMs: options.timeoutMs,
    now,
    price: options.price,
  });
  const subject = tryResolve(input, target.model);
  const scoring = createScoring({
    prompt,
    promptRef: tryResolve(input, prompt.model).model?.ref ?? prompt.model,
    calls,
  });
  const results = new Map<EvalRow, RowResult>();

  const runRow = async (row: EvalRow): Promise<void> => {
    options.onRowStart?.(row);
    let result: RowResult;
    try {
      result = await evaluateRow(row, { input, calls, scoring, problem: subject.problem });
    } catch (error) {
      // What a cancelled call throws is of no interest; all else is a bug.
      if (signal.aborted) return;
      throw error;
    }
    if (signal.aborted) return;
    results.set(row, result);
    options.onRow?.(result, results.size, wanted.length);
  };
  const atOnce = options.concurrency ?? subject.model?.provider.concurrency ?? 20;
  if (!signal.aborted) await untilDone(wanted, atOnce, signal, runRow);

  const done = wanted.flatMap(row => results.get(row) ?? []);
  const unreadable = input.unreadable ?? [];
  return {
    schema: 'promptgate/report/1',
    prompt: input.id,
    target: { model: target.model, parameters: target.parameters },
    digests: input.digests,
    rows: done,
    ...tally(done, unreadable.length, calls.usage()),
    time: new Date(began).toISOString(),
    durationMs: Math.max(0, now() - began),
    scripted: subject.model?.provider.scripted === true && calls.allScripted(),
    cancelled: signal.aborted && done.length < wanted.length,
    partial: wanted.length < rows.length,
    unreadable,
    evaluators: implementationVersions(prompt, rows),
  };
}

/** Works through the items, `atOnce` at a time. Returns at once when cancelled, whatever still hangs. */
function untilDone<T>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined && !signal.aborted; item = items[next++])
      await work(item);
  };
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    const workers = Array.from({ length: Math.max(1, Math.min(Math.floor(atOnce), items.length)) }, worker);
    Promise.all(workers)
      .then(() => resolve(), reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

interface RowSetting {
  readonly input: EvalInput;
  readonly calls: Calls;
  readonly scoring: Scoring;
  /** Why there is no model to ask. */
  readonly problem?: CallError;
}

async function evaluateRow(row: EvalRow, { input, calls, scoring, problem }: RowSetting): Promise<RowResult> {
  const { prompt, target } = input;
  let messages: readonly RenderedMessage[];
  try {
    messages = render(prompt, row.values);
  } catch (error) {
    if (!(error instanceof PromptgateError)) throw error;
    return erroredRow(row, { kind: 'render', message: error.message });
  }
  if (problem !== undefined) return erroredRow(row, problem);
  let answer: ChatAnswer;
  try {
    answer = await calls.chat(target.model, {
      messages,
      parameters: target.parameters,
      responseFormat: prompt.responseFormat,
      jsonSchema: prompt.jsonSchema,
      tools: prompt.tools,
      toolChoice: prompt.toolChoice,
    });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return erroredRow(row, error.error);
  }
  const scores = scoring.score(row, answer.response.text);
  return scoredRow(row, answer, scores instanceof Promise ? await scores : scores);
}

function tryResolve(
  input: EvalInput,
  reference: string | undefined,
): { readonly model?: ResolvedModel; readonly problem?: CallError } {
  try {
    return { model: input.resolveModel(reference) };
  } catch (error) {
    if (!(error instanceof PromptgateError)) throw error;
    return { problem: { kind: 'bad-request', message: error.message } };
  }
}
