import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { APIConnectionError, APIError, AuthenticationError, RateLimitError } from 'openai';
import { embed, startModelServer, type Fault, type ModelServer } from './modelServer.ts';

describe('the model server for tests', () => {
  let server: ModelServer;
  let client: OpenAI;

  beforeEach(async () => {
    server = await startModelServer();
    client = new OpenAI({ apiKey: 'test', baseURL: server.baseURL, maxRetries: 0, timeout: 200 });
  });
  afterEach(() => server.stop());

  const ask = (content: string) =>
    client.chat.completions.create({ model: 'test-model', messages: [{ role: 'user', content }] });

  it('echoes the last message without a script, with usage', async () => {
    const answer = await ask('Hello you');
    assert.equal(answer.choices[0]?.message.content, 'Hello you');
    assert.equal(answer.usage?.total_tokens, 6);
    assert.equal(server.requests[0]?.path, '/chat/completions');
    assert.equal(server.requests[0]?.body.model, 'test-model');
  });

  it('answers what the script says, by request and by number', async () => {
    server.replyWith((request, index) => `${index}: ${request.body.messages?.[0]?.content.toUpperCase()}`);
    assert.equal((await ask('a')).choices[0]?.message.content, '0: A');
    assert.equal((await ask('b')).choices[0]?.message.content, '1: B');
  });

  it('lists models', async () => {
    assert.deepEqual(
      (await client.models.list()).data.map(model => model.id),
      ['test-model'],
    );
  });

  it('embeds the same words near each other, in both encodings', async () => {
    const input = ['the parcel is late', 'late is the parcel', 'seven purple onions'];
    // Without a wish of ours the client asks for base64 and decodes it.
    for (const encoding_format of [undefined, 'float'] as const) {
      const { data } = await client.embeddings.create({ model: 'test-embed', input, encoding_format });
      const [a = [], b = [], c = []] = data.map(item => item.embedding);
      assert.ok(dot(a, b) > 0.999);
      assert.ok(dot(a, c) < 0.5);
    }
    assert.deepEqual(
      embed(''),
      Array.from({ length: 256 }, () => 0),
    );
  });

  it('refuses another API key', async () => {
    const strict = await startModelServer({ apiKey: 'right' });
    const wrong = new OpenAI({ apiKey: 'wrong', baseURL: strict.baseURL, maxRetries: 0 });
    await assert.rejects(wrong.models.list(), AuthenticationError);
    await strict.stop();
  });

  it('sends Retry-After in both forms', async () => {
    server.replyWith(() => ({ status: 429, retryAfter: 2 }));
    await assert.rejects(ask('x'), (error: unknown) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.headers.get('retry-after'), '2');
      return true;
    });
    server.replyWith(() => ({ status: 429, retryAfter: new Date(0) }));
    await assert.rejects(ask('x'), (error: unknown) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.headers.get('retry-after'), 'Thu, 01 Jan 1970 00:00:00 GMT');
      return true;
    });
  });

  it('fails with a status and a message', async () => {
    server.replyWith(() => ({ status: 500, message: 'the model is on fire' }));
    await assert.rejects(ask('x'), (error: unknown) => {
      assert.ok(error instanceof APIError);
      assert.equal(error.status, 500);
      assert.match(error.message, /on fire/);
      return true;
    });
  });

  for (const fault of ['hang', 'reset'] satisfies Fault[]) {
    it(`fails the connection: ${fault}`, async () => {
      server.replyWith(() => ({ fault }));
      await assert.rejects(ask('x'), APIConnectionError);
    });
  }

  it('answers with a page that is not JSON', async () => {
    server.replyWith(() => ({ fault: 'not-json' }));
    assert.match(String(await ask('x')), /Please log in/);
  });

  it('answers without a choice, and without content', async () => {
    server.replyWith(() => ({ fault: 'no-choices' }));
    assert.deepEqual((await ask('x')).choices, []);
    server.replyWith(() => ({ fault: 'no-content' }));
    assert.equal((await ask('x')).choices[0]?.message.content, null);
  });

  it('sends a body slowly, or only half of it', async () => {
    server.replyWith(() => ({ fault: 'slow-body' }));
    assert.equal((await ask('x')).choices[0]?.message.content, 'x');
    server.replyWith(() => ({ fault: 'stalled-body' }));
    const stalled = new AbortController();
    const pending = client.chat.completions.create(
      { model: 'test-model', messages: [{ role: 'user', content: 'x' }] },
      { signal: stalled.signal },
    );
    await sleep(50);
    stalled.abort();
    await assert.rejects(pending);
  });

  it('counts what runs at once, and what was given up', async () => {
    server.replyWith(() => ({ text: 'late', delay: 50 }));
    await Promise.all([ask('1'), ask('2'), ask('3')]);
    assert.equal(server.peak, 3);
    server.replyWith(() => ({ fault: 'hang' }));
    await assert.rejects(ask('4'));
    while (server.abandoned === 0) await sleep(5);
    server.reset();
    assert.deepEqual([server.requests.length, server.peak, server.abandoned], [0, 0, 0]);
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
