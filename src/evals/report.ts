import type { Digest } from '../prompt/digest.ts';
import type { ModelParameters } from '../prompt/prompt.ts';

/** Errored is never passed and never failed: nobody knows. */
export type Verdict = 'passed' | 'failed' | 'errored' | 'skipped';
export type Counts = Readonly<Record<Verdict, number>>;

/** What a call used, as the provider reported it. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
}

/** Why there is no answer: in the provider's own words. */
export interface CallError {
  readonly kind:
    | 'no-api-key'
    | 'unauthorized'
    | 'rate-limited'
    | 'server'
    | 'bad-request'
    | 'network'
    | 'timeout'
    | 'empty'
    | 'malformed'
    | 'no-script'
    | 'render'
    | 'evaluator';
  readonly message: string;
  readonly status?: number;
  /** The endpoint that wants another API key: a judge may have another one than the prompt. */
  readonly origin?: string;
}

export interface EvaluatorResult {
  readonly name: string;
  /** `promptgate/not-contains`, `github/similarity`, `string`, `llm`. */
  readonly uses: string;
  readonly verdict: Verdict;
  /** 0..1; absent when errored or skipped. */
  readonly score?: number;
  readonly threshold?: number;
  /** One line for people: `output contains "we will refund"`. */
  readonly message: string;
  /** For a diff view, where there are two texts to compare. */
  readonly expected?: string;
  readonly actual?: string;
  readonly error?: CallError;
  /** US dollars; undefined = unknown. 0 = free. */
  readonly cost?: number;
  /** Which evaluator of the file it was: index, or `row` for one written in the row. */
  readonly index: number | 'row';
}

/** Where a row is written, so that its result can be shown there. */
export interface RowOrigin {
  /** Relative path of the dataset; absent: inline in the prompt file. */
  readonly file?: string;
  /** Index in `testData`, or in the dataset. */
  readonly index: number;
  /** Line in the dataset, from 1. */
  readonly line?: number;
}

export interface RowResult {
  readonly id: string;
  readonly origin: RowOrigin;
  readonly verdict: Verdict;
  readonly evaluators: readonly EvaluatorResult[];
  readonly output?: string;
  readonly error?: CallError;
  /** Mean of the evaluators' scores, 0..1; absent when there is none. */
  readonly score?: number;
  /** Of the model call, milliseconds; of the first call when the answer came from the cache. */
  readonly latencyMs?: number;
  readonly usage?: Usage;
  /** US dollars for this run, judges included; undefined = unknown; 0 when cached or scripted. */
  readonly cost?: number;
  readonly cached: boolean;
  /** The model that answered, as it named itself. */
  readonly respondingModel?: string;
}

export interface Digests {
  readonly content: Digest;
  readonly target: Digest;
  readonly suite: Digest;
}

export interface Report {
  readonly schema: 'promptgate/report/1';
  readonly prompt: string;
  readonly target: { readonly model?: string; readonly parameters: ModelParameters };
  readonly digests: Digests;
  readonly rows: readonly RowResult[];
  readonly counts: Counts;
  /** ISO 8601. */
  readonly time: string;
  readonly durationMs: number;
  readonly usage: Usage;
  /** US dollars; undefined = some price is unknown. */
  readonly cost?: number;
  /** All answers were canned: shown as *scripted, no cost*. */
  readonly scripted: boolean;
  /** Stopped before every row was tried: never evidence. */
  readonly cancelled: boolean;
  /** Only some rows were asked for: never evidence. */
  readonly partial: boolean;
  /** Dataset lines that could not be read: they count as errored. */
  readonly unreadable: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  /** Implementation versions of the evaluators that ran, by `uses`. */
  readonly evaluators: Readonly<Record<string, number>>;
}

/** The part of a report that is kept: bound to digests, without outputs. */
export interface Evidence {
  readonly schema: 'promptgate/evidence/1';
  readonly prompt: string;
  readonly digests: Digests;
  readonly evaluators: Readonly<Record<string, number>>;
  readonly counts: Counts;
  readonly rows: readonly { readonly id: string; readonly verdict: Verdict }[];
  readonly time: string;
  readonly scripted: boolean;
}
