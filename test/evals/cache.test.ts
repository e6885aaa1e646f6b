import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chatKey, embeddingKey, fileCache, packVector, unpackVector } from '../../src/evals/cache.ts';
import { evaluate, fakeProvider } from './fixtures.ts';

describe('the answer cache', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'promptgate-cache-'));
  });
  afterEach(async () => {
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true, force: true });
  });
  const files = async (): Promise<readonly string[]> =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter(item => item.isFile() && item.name !== '.gitignore')
      .map(item => path.join(item.parentPath, item.name));

  it('gives back what was written, and nothing for what was not', async () => {
    const cache = fileCache(folder);
    await cache.write('ab12', { text: 'x' });
    assert.deepEqual(await cache.read('ab12'), { text: 'x' });
    assert.equal(await cache.read('ffff'), undefined);
    assert.equal(await readFile(path.join(folder, '.gitignore'), 'utf8'), '*\n');
  });

  it('takes a broken entry for a miss', async () => {
    let asked = 0;
    const provider = fakeProvider(() => `answer ${++asked}`);
    const suite = { testData: [{ input: 'x' }] };
    await evaluate(suite, provider, { cache: fileCache(folder) });
    for (const content of ['{"response": {"te', '{"response": {"text": 5}, "latencyMs": 1}', 'null']) {
      for (const file of await files()) await writeFile(file, content);
      await evaluate(suite, provider, { cache: fileCache(folder) });
    }
    assert.equal(asked, 4);
  });

  it('keeps nothing and says nothing when it cannot write', async () => {
    const cache = fileCache(path.join(folder, 'file', 'cache'));
    await writeFile(path.join(folder, 'file'), 'in the way');
    await cache.write('ab12', 1);
    assert.equal(await cache.read('ab12'), undefined);
  });

  it('drops the oldest entries when it has too many, and leaves no temporary files', async () => {
    const cache = fileCache(folder, { maxEntries: 10 });
    for (let index = 0; index < 25; index++) await cache.write(`${index}`.padStart(4, '0'), index);
    const left = await files();
    assert.ok(left.length >= 8 && left.length <= 10, `${left.length} left`);
    assert.equal(await cache.read('0024'), 24);
    assert.equal(await cache.read('0000'), undefined);
  });

  it('drops entries when it has grown too large', async () => {
    const cache = fileCache(folder, { maxBytes: 1000, maxEntries: 8 });
    for (let index = 0; index < 10; index++) await cache.write(`${index}`.padStart(4, '0'), 'x'.repeat(200));
    assert.ok((await files()).length <= 5);
  });

  it('makes a second run free, keeping the latency of the first call', async () => {
    let clock = 0;
    let asked = 0;
    const provider = fakeProvider(() => {
      asked++;
      clock += 250;
      return { text: 'yes', usage: { inputTokens: 3, outputTokens: 1 }, model: 'echo-2026' };
    });
    const judge = {
      name: 'j',
      llm: { modelId: 'fake/judge', prompt: 'x', choices: [{ choice: 'yes', score: 1 }] },
    };
    const suite = { testData: [{ input: 'x' }], evaluators: [judge] };
    const options = { cache: fileCache(folder), now: () => clock, price: () => 1 };
    const first = await evaluate(suite, provider, options);
    assert.deepEqual([first.rows[0]?.cached, first.rows[0]?.latencyMs, first.cost], [false, 250, 2]);
    const second = await evaluate(suite, provider, options);
    assert.equal(asked, 2);
    const [row] = second.rows;
    assert.deepEqual([row?.cached, row?.latencyMs, row?.cost, row?.evaluators[0]?.cost], [true, 250, 0, 0]);
    assert.deepEqual([row?.usage, row?.respondingModel], [{ inputTokens: 3, outputTokens: 1 }, 'echo-2026']);
    assert.deepEqual(second.usage, { inputTokens: 0, outputTokens: 0 });
  });

  it('is written but not read by a fresh run', async () => {
    let asked = 0;
    const provider = fakeProvider(() => `answer ${++asked}`);
    const suite = { testData: [{ input: 'x' }] };
    const cache = fileCache(folder);
    await evaluate(suite, provider, { cache });
    const fresh = await evaluate(suite, provider, { cache, fresh: true });
    const again = await evaluate(suite, provider, { cache });
    assert.deepEqual([fresh.rows[0]?.output, again.rows[0]?.output, asked], ['answer 2', 'answer 2', 2]);
  });

  it('is not missed because an evaluator was edited, but because the prompt was', async () => {
    let asked = 0;
    const provider = fakeProvider(() => `answer ${++asked}`);
    const cache = fileCache(folder);
    const testData = [{ input: 'x' }];
    await evaluate({ testData, evaluators: [{ name: 'a', string: { contains: 'a' } }] }, provider, { cache });
    await evaluate({ testData, evaluators: [{ name: 'b', string: { contains: 'b' } }] }, provider, { cache });
    assert.equal(asked, 1);
    await evaluate({ testData, modelParameters: { temperature: 1 } }, provider, { cache });
    await evaluate({ testData, messages: [{ role: 'user', content: 'Now: {{input}}' }] }, provider, {
      cache,
    });
    await evaluate(
      { testData },
      fakeProvider(() => 'x', { origin: 'https://other.example' }),
      { cache },
    );
    assert.equal(asked, 3);
  });

  it('keeps embeddings by text', async () => {
    const asked: (readonly string[])[] = [];
    const provider = fakeProvider(undefined, {
      embed: ({ input }) => {
        asked.push(input);
        return Promise.resolve({ vectors: input.map(text => [text.length, 1 / 3]) });
      },
    });
    const cache = fileCache(folder);
    const evaluators = [{ name: 's', uses: 'promptgate/similar' }];
    const first = await evaluate({ testData: [{ input: 'abc', expected: 'de' }], evaluators }, provider, {
      cache,
    });
    const second = await evaluate({ testData: [{ input: 'abc', expected: 'fghi' }], evaluators }, provider, {
      cache,
    });
    const third = await evaluate({ testData: [{ input: 'abc', expected: 'de' }], evaluators }, provider, {
      cache,
    });
    assert.deepEqual(asked, [['abc', 'de'], ['fghi']]);
    assert.equal(third.rows[0]?.score, first.rows[0]?.score);
    assert.equal(second.counts.passed, 1);
  });

  it('never holds an answer that failed', async () => {
    const failing = fakeProvider(undefined, { chat: () => Promise.reject(new TypeError('bug')) });
    await assert.rejects(evaluate({ testData: [{ input: 'x' }] }, failing, { cache: fileCache(folder) }));
    assert.deepEqual(await files(), []);
  });
});

