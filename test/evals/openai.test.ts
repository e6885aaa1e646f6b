import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallFailure, type ChatRequest, type Provider } from '../../src/evals/model.ts';
import { openAiProvider } from '../../src/evals/openai.ts';
import { retryAfter } from '../../src/evals/openaiFailure.ts';
import { startModelServer, type ModelServer, type Reply } from '../modelServer.ts';
import { evaluate } from './fixtures.ts';

const apiKey = 'sk-test-0123456789';
const request: ChatRequest = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'hi' }],
  parameters: {},
};

describe('an OpenAI-compatible endpoint', () => {
  let server: ModelServer;
  let provider: Provider;
  const ask = (parts: Partial<ChatRequest> = {}) =>
    provider.chat({ ...request, ...parts }, new AbortController().signal);
  const failure = async (parts: Partial<ChatRequest> = {}): Promise<CallFailure> => {
    try {
      await ask(parts);
    } catch (error) {
      assert.ok(error instanceof CallFailure, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'an answer came' });
  };
  const host = (): string => new URL(server.baseURL).host;

  before(async () => {
    server = await startModelServer({ apiKey });
  });
  beforeEach(() => {
    server.reset();
    server.replyWith(() => undefined);
    provider = openAiProvider({ name: 'local', baseURL: server.baseURL, apiKey, timeoutMs: 5000 });
  });
  after(() => server.stop());

  it('answers with text, model, usage and finish reason', async () => {
    server.replyWith(() => ({
      text: 'Hello',
      model: 'gpt-4o-mini-2024-07-18',
      usage: { prompt_tokens: 7, completion_tokens: 2 },
    }));
    assert.deepEqual(await ask(), {
      text: 'Hello',
      model: 'gpt-4o-mini-2024-07-18',
      usage: { inputTokens: 7, outputTokens: 2 },
      finishReason: 'stop',
    });
  });

  it('is sent parameters under their names there, and extra as it is', async () => {
    await ask({
      parameters: {
        temperature: 0.2,
        topP: 0.9,
        maxTokens: 100,
        stop: ['END'],
        seed: 7,
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
        extra: { service_tier: 'flex' },
      },
      tools: [{ type: 'function', function: { name: 'find' } }],
      toolChoice: 'auto',
      responseFormat: 'json_object',
    });
    const { messages: _, ...body } = server.requests[0]?.body ?? {};
    assert.deepEqual(body, {
      model: 'gpt-4o-mini',
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 100,
      stop: ['END'],
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      tools: [{ type: 'function', function: { name: 'find' } }],
      tool_choice: 'auto',
      response_format: { type: 'json_object' },
      service_tier: 'flex',
    });
  });

  it('is sent max_completion_tokens for models that think', async () => {
    for (const model of ['o3-mini', 'gpt-5-nano', 'openai/o1']) {
      await ask({ model, parameters: { maxTokens: 9, reasoningEffort: 'low' } });
    }
    for (const { body } of server.requests) {
      assert.deepEqual(
        [body['max_completion_tokens'], body['max_tokens'], body['reasoning_effort']],
        [9, undefined, 'low'],
      );
    }
  });

  it('is sent a JSON Schema in its envelope', async () => {
    const schema = { type: 'object' };
    await ask({
      responseFormat: 'json_schema',
      jsonSchema: JSON.stringify({ name: 'a', strict: true, schema }),
    });
    await ask({ responseFormat: 'json_schema', jsonSchema: JSON.stringify(schema) });
    assert.deepEqual(
      server.requests.map(({ body }) => body['response_format']),
      [
        { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
        { type: 'json_schema', json_schema: { name: 'output', schema } },
      ],
    );
    const broken = await failure({ responseFormat: 'json_schema', jsonSchema: '{' });
    assert.deepEqual(broken.error, {
      kind: 'bad-request',
      message: 'responseFormat is json_schema, but jsonSchema is not JSON.',
    });
  });

  it('is sent nothing of the environment', async () => {
    const names = ['OPENAI_ORG_ID', 'OPENAI_PROJECT_ID', 'OPENAI_ADMIN_KEY', 'OPENAI_CUSTOM_HEADERS'];
    for (const name of names)
      process.env[name] = name.endsWith('HEADERS') ? 'X-Secret: secret-value' : 'secret-value';
    try {
      provider = openAiProvider({ name: 'local', baseURL: server.baseURL, apiKey });
      await ask();
    } finally {
      for (const name of names) delete process.env[name];
    }
    const { headers } = server.requests[0] ?? {};
    assert.equal(headers?.authorization, `Bearer ${apiKey}`);
    assert.doesNotMatch(JSON.stringify(headers), /secret-value/);
  });

  it('without an API key is not asked', async () => {
    provider = openAiProvider({ name: 'openai', baseURL: 'https://api.openai.com/v1' });
    assert.deepEqual((await failure()).error, {
      kind: 'no-api-key',
      message: 'No API key for api.openai.com.',
      origin: 'https://api.openai.com',
    });
  });

  it('says in its own words why it refuses, and never shows the API key', async () => {
    server.replyWith(() => ({ status: 400, message: `temperature is too high (key ${apiKey})` }));
    assert.deepEqual((await failure()).error, {
      kind: 'bad-request',
      message: `${host()} answered 400: temperature is too high (key …)`,
      status: 400,
    });
    provider = openAiProvider({ name: 'local', baseURL: server.baseURL, apiKey: 'wrong' });
    assert.deepEqual((await failure()).error, {
      kind: 'unauthorized',
      message: `${host()} answered 401: Incorrect API key provided`,
      status: 401,
      origin: new URL(server.baseURL).origin,
    });
  });

  const cases: readonly (readonly [string, Reply, string, boolean])[] = [
    ['429', { status: 429, message: 'slow down', retryAfter: 3 }, 'rate-limited', true],
    ['500', { status: 500, message: 'oops' }, 'server', true],
    ['404', { status: 404, message: 'no such model' }, 'bad-request', false],
    ['a page that is not JSON', { fault: 'not-json' }, 'malformed', false],
    ['no choice', { fault: 'no-choices' }, 'empty', false],
    ['no content', { fault: 'no-content' }, 'empty', false],
    ['a broken connection', { fault: 'reset' }, 'network', true],
  ];
  for (const [name, reply, kind, transient] of cases) {
    it(`fails by ${name} as ${kind}`, async () => {
      server.replyWith(() => reply);
      const failed = await failure();
      assert.equal(failed.error.kind, kind, failed.message);
      assert.equal(failed.transient, transient);
    });
  }

  it('fails when nobody answers there, with the host named', async () => {
    const closed = await listen(createServer());
    const baseURL = `http://127.0.0.1:${portOf(closed)}/v1`;
    await new Promise(resolve => closed.close(resolve));
    provider = openAiProvider({ name: 'gone', baseURL, apiKey });
    const failed = await failure();
    assert.deepEqual(failed.error, {
      kind: 'network',
      message: `Cannot reach ${new URL(baseURL).host}: nothing answers there (ECONNREFUSED).`,
    });
    assert.equal(failed.transient, false);
  });

  for (const fault of ['hang', 'stalled-body'] as const) {
    it(`fails by timeout when it does ${fault}`, async () => {
      server.replyWith(() => ({ fault }));
      provider = openAiProvider({ name: 'local', baseURL: server.baseURL, apiKey, timeoutMs: 50 });
      const failed = await failure();
      assert.deepEqual(failed.error, { kind: 'timeout', message: `No answer from ${host()} within 0.05 s.` });
    });
  }

  it('lets go of a call that is cancelled', async () => {
    const controller = new AbortController();
    server.replyWith(() => {
      controller.abort(new Error('enough'));
      return { fault: 'hang' };
    });
    await assert.rejects(provider.chat(request, controller.signal), /enough/);
  });

  it('gives the tool calls as JSON where there is no text', async () => {
    const tools = await listen(
      createServer((_, response) => {
        response.setHeader('content-type', 'application/json');
        const call = { id: '1', type: 'function', function: { name: 'find', arguments: '{"id":7}' } };
        response.end(JSON.stringify({ choices: [{ message: { content: null, tool_calls: [call] } }] }));
      }),
    );
    provider = openAiProvider({ name: 'tools', baseURL: `http://127.0.0.1:${portOf(tools)}`, apiKey });
    assert.equal((await ask()).text, '[{"name":"find","arguments":"{\\"id\\":7}"}]');
    await close(tools);
  });

  it('asks again on a new connection when an idle one was closed', async () => {
    let served = 0;
    const flaky = await listen(
      createServer((incoming, response) => {
        incoming.resume();
        if (++served === 2) {
          incoming.socket.destroy();
          return;
        }
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ choices: [{ message: { content: `answer ${served}` } }] }));
      }),
    );
    provider = openAiProvider({ name: 'flaky', baseURL: `http://127.0.0.1:${portOf(flaky)}`, apiKey });
    assert.equal((await ask()).text, 'answer 1');
    assert.equal((await ask()).text, 'answer 3');
    await close(flaky);
  });

  it('fails when the status is none that HTTP has', async () => {
    const odd = await listen(createServer((_, response) => response.writeHead(999, 'Denied').end('no')));
    provider = openAiProvider({ name: 'odd', baseURL: `http://127.0.0.1:${portOf(odd)}`, apiKey });
    assert.deepEqual((await failure()).error, {
      kind: 'network',
      message: `Cannot reach 127.0.0.1:${portOf(odd)}: it answered with status 999, which HTTP does not have.`,
    });
    await close(odd);
  });

  it('embeds a batch, in the order of the texts', async () => {
    const { vectors } = await provider.embed(
      { model: 'text-embedding-3-small', input: ['one two', 'three'] },
      new AbortController().signal,
    );
    assert.equal(vectors.length, 2);
    assert.equal(server.requests.length, 1);
    assert.equal(server.requests[0]?.body.encoding_format, 'float');
    assert.ok(vectors.every(vector => vector.every(Number.isFinite)));
  });

  it('keeps connections open between calls', async () => {
    const sockets = new Set<unknown>();
    const counting = await listen(
      createServer((incoming, response) => {
        sockets.add(incoming.socket);
        incoming.resume();
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ choices: [{ message: { content: 'x' } }] }));
      }),
    );
    provider = openAiProvider({ name: 'counting', baseURL: `http://127.0.0.1:${portOf(counting)}`, apiKey });
    for (let call = 0; call < 5; call++) await ask();
    assert.equal(sockets.size, 1);
    await close(counting);
  });

  it('in a run is asked again after the time it names, and no more often than allowed at once', async () => {
    const waited: number[] = [];
    const waiting = {
      wait: (ms: number) => {
        waited.push(ms);
        return Promise.resolve();
      },
      random: () => 0.5,
    };
    server.replyWith((_, index) =>
      index === 0 ? { status: 429, retryAfter: 7 } : index < 3 ? { status: 500 } : 'fine',
    );
    provider = openAiProvider({ name: 'local', baseURL: server.baseURL, apiKey, concurrency: 1 });
    const testData = [{ input: 'a' }, { input: 'b' }];
    const evaluators = [{ name: 'fine', string: { equals: 'fine' } }];
    const report = await evaluate({ testData, evaluators }, provider, { waiting, concurrency: 5 });
    assert.deepEqual(report.counts, { passed: 2, failed: 0, errored: 0, skipped: 0 });
    assert.deepEqual(waited, [7000, 1000, 2000]);
    assert.equal(server.peak, 1);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-20T10:00:00Z');
  const read = (headers: Record<string, string>): number | undefined => retryAfter(new Headers(headers), now);

  it('comes in seconds, as a date, or in milliseconds', () => {
    assert.equal(read({ 'retry-after': '2' }), 2000);
    assert.equal(read({ 'retry-after': 'Fri, 20 Nov 2026 10:00:05 GMT' }), 5000);
    assert.equal(read({ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }), 0);
    assert.equal(read({ 'retry-after': '2', 'retry-after-ms': '150' }), 150);
  });

  it('may be absent or nonsense', () => {
    assert.equal(read({}), undefined);
    assert.equal(read({ 'retry-after': 'soon' }), undefined);
    assert.equal(read({ 'retry-after': '-5' }), 0);
  });
});

async function listen(server: Server): Promise<Server> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}
