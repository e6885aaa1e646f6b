import type { JsonObject, JsonValue, ModelParameters } from '../prompt/prompt.ts';
import {
  CallFailure,
  isReasoningModel,
  type ChatRequest,
  type ChatResponse,
  type EmbedResponse,
} from './model.ts';
import { isSchemaEnvelope } from '../prompt/schemaEnvelope.ts';
import type { Usage } from './report.ts';

/** A request as OpenAI's chat completions take it. `extra` goes last, as is: it may overrule the rest. */
export function toChatBody(request: ChatRequest): JsonObject {
  const { model, messages, parameters, tools, toolChoice } = request;
  return compact({
    model,
    messages: messages.map(message => compact(message)),
    ...toParameters(model, parameters),
    response_format: toResponseFormat(request),
    tools: tools === undefined || tools.length === 0 ? undefined : tools,
    tool_choice: toolChoice,
    ...parameters.extra,
  });
}

function toParameters(
  model: string,
  parameters: ModelParameters,
): Readonly<Record<string, JsonValue | undefined>> {
  const { temperature, topP, maxTokens, stop, seed, frequencyPenalty, presencePenalty, reasoningEffort } =
    parameters;
  return {
    temperature,
    top_p: topP,
    [isReasoningModel(model) ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
    stop,
    seed,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    reasoning_effort: reasoningEffort,
  };
}

function toResponseFormat({ responseFormat, jsonSchema }: ChatRequest): JsonObject | undefined {
  if (responseFormat === 'json_object') return { type: 'json_object' };
  if (responseFormat !== 'json_schema') return undefined;
  const given = parseSchema(jsonSchema);
  // GitHub's files hold the envelope { name, strict, schema }; a bare schema gets one.
  const envelope = isSchemaEnvelope(given) ? given : { name: 'output', schema: given };
  return { type: 'json_schema', json_schema: envelope };
}

function parseSchema(text: string | undefined): JsonObject {
  const reason = 'responseFormat is json_schema, but jsonSchema is';
  let value: JsonValue;
  try {
    value = JSON.parse(text ?? '') as JsonValue;
  } catch (error) {
    const message = `${reason} ${text === undefined ? 'missing' : 'not JSON'}.`;
    throw new CallFailure({ kind: 'bad-request', message }, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new CallFailure({ kind: 'bad-request', message: `${reason} not an object.` });
}

/** @throws CallFailure `malformed`, `empty` */
export function readChat(reply: unknown, host: string): ChatResponse {
  const body = asObject(reply, host);
  const problem = field(body, 'error');
  if (problem !== undefined && problem !== null && !Array.isArray(body['choices'])) {
    // Some gateways report failures with status 200.
    throw new CallFailure({ kind: 'server', message: `${host} answered an error: ${errorWords(problem)}` });
  }
  if (!Array.isArray(body['choices'])) {
    throw new CallFailure({ kind: 'malformed', message: `The reply of ${host} has no choices.` });
  }
  const choice: unknown = (body['choices'] as readonly unknown[])[0];
  const message = field(choice, 'message');
  const finish = field(choice, 'finish_reason');
  const finishReason = typeof finish === 'string' ? finish : undefined;
  const text = textOf(message);
  if (text === '') {
    const why = finishReason === undefined ? '' : ` (finish reason: ${finishReason})`;
    throw new CallFailure({ kind: 'empty', message: `The model returned no text${why}.` });
  }
  const model = body['model'];
  return {
    text,
    model: typeof model === 'string' ? model : undefined,
    usage: readUsage(body['usage']),
    finishReason,
  };
}

/** The content, a refusal in its place, or the tool calls as JSON. */
function textOf(message: unknown): string {
  const content = field(message, 'content');
  if (typeof content === 'string' && content !== '') return content;
  if (Array.isArray(content)) {
    const parts = (content as readonly unknown[]).map(part => field(part, 'text'));
    const joined = parts.filter(part => typeof part === 'string').join('');
    if (joined !== '') return joined;
  }
  const refusal = field(message, 'refusal');
  if (typeof refusal === 'string' && refusal !== '') return refusal;
  const calls = field(message, 'tool_calls');
  if (!Array.isArray(calls) || calls.length === 0) return '';
  return JSON.stringify((calls as readonly unknown[]).map(call => field(call, 'function') ?? call));
}

/** @throws CallFailure `malformed`, `empty` */
export function readEmbeddings(reply: unknown, expected: number, host: string): EmbedResponse {
  const data = asObject(reply, host)['data'];
  if (!Array.isArray(data)) {
    throw new CallFailure({ kind: 'malformed', message: `The reply of ${host} has no embeddings.` });
  }
  const vectors: (readonly number[])[] = [];
  for (const [position, item] of (data as readonly unknown[]).entries()) {
    const index = field(item, 'index');
    const vector = field(item, 'embedding');
    if (!Array.isArray(vector) || !vector.every(value => typeof value === 'number')) {
      throw new CallFailure({
        kind: 'malformed',
        message: `An embedding of ${host} is not a list of numbers.`,
      });
    }
    vectors[typeof index === 'number' ? index : position] = vector;
  }
  if (vectors.length !== expected) {
    const message = `${host} returned ${vectors.length} embeddings for ${expected} texts.`;
    throw new CallFailure({ kind: 'empty', message });
  }
  return { vectors, usage: readUsage(field(reply, 'usage')) };
}

function readUsage(usage: unknown): Usage | undefined {
  const inputTokens = field(usage, 'prompt_tokens');
  if (typeof inputTokens !== 'number') return undefined;
  const outputTokens = field(usage, 'completion_tokens');
  const cached = field(field(usage, 'prompt_tokens_details'), 'cached_tokens');
  return {
    inputTokens,
    outputTokens: typeof outputTokens === 'number' ? outputTokens : 0,
    ...(typeof cached === 'number' && cached > 0 ? { cachedInputTokens: cached } : {}),
  };
}

/** The client gives replies without a JSON content type as text; some servers forget it. */
function asObject(reply: unknown, host: string): Readonly<Record<string, unknown>> {
  let value = reply;
  if (typeof reply === 'string') {
    try {
      value = JSON.parse(reply);
    } catch (error) {
      const beginning = reply.replace(/\s+/g, ' ').trim().slice(0, 80);
      const message = `The reply of ${host} is not JSON${beginning === '' ? '' : `: ${beginning}`}`;
      throw new CallFailure({ kind: 'malformed', message }, { cause: error });
    }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new CallFailure({ kind: 'malformed', message: `The reply of ${host} is not a JSON object.` });
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function errorWords(problem: unknown): string {
  const message = field(problem, 'message');
  return typeof message === 'string' ? message : JSON.stringify(problem);
}

function compact(value: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as JsonObject;
}
