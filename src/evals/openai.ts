import { keepAliveFetch } from './keepAlive.ts';
import { CallFailure, type Provider } from './model.ts';
import { toFailure } from './openaiFailure.ts';
import { readChat, readEmbeddings, toChatBody } from './openaiWire.ts';

export interface OpenAiOptions {
  readonly name: string;
  /** With its version segment: `https://api.openai.com/v1`. */
  readonly baseURL: string;
  /** Never part of a message, a log or a cache entry. */
  readonly apiKey?: string;
  readonly concurrency?: number;
  /** Per try, milliseconds. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 60_000;

/**
 * Any OpenAI-compatible endpoint. One try per call: trying again is the run's business, which knows the time.
 * Nothing of the environment is sent but what is given here.
 */
export function openAiProvider(options: OpenAiOptions): Provider {
  const { name, baseURL, apiKey, concurrency = 20, timeoutMs = defaultTimeoutMs } = options;
  const { origin, host } = new URL(baseURL);
  const scrub = (text: string): string => (apiKey ? text.replaceAll(apiKey, '…') : text);
  let client: ReturnType<typeof connect> | undefined;

  async function post(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    if (apiKey === undefined || apiKey === '') {
      throw new CallFailure({ kind: 'no-api-key', message: `No API key for ${host}.`, origin });
    }
    const { post: send, errors } = await (client ??= connect({ baseURL, apiKey, concurrency, timeoutMs }));
    try {
      return await send(path, body, signal);
    } catch (error) {
      throw toFailure(error, { origin, timeoutMs, signal, scrub, errors });
    }
  }

  return {
    name,
    origin,
    scripted: false,
    concurrency,
    timeoutMs: options.timeoutMs,
    chat: async (request, signal) =>
      readChat(await post('/chat/completions', toChatBody(request), signal), host),
    embed: async ({ model, input }, signal) => {
      // As numbers: not every endpoint knows the base64 form that the client would ask for.
      const body = { model, input, encoding_format: 'float' };
      return readEmbeddings(await post('/embeddings', body, signal), input.length, host);
    },
  };
}

/** Loads the client when the first call is made. */
async function connect(
  options: Required<Pick<OpenAiOptions, 'baseURL' | 'apiKey' | 'concurrency' | 'timeoutMs'>>,
) {
  const { baseURL, apiKey, concurrency, timeoutMs } = options;
  const errors = await import('openai');
  const send = keepAliveFetch(concurrency);
  const client = new errors.OpenAI({
    baseURL,
    apiKey,
    // Else the client fills these in from the environment, for whatever endpoint.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: (url, init) =>
      send(String(url), {
        method: init?.method ?? 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          'user-agent': 'promptgate',
        },
        body: typeof init?.body === 'string' ? init.body : undefined,
        signal: init?.signal,
      }),
  });
  const post = (path: string, body: object, signal: AbortSignal): Promise<unknown> =>
    client.post<unknown>(path, { body, signal });
  return { post, errors };
}
