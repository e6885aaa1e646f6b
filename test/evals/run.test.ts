import assert from 'node:assert/strict';
import { PromptgateError } from '../../src/errors.ts';
import { toEvidence } from '../../src/evals/gate.ts';
import { CallFailure } from '../../src/evals/model.ts';
import { runEvals } from '../../src/evals/run.ts';
import type { RowResult } from '../../src/evals/report.ts';
import type { RowData } from '../../src/prompt/prompt.ts';
import { evaluate, fakeProvider, makeInput } from './fixtures.ts';

const inputs = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `r${index}`, input: `${index}` }));
const isText = { name: 'is text', uses: 'promptgate/regex', with: { value: '.' } };
const never = (): Promise<never> => new Promise(() => undefined);
const instantly = { wait: () => Promise.resolve(), random: () => 0.5 };

describe('a run', () => {
  it('reports rows in the order of the suite, whichever finishes first', async () => {
    const finished: string[] = [];
    const release: (() => void)[] = [];
    const provider = fakeProvider(async ({ messages }) => {
      const input = String(messages[0]?.content);
      if (input !== '2') await new Promise<void>(resolve => release.push(resolve));
      else setImmediate(() => release.reverse().forEach(go => go()));
      return input;
    });
    const report = await evaluate({ testData: inputs(3), evaluators: [isText] }, provider, {
      onRow: (result, done, total) => finished.push(`${result.id} ${done}/${total}`),
    });
    assert.deepEqual(finished, ['r2 1/3', 'r1 2/3', 'r0 3/3']);
    assert.deepEqual(
      report.rows.map(({ id, output }) => [id, output]),
      [
        ['r0', '0'],
        ['r1', '1'],
        ['r2', '2'],
      ],
    );
  });

  it('keeps passed, failed, errored and skipped apart', async () => {
    const provider = fakeProvider(({ messages }) => {
      const input = String(messages[0]?.content);
      if (input === 'down')
        throw new CallFailure({ kind: 'server', message: 'host answered 503: busy', status: 503 });
      return input;
    });
    const testData: readonly RowData[] = [
      { id: 'good', input: 'yes', expected: 'yes' },
      { id: 'bad', input: 'no', expected: 'yes' },
      { id: 'down', input: 'down', expected: 'yes' },
      { id: 'unjudged', input: 'yes' },
      { id: 'unfit', expected: 'yes' },
    ];
    const report = await evaluate(
      { testData, evaluators: [{ name: 'e', uses: 'promptgate/equals' }] },
      provider,
    );
    assert.deepEqual(
      report.rows.map(({ id, verdict, error }) => [id, verdict, error?.kind]),
      [
        ['good', 'passed', undefined],
        ['bad', 'failed', undefined],
        ['down', 'errored', 'server'],
        ['unjudged', 'skipped', undefined],
        ['unfit', 'errored', 'render'],
      ],
    );
    assert.deepEqual(report.counts, { passed: 1, failed: 1, errored: 2, skipped: 1 });
    assert.match(report.rows[4]?.error?.message ?? '', /input/);
  });

  it('settles a row by a failed evaluator, and leaves it errored by one that cannot judge', async () => {
    const broken = { name: 'broken', uses: 'promptgate/regex', with: { value: '(' } };
    const wrong = { name: 'wrong', string: { equals: 'other' } };
    const verdict = async (evaluators: Parameters<typeof evaluate>[0]['evaluators']) =>
      (await evaluate({ testData: inputs(1), evaluators })).rows[0]?.verdict;
    assert.equal(await verdict([isText, broken]), 'errored');
    assert.equal(await verdict([isText, broken, wrong]), 'failed');
    assert.equal(await verdict([]), 'skipped');
  });

  it('scores a row by the mean of its evaluators', async () => {
    const testData = [{ input: 'x' }];
    const evaluators = [isText, { name: 'wrong', string: { equals: 'y' } }];
    assert.equal((await evaluate({ testData, evaluators })).rows[0]?.score, 0.5);
  });

  it('applies to a row the evaluators that it names and its own', async () => {
    const own = { name: 'own', string: { equals: 'x' } };
    const testData = [
      { input: 'x', evaluators: ['a', own] },
      { input: 'y', evaluators: ['nobody'] },
    ];
    const evaluators = [
      { name: 'a', string: { contains: 'x' } },
      { name: 'b', string: { contains: 'z' } },
    ];
    const report = await evaluate({ testData, evaluators });
    assert.deepEqual(
      report.rows[0]?.evaluators.map(({ name, index, verdict }) => [name, index, verdict]),
      [
        ['a', 0, 'passed'],
        ['own', 'row', 'passed'],
      ],
    );
    assert.equal(report.rows[1]?.verdict, 'errored');
    assert.match(report.rows[1]?.evaluators[0]?.message ?? '', /"nobody"/);
  });

  it('survives evaluators of a row that are nonsense', async () => {
    const nonsense: readonly RowData[] = [
      { llm: { choices: 'x' } },
      { string: 5 },
      { uses: 7 },
      {},
      { name: 'n', uses: 'promptgate/equals', threshold: 'high' },
    ];
    const testData = [{ input: 'x', evaluators: nonsense }];
    const report = await evaluate({ testData });
    assert.equal(report.rows[0]?.verdict, 'errored');
    assert.deepEqual(
      report.rows[0]?.evaluators.map(({ verdict }) => verdict),
      nonsense.map(() => 'errored'),
    );
  });

  it('never has more rows or calls under way than allowed', async () => {
    let open = 0;
    let peak = 0;
    const answer = async (): Promise<string> => {
      peak = Math.max(peak, ++open);
      await new Promise(setImmediate);
      open--;
      return 'yes';
    };
    const judge = {
      name: 'j',
      llm: { modelId: 'fake/judge', prompt: 'judge', choices: [{ choice: 'yes', score: 1 }] },
    };
    const suite = { testData: inputs(30), evaluators: [judge] };
    await evaluate(suite, fakeProvider(answer), { concurrency: 4 });
    assert.equal(peak, 4);
    peak = 0;
    await evaluate(suite, fakeProvider(answer, { concurrency: 3 }), { concurrency: 10 });
    assert.equal(peak, 3);
  });

  it('ends soon after it is cancelled, even when the provider hangs, and is no evidence', async () => {
    const controller = new AbortController();
    const provider = fakeProvider(({ messages }) => (messages[0]?.content === '0' ? 'first' : never()));
    const report = await evaluate({ testData: inputs(10), evaluators: [isText] }, provider, {
      signal: controller.signal,
      concurrency: 2,
      onRow: () => controller.abort(),
    });
    assert.deepEqual([report.cancelled, report.rows.length], [true, 1]);
    assert.equal(toEvidence(report), undefined);
  });

  it('cancelled before it began asks nobody', async () => {
    const provider = fakeProvider(() => assert.fail('asked'));
    const report = await evaluate({ testData: inputs(2) }, provider, { signal: AbortSignal.abort() });
    assert.deepEqual([report.cancelled, report.rows.length], [true, 0]);
  });

  it('gives up a call that takes too long, not the run', async () => {
    const provider = fakeProvider(({ messages }) => (messages[0]?.content === '1' ? never() : 'x'));
    const report = await evaluate({ testData: inputs(3), evaluators: [isText] }, provider, { timeoutMs: 20 });
    assert.deepEqual(
      report.rows.map(({ verdict }) => verdict),
      ['passed', 'errored', 'passed'],
    );
    assert.deepEqual(report.rows[1]?.error, {
      kind: 'timeout',
      message: 'No answer from fake.example within 0.02 s.',
    });
  });

  it('tries again what failed in passing, three times at most', async () => {
    let asked = 0;
    const failing = fakeProvider(() => {
      asked++;
      throw new CallFailure({ kind: 'server', message: 'busy' }, { transient: true });
    });
    const report = await evaluate({ testData: inputs(1) }, failing, { waiting: instantly });
    assert.deepEqual([report.rows[0]?.verdict, asked], ['errored', 4]);
  });

  it('does not wait for a provider that asks for more than a minute', async () => {
    let asked = 0;
    const failing = fakeProvider(() => {
      asked++;
      throw new CallFailure(
        { kind: 'rate-limited', message: 'tomorrow' },
        { transient: true, retryAfterMs: 86_400_000 },
      );
    });
    const report = await evaluate({ testData: inputs(1) }, failing, {
      waiting: { ...instantly, wait: never },
    });
    assert.deepEqual([report.rows[0]?.error?.message, asked], ['tomorrow', 1]);
  });

  it('can be cancelled while it waits to try again', async () => {
    const controller = new AbortController();
    const failing = fakeProvider(() => {
      setImmediate(() => controller.abort());
      throw new CallFailure({ kind: 'server', message: 'busy' }, { transient: true, retryAfterMs: 50_000 });
    });
    const report = await evaluate({ testData: inputs(1) }, failing, { signal: controller.signal });
    assert.equal(report.cancelled, true);
  });

  it('asks a provider that refuses the API key only once', async () => {
    let asked = 0;
    const refusing = fakeProvider(() => {
      asked++;
      throw new CallFailure({ kind: 'unauthorized', message: 'wrong key', status: 401 });
    });
    const report = await evaluate({ testData: inputs(20) }, refusing, { concurrency: 1 });
    assert.equal(asked, 1);
    assert.equal(report.counts.errored, 20);
    assert.equal(report.rows[19]?.error?.message, 'wrong key');
  });

  it('asks on after a refusal that may be about one request alone', async () => {
    const refusing = fakeProvider(({ messages }) => {
      if (messages[0]?.content !== '0') return 'x';
      throw new CallFailure({ kind: 'unauthorized', message: 'flagged', status: 403 });
    });
    const report = await evaluate({ testData: inputs(3), evaluators: [isText] }, refusing, {
      concurrency: 1,
    });
    assert.deepEqual(report.counts, { passed: 2, failed: 0, errored: 1, skipped: 0 });
  });

  it('has only errored rows when no provider has the model', async () => {
    const input = await makeInput({ testData: inputs(2) }, fakeProvider());
    const report = await runEvals({
      ...input,
      resolveModel: () => {
        throw new PromptgateError('no-model', 'There is no provider "x".');
      },
    });
    assert.deepEqual(report.counts, { passed: 0, failed: 0, errored: 2, skipped: 0 });
    assert.equal(report.rows[0]?.error?.message, 'There is no provider "x".');
  });

  it('rejects by what is no answer of the project but a bug', async () => {
    const input = await makeInput({ testData: inputs(1) }, fakeProvider());
    const resolveModel = () => {
      throw new TypeError('a bug');
    };
    await assert.rejects(runEvals({ ...input, resolveModel }), TypeError);
  });

  it('of some rows is partial and no evidence; of all rows it is neither', async () => {
    const suite = { testData: inputs(3), evaluators: [isText] };
    const some = await evaluate(suite, fakeProvider(), { only: new Set(['r1']) });
    assert.deepEqual(
      [some.partial, some.rows.map(({ id }) => id), toEvidence(some)],
      [true, ['r1'], undefined],
    );
    const all = await evaluate(suite, fakeProvider(), { only: new Set(['r0', 'r1', 'r2']) });
    assert.equal(all.partial, false);
    assert.equal(toEvidence(all)?.rows.length, 3);
  });

  it('counts unreadable lines as errored, in the evidence as well', async () => {
    const datasets = [{ path: 'd.jsonl', text: '{"input": "a"}\nnot JSON' }];
    const report = await evaluate({ evaluators: [isText] }, fakeProvider(), { datasets });
    assert.deepEqual(report.counts, { passed: 1, failed: 0, errored: 1, skipped: 0 });
    assert.deepEqual(toEvidence(report)?.rows.at(-1), { id: 'd.jsonl:2', verdict: 'errored' });
  });

  it('of no rows has no rows', async () => {
    const report = await evaluate({});
    assert.deepEqual([report.rows, report.cancelled, report.partial], [[], false, false]);
  });

  it('adds up usage and cost, judges included; one unknown price makes the sum unknown', async () => {
    const usage = { inputTokens: 10, outputTokens: 2 };
    const provider = fakeProvider(() => ({ text: 'yes', usage }));
    const judge = {
      name: 'j',
      llm: { modelId: 'fake/judge', prompt: 'judge', choices: [{ choice: 'yes', score: 1 }] },
    };
    const suite = { testData: inputs(2), evaluators: [judge] };
    const report = await evaluate(suite, provider, { price: ref => (ref === 'fake/judge' ? 2 : 1) });
    assert.equal(report.cost, 6);
    assert.deepEqual([report.rows[0]?.cost, report.rows[0]?.evaluators[0]?.cost], [3, 2]);
    assert.deepEqual(report.usage, { inputTokens: 40, outputTokens: 8 });
    const unknown = await evaluate(suite, provider, { price: ref => (ref === 'fake/judge' ? undefined : 1) });
    assert.equal(unknown.cost, undefined);
  });

  it('is scripted and free only when every answer was canned', async () => {
    const canned = fakeProvider(() => 'yes', { scripted: true });
    const real = fakeProvider(() => 'yes');
    const judge = {
      name: 'j',
      llm: { modelId: 'judge', prompt: 'x', choices: [{ choice: 'yes', score: 1 }] },
    };
    const input = await makeInput({ testData: inputs(1), evaluators: [judge] }, canned);
    const all = await runEvals(input);
    assert.deepEqual([all.scripted, all.cost], [true, 0]);
    const resolveModel = (reference: string | undefined) => {
      const provider = reference === 'judge' ? real : canned;
      return { provider, model: 'm', ref: `${provider.name}/m` };
    };
    const mixed = await runEvals({ ...input, resolveModel });
    assert.deepEqual([mixed.scripted, mixed.cost], [false, undefined]);
  });

  it('names the versions of its evaluators, those of rows too', async () => {
    const testData = [
      { input: 'x', evaluators: [{ name: 'own', uses: 'promptgate/not-contains', with: { value: 'q' } }] },
    ];
    const evaluators = [
      isText,
      { name: 's', string: { equals: 'x' } },
      { name: 'gone', uses: 'promptgate/no-such' },
    ];
    const report = await evaluate({ testData, evaluators });
    assert.deepEqual(report.evaluators, { 'promptgate/regex': 1, string: 1, 'promptgate/not-contains': 1 });
  });

  it('passes on to the model what the prompt says', async () => {
    const asked: unknown[] = [];
    const provider = fakeProvider(request => {
      asked.push(JSON.parse(JSON.stringify(request)));
      return 'x';
    });
    await evaluate(
      {
        testData: inputs(1),
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: '{{input}}' },
        ],
        modelParameters: { temperature: 0.3 },
        responseFormat: 'json_object',
        tools: [{ type: 'function' }],
        toolChoice: 'none',
      },
      provider,
    );
    assert.deepEqual(asked, [
      {
        model: 'echo',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: '0' },
        ],
        parameters: { temperature: 0.3 },
        responseFormat: 'json_object',
        tools: [{ type: 'function' }],
        toolChoice: 'none',
      },
    ]);
  });

  it('lets a bug of a provider rise', async () => {
    const buggy = fakeProvider(() => {
      throw new TypeError('bug');
    });
    await assert.rejects(evaluate({ testData: inputs(1) }, buggy), TypeError);
  });

  it('runs 20,000 rows', async () => {
    const results: RowResult[] = [];
    const evaluators = [isText, { name: 'same', string: { equals: '{{input}}' } }];
    const report = await evaluate({ testData: inputs(20_000), evaluators }, fakeProvider(), {
      onRow: result => results.push(result),
    });
    assert.equal(report.counts.passed, 20_000);
    assert.equal(results.length, 20_000);
  });
});
