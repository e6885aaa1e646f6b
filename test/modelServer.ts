// A model provider for tests: speaks OpenAI's HTTP protocol on a local port, answers what a script says, and can fail
// in every way that a real one does.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ModelServer {
  /** For `baseURL` of a provider. */
  readonly baseURL: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly ModelRequest[];
  /** The most requests that were being answered at the same time. */
  readonly peak: number;
  /** Requests that the client gave up before their answer. */
  readonly abandoned: number;
  /** Changes what is answered from now on. */
  replyWith(script: Script): void;
  /** Forgets requests, peak and abandoned ones. */
  reset(): void;
  stop(): Promise<void>;
}

export interface ModelRequest {
  readonly method: string;
  /** Below the base URL: `/chat/completions`, `/embeddings`, `/models`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: ModelRequestBody;
}

/** What tests look at in a request; whatever else was sent is there as well. */
export interface ModelRequestBody {
  readonly [key: string]: unknown;
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly input?: string | readonly string[];
  readonly encoding_format?: string;
}

/** Answers a request; `undefined` asks for the default: an echo of the last message, or bag-of-words embeddings. */
export type Script = (
  request: ModelRequest,
  index: number,
) => Reply | string | undefined | Promise<Reply | string | undefined>;

export type Reply =
  | {
      readonly text: string;
      /** Milliseconds before the answer. */
      readonly delay?: number;
      readonly finishReason?: 'stop' | 'length' | 'content_filter';
      readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
      /** The model named in the answer. Default: the requested one. */
      readonly model?: string;
    }
  | {
      /** An error with this HTTP status, in OpenAI's form. */
      readonly status: number;
      readonly message?: string;
      /** Sent as seconds, or as an HTTP date. */
      readonly retryAfter?: number | Date;
    }
  | { readonly fault: Fault };

/**
 * hang: no answer, ever. reset: the connection breaks. not-json: a proxy's HTML page with status 200.
 * no-choices: a well-formed answer without a choice. no-content: a choice whose content is null.
 * stalled-body: the headers and half of the answer come, the rest never does. slow-body: all of it, bit by bit.
 */
export type Fault =
  'hang' | 'reset' | 'not-json' | 'no-choices' | 'no-content' | 'stalled-body' | 'slow-body';

export interface ModelServerOptions {
  readonly script?: Script;
  /** Requests with another API key are refused with 401. */
  readonly apiKey?: string;
  /** What `GET /models` lists. */
  readonly models?: readonly string[];
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
};

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  let script = options.script ?? (() => undefined);
  let requests: ModelRequest[] = [];
  let peak = 0;
  let abandoned = 0;
  let open = 0;

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    peak = Math.max(peak, ++open);
    response.once('close', () => {
      open--;
      if (!response.writableFinished) abandoned++;
    });
    const request = await readRequest(incoming);
    const index = requests.push(request) - 1;
    if (options.apiKey && request.headers.authorization !== `Bearer ${options.apiKey}`) {
      sendError(response, { status: 401, message: 'Incorrect API key provided' });
    } else if (request.path === '/models') {
      const data = (options.models ?? ['test-model']).map(id => ({
        id,
        object: 'model',
        created: 0,
        owned_by: 'test',
      }));
      sendJson(response, { object: 'list', data });
    } else if (request.path === '/chat/completions' || request.path === '/embeddings') {
      const scripted = await script(request, index);
      await send(response, request, typeof scripted === 'string' ? { text: scripted } : scripted);
    } else {
      sendError(response, { status: 404, message: `Unknown path ${request.path}` });
    }
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) =>
      // The script is part of the test: what it throws is shown to whoever called.
      sendError(response, {
        status: 400,
        message: `The script of the model server failed: ${String(error)}`,
      }),
    );
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));

  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get requests() {
      return requests;
    },
    get peak() {
      return peak;
    },
    get abandoned() {
      return abandoned;
    },
    replyWith: next => void (script = next),
    reset() {
      requests = [];
      peak = open;
      abandoned = 0;
    },
    stop: () =>
      new Promise<void>(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<ModelRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
  return {
    method: incoming.method ?? 'GET',
    path: pathname.replace(/^\/v1/, ''),
    headers: incoming.headers,
    body: text === '' ? {} : (JSON.parse(text) as ModelRequestBody),
  };
}

async function send(
  response: ServerResponse,
  request: ModelRequest,
  reply: Reply | undefined,
): Promise<void> {
  if (reply && 'status' in reply) return sendError(response, reply);
  if (reply && 'fault' in reply) return sendFault(response, request, reply.fault);
  if (reply?.delay) await sleep(reply.delay);
  if (!response.destroyed) sendJson(response, completeAnswer(request, reply));
}

function completeAnswer(request: ModelRequest, reply: Extract<Reply, { text: string }> | undefined): object {
  if (request.path === '/embeddings') return embeddingAnswer(request.body);
  const messages = request.body.messages ?? [];
  const text = reply?.text ?? messages.at(-1)?.content ?? '';
  const choice = {
    index: 0,
    finish_reason: reply?.finishReason ?? 'stop',
    message: { role: 'assistant', content: text },
  };
  const usage = reply?.usage ?? {
    prompt_tokens: countTokens(messages.map(message => message.content).join(' ')),
    completion_tokens: countTokens(text),
  };
  return {
    id: 'chatcmpl-test',
    object: 'chat.completion',
    created: 0,
    model: reply?.model ?? request.body.model,
    choices: [choice],
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
  };
}

function embeddingAnswer(body: ModelRequestBody): object {
  const inputs = typeof body.input === 'string' ? [body.input] : (body.input ?? []);
  const data = inputs.map((input, index) => {
    const vector = embed(input);
    const embedding =
      body.encoding_format === 'base64'
        ? Buffer.from(Float32Array.from(vector).buffer).toString('base64')
        : vector;
    return { object: 'embedding', index, embedding };
  });
  const tokens = countTokens(inputs.join(' '));
  return {
    object: 'list',
    model: body.model,
    data,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** A bag of words: texts with the same words are near, whatever their order. The same text always gives the same. */
export function embed(text: string): number[] {
  const vector = Array.from({ length: 256 }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 0x811c9dc5; // FNV-1a
    for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    vector[hash % vector.length]! += 1; // the index is below the length
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map(value => value / length);
}

function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

async function sendFault(response: ServerResponse, request: ModelRequest, fault: Fault): Promise<void> {
  const answer = JSON.stringify(completeAnswer(request, undefined));
  switch (fault) {
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'not-json':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in</body></html>');
      return;
    case 'no-choices':
      return sendJson(response, { ...completeAnswer(request, undefined), choices: [] });
    case 'no-content':
      return sendJson(response, {
        ...completeAnswer(request, undefined),
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: null } }],
      });
    case 'stalled-body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
      response.write(answer.slice(0, answer.length / 2));
      return;
    case 'slow-body':
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const part of answer.match(/[^]{1,40}/g) ?? []) {
        response.write(part);
        await sleep(20);
      }
      response.end();
  }
}

function sendError(response: ServerResponse, error: Extract<Reply, { status: number }>): void {
  const { status, retryAfter, message = `Scripted error ${status}` } = error;
  if (retryAfter !== undefined) {
    const header = retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
    response.setHeader('retry-after', header);
  }
  const type = errorTypes[status] ?? 'server_error';
  sendJson(response, { error: { message, type, param: null, code: type } }, status);
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
