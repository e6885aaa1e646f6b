import assert from 'node:assert/strict';
import { estimateRun, priceOf, type EstimateInput } from '../../src/evals/price.ts';
import { collectRows } from '../../src/evals/rows.ts';
import type { Prompt, RowData } from '../../src/prompt/prompt.ts';
import { evaluate, fakeProvider, makePrompt } from './fixtures.ts';

const usage = { inputTokens: 1_000_000, outputTokens: 0 };

describe('the price of a call', () => {
  it('is known for known models of known providers', async () => {
    const price = await priceOf();
    const input = price('openai/gpt-4o-mini', usage) ?? 0;
    const output = price('openai/gpt-4o-mini', { inputTokens: 0, outputTokens: 1_000_000 }) ?? 0;
    assert.ok(input > 0 && output > input, `${input} ${output}`);
    const cached = price('openai/gpt-4o-mini', { ...usage, cachedInputTokens: 1_000_000 }) ?? 0;
    assert.ok(cached > 0 && cached < input, `${cached}`);
    assert.equal(price('openai/gpt-4o-mini', usage), input, 'and the same when asked again');
  });

  it('is unknown, not nothing, for others and for impossible usage', async () => {
    const price = await priceOf();
    for (const ref of ['demo/gpt-4o', 'openai/no-such-model', 'gpt-4o'])
      assert.equal(price(ref, usage), undefined);
    assert.equal(
      price('openai/gpt-4o-mini', { inputTokens: 1, outputTokens: 1, cachedInputTokens: 5 }),
      undefined,
    );
  });
});

describe('the estimate of a run', () => {
  const price = (ref: string, { inputTokens, outputTokens }: typeof usage): number | undefined =>
    ref.startsWith('unknown/') ? undefined : inputTokens + 1000 * outputTokens;
  const estimate = async (parts: Partial<Prompt>, more: Partial<EstimateInput> = {}) => {
    const prompt = makePrompt(parts);
    const { rows } = await collectRows(prompt, []);
    return estimateRun({ prompt, rows, ref: 'fake/echo', resolveRef: model => model, price, ...more });
  };

  it('counts characters / 4 when nothing was measured', async () => {
    const testData = [{ input: 'x'.repeat(100), expected: 'y'.repeat(38) }];
    const { cost, calls, approximate } = await estimate({ testData });
    assert.deepEqual([calls, approximate], [1, true]);
    // 9 characters of template and 112 of values; 40 of the expected answer as JSON.
    assert.equal(cost, Math.ceil(121 / 4) + 1000 * 10);
  });

  it('never guesses more output than allowed', async () => {
    const { cost } = await estimate({ testData: [{ input: 'x' }], modelParameters: { maxTokens: 3 } });
    assert.equal(Math.floor((cost ?? 0) / 1000), 3);
  });

  it('takes what an earlier run used, row by row', async () => {
    const testData = [
      { id: 'a', input: 'x' },
      { id: 'b', input: 'x' },
    ];
    const provider = fakeProvider(() => ({ text: 'x', usage: { inputTokens: 5, outputTokens: 2 } }));
    const history = await evaluate({ testData: testData.slice(0, 1) }, provider);
    const { cost } = await estimate({ testData: testData.slice(0, 1) }, { history });
    assert.equal(cost, 2005);
    const both = await estimate({ testData }, { history });
    assert.ok((both.cost ?? 0) > 2005);
  });

  it('includes judges and embeddings of the rows that they look at', async () => {
    const testData: readonly RowData[] = [{ input: 'x' }, { input: 'y', evaluators: ['grade'] }];
    const evaluators = [
      { name: 'grade', uses: 'github/relevance' },
      { name: 'meaning', uses: 'promptgate/similar', with: { value: 'x' } },
      { name: 'text', string: { equals: 'x' } },
    ];
    const asked: string[] = [];
    const { calls } = await estimate({ testData, evaluators }, { price: ref => asked.push(ref) });
    assert.equal(calls, 5);
    assert.deepEqual(asked.toSorted(), [
      'fake/echo',
      'fake/echo',
      'fake/text-embedding-3-small',
      'openai/gpt-4o',
      'openai/gpt-4o',
    ]);
  });

  it('includes the judges that a row brings along', async () => {
    const own = { name: 'own', uses: 'github/relevance', with: { model: 'openai/gpt-4o-mini' } };
    const testData: readonly RowData[] = [{ input: 'x', evaluators: [own] }, { input: 'y' }];
    const asked: string[] = [];
    const { calls } = await estimate({ testData }, { price: ref => asked.push(ref) });
    assert.deepEqual([calls, asked], [3, ['fake/echo', 'openai/gpt-4o-mini', 'fake/echo']]);
  });

  it('counts the paid judge of a canned prompt, and nothing of what is canned', async () => {
    const evaluators = [{ name: 'grade', uses: 'github/relevance' }];
    const asked: string[] = [];
    const options = {
      price: (ref: string) => asked.push(ref),
      isScripted: (ref: string) => ref === 'fake/echo',
    };
    const judged = await estimate({ testData: [{ input: 'x' }], evaluators }, options);
    assert.deepEqual([judged.scripted, judged.calls, asked], [false, 2, ['openai/gpt-4o']]);
    const plain = await estimate({ testData: [{ input: 'x' }] }, options);
    assert.deepEqual([plain.scripted, plain.cost], [true, 0]);
  });

  it('is unknown as soon as one price is', async () => {
    const { cost, calls } = await estimate({ testData: [{ input: 'x' }] }, { ref: 'unknown/model' });
    assert.deepEqual([cost, calls], [undefined, 1]);
  });
});
