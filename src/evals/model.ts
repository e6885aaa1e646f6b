import type { JsonObject, JsonValue, ModelParameters, ResponseFormat } from '../prompt/prompt.ts';
import type { RenderedMessage } from '../prompt/render.ts';
import type { CallError, Usage } from './report.ts';

export interface ChatRequest {
  /** Without the provider: `gpt-4o-mini`. */
  readonly model: string;
  readonly messages: readonly RenderedMessage[];
  readonly parameters: ModelParameters;
  readonly responseFormat?: ResponseFormat;
  readonly jsonSchema?: string;
  readonly tools?: readonly JsonObject[];
  readonly toolChoice?: JsonValue;
}

export interface ChatResponse {
  /** The text; of tool calls their compact JSON when there is no text. */
  readonly text: string;
  readonly model?: string;
  readonly usage?: Usage;
  readonly finishReason?: string;
}

export interface EmbedRequest {
  readonly model: string;
  readonly input: readonly string[];
}

export interface EmbedResponse {
  readonly vectors: readonly (readonly number[])[];
  readonly usage?: Usage;
}

/** Something that answers: an OpenAI-compatible endpoint, or canned answers. Fails with `CallFailure` only. */
export interface Provider {
  /** As named in promptgate.yml. */
  readonly name: string;
  /** `https://api.openai.com` or `scripted:<digest>`: part of the cache's address. */
  readonly origin: string;
  readonly scripted: boolean;
  /** Calls under way at once, at most. */
  readonly concurrency: number;
  /** Of one try, milliseconds, when the run does not say. */
  readonly timeoutMs?: number;
  chat(request: ChatRequest, signal: AbortSignal): Promise<ChatResponse>;
  embed(request: EmbedRequest, signal: AbortSignal): Promise<EmbedResponse>;
}

/** A model reference such as `openai/gpt-4o-mini`, resolved. */
export interface ResolvedModel {
  readonly provider: Provider;
  /** Without the provider. */
  readonly model: string;
  /** `provider/model`, after aliases: what digests see. */
  readonly ref: string;
}

/** A call without an answer. Becomes an errored row, never a failed one. */
export class CallFailure extends Error {
  readonly error: CallError;
  /** Whether the same call may succeed a moment later. */
  readonly transient: boolean;
  /** How long the provider asks to wait, milliseconds. */
  readonly retryAfterMs?: number;

  constructor(
    error: CallError,
    options: ErrorOptions & { readonly transient?: boolean; readonly retryAfterMs?: number } = {},
  ) {
    super(error.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CallFailure';
    this.error = error;
    this.transient = options.transient ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Models that think first: they count thinking as output and refuse a temperature. */
export function isReasoningModel(model: string): boolean {
  return /(^|\/)(o\d|gpt-5)/i.test(model);
}
