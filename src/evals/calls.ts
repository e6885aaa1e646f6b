import pLimit, { type LimitFunction } from 'p-limit';
import { PromptgateError } from '../errors.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import { withDeadline, withRetries, type Waiting } from './attempt.ts';
import { asCachedChat, chatKey, embeddingKey, packVector, unpackVector, type AnswerCache } from './cache.ts';
import {
  CallFailure,
  type ChatRequest,
  type ChatResponse,
  type Provider,
  type ResolvedModel,
} from './model.ts';
import type { CallError, Usage } from './report.ts';

/** What calls cost this run. */
export interface Spent {
  /** US dollars; undefined = unknown; 0 when cached or canned. */
  readonly cost: number | undefined;
  readonly cached: boolean;
}

export interface ChatAnswer {
  readonly response: ChatResponse;
  /** Of the first call, when it comes from the cache. */
  readonly latencyMs: number;
  readonly spent: Spent;
}

export interface Embedding {
  readonly vectors: readonly (readonly number[])[];
  readonly spent: Spent;
}

/** What is asked of a model by reference: what it stands for may decide the parameters. */
export interface Question extends Omit<ChatRequest, 'model' | 'parameters'> {
  readonly parameters: ModelParameters | ((model: string) => ModelParameters);
}

/** Model calls as a run makes them: limited, timed, tried again, cached, priced. Fails with `CallFailure`. */
export interface Calls {
  chat(reference: string | undefined, question: Question): Promise<ChatAnswer>;
  embed(reference: string, texts: readonly string[]): Promise<Embedding>;
  /** Whether every provider asked so far gave canned answers. */
  allScripted(): boolean;
  /** Tokens of all calls that were really made. */
  usage(): Usage;
}

export interface CallsOptions extends Waiting {
  readonly resolveModel: (reference: string | undefined) => ResolvedModel;
  readonly signal: AbortSignal;
  readonly cache?: AnswerCache;
  readonly fresh: boolean;
  readonly timeoutMs?: number;
  readonly now: () => number;
  readonly price?: (ref: string, usage: Usage) => number | undefined;
}

const defaultTimeoutMs = 60_000;
/** Whether every other call to the same model would end the same way. A 403 may be about this one request. */
function isHopeless({ kind, status }: CallError): boolean {
  return kind === 'no-api-key' || (kind === 'unauthorized' && status !== 403);
}

export function createCalls(options: CallsOptions): Calls {
  const { signal, cache, fresh, now } = options;
  const lanes = new Map<Provider, Lane>();
  const refused = new Map<string, CallFailure>();
  const models = new Map<string | undefined, ResolvedModel>();
  let allScripted = true;
  let total: Usage = { inputTokens: 0, outputTokens: 0 };

  function resolve(reference: string | undefined): ResolvedModel {
    const known = models.get(reference);
    if (known !== undefined) return known;
    const model = resolveOrFail(options, reference);
    models.set(reference, model);
    if (!model.provider.scripted) allScripted = false;
    return model;
  }

  function call<T>({ provider, ref }: ResolvedModel, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let lane = lanes.get(provider);
    if (lane === undefined) lanes.set(provider, (lane = toLane(provider, options)));
    const { limit, timeoutMs, host } = lane;
    return limit(async () => {
      const before = refused.get(ref);
      if (before !== undefined) throw before;
      try {
        return await withRetries(() => withDeadline(send, { timeoutMs, host, signal }), options, signal);
      } catch (error) {
        if (error instanceof CallFailure && isHopeless(error.error)) refused.set(ref, error);
        throw error;
      }
    });
  }

  function spend({ provider, ref }: ResolvedModel, usage: Usage | undefined): Spent {
    if (usage !== undefined) total = addUsage(total, usage);
    const cost = provider.scripted ? 0 : usage === undefined ? undefined : options.price?.(ref, usage);
    return { cost, cached: false };
  }

  async function chat(reference: string | undefined, question: Question): Promise<ChatAnswer> {
    const model = resolve(reference);
    const { parameters } = question;
    const request: ChatRequest = {
      ...question,
      parameters: typeof parameters === 'function' ? parameters(model.model) : parameters,
      model: model.model,
    };
    const key = cache === undefined ? '' : chatKey(model.provider.origin, request);
    if (cache !== undefined && !fresh) {
      const hit = asCachedChat(await cache.read(key));
      if (hit !== undefined) return { ...hit, spent: { cost: 0, cached: true } };
    }
    let began = 0;
    const response = await call(model, attemptSignal => {
      began = now();
      return model.provider.chat(request, attemptSignal);
    });
    const latencyMs = Math.max(0, now() - began);
    await cache?.write(key, { response, latencyMs });
    return { response, latencyMs, spent: spend(model, response.usage) };
  }

  async function embed(reference: string, texts: readonly string[]): Promise<Embedding> {
    const model = resolve(reference);
    const keys =
      cache === undefined ? [] : texts.map(text => embeddingKey(model.provider.origin, model.model, text));
    const vectors: (readonly number[] | undefined)[] =
      cache === undefined || fresh
        ? texts.map(() => undefined)
        : await Promise.all(keys.map(async key => unpackVector(await cache.read(key))));
    const missing = texts.flatMap((_, index) => (vectors[index] === undefined ? [index] : []));
    if (missing.length === 0) return { vectors: vectors.map(known), spent: { cost: 0, cached: true } };
    const input = missing.map(index => texts[index] ?? '');
    const answer = await call(model, attemptSignal =>
      model.provider.embed({ model: model.model, input }, attemptSignal),
    );
    for (const [position, index] of missing.entries()) vectors[index] = answer.vectors[position];
    const whole = vectors.map(known);
    if (cache !== undefined) {
      await Promise.all(missing.map(index => cache.write(keys[index] ?? '', packVector(whole[index] ?? []))));
    }
    return { vectors: whole, spent: spend(model, answer.usage) };
  }

  return { chat, embed, allScripted: () => allScripted, usage: () => total };
}

/** A reference that no provider has is a call without an answer, not the end of the run. */
function resolveOrFail({ resolveModel }: CallsOptions, reference: string | undefined): ResolvedModel {
  try {
    return resolveModel(reference);
  } catch (error) {
    if (!(error instanceof PromptgateError)) throw error;
    throw new CallFailure({ kind: 'bad-request', message: error.message }, { cause: error });
  }
}

function known(vector: readonly number[] | undefined): readonly number[] {
  if (vector === undefined || vector.length === 0) {
    throw new CallFailure({ kind: 'empty', message: 'The provider returned fewer embeddings than texts.' });
  }
  return vector;
}

/** What all calls of a run to one provider share. */
interface Lane {
  readonly limit: LimitFunction;
  readonly timeoutMs: number;
  readonly host: string;
}

function toLane(provider: Provider, options: CallsOptions): Lane {
  return {
    limit: pLimit(Math.max(1, Math.floor(provider.concurrency))),
    timeoutMs: options.timeoutMs ?? provider.timeoutMs ?? defaultTimeoutMs,
    host: hostOf(provider),
  };
}

function hostOf({ name, origin }: Provider): string {
  return URL.canParse(origin) ? new URL(origin).host || name : name;
}

function addUsage(one: Usage, other: Usage): Usage {
  const cached = (one.cachedInputTokens ?? 0) + (other.cachedInputTokens ?? 0);
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...(cached > 0 ? { cachedInputTokens: cached } : {}),
  };
}