describe('the address of an answer', () => {
  const request = {
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    parameters: { seed: 1 },
  } as const;

  it('is pinned', () => {
    assert.equal(
      chatKey('https://api.openai.com', request),
      'dbf553899fc025c5a5ee667f53067cf529c14e9d70db918ee7e6d110d2d30b19',
    );
    assert.equal(
      embeddingKey('https://api.openai.com', 'm', 'hi'),
      '73be9a4db24344151998dc2377a0afc3c3371f71b487320c06c2c75874fce1f2',
    );
  });

  it('depends on origin, request and repeat, not on keys without a value', () => {
    const keys = [
      chatKey('https://a.example', request),
      chatKey('https://b.example', request),
      chatKey('https://a.example', request, 1),
      chatKey('https://a.example', { ...request, model: 'n' }),
      chatKey('https://a.example', { ...request, toolChoice: 'none' }),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(chatKey('https://a.example', { ...request, tools: undefined }), keys[0]);
  });

  it('exists for half a character too', () => {
    assert.match(embeddingKey('https://a.example', 'm', '\ud800'), /^[0-9a-f]{64}$/);
  });
});

describe('a packed vector', () => {
  it('comes back in single precision, and broken ones not at all', () => {
    assert.deepEqual(unpackVector(packVector([1, -0.5, 0.1])), [1, -0.5, Math.fround(0.1)]);
    for (const broken of ['', 'abc', 5, null, [1]]) assert.equal(unpackVector(broken), undefined);
  });
});
