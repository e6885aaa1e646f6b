import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runEvals } from '../../../src/evals/run.ts';
import type { RowData } from '../../../src/prompt/prompt.ts';
import { fakeProvider, judgeOutput, makeInput } from '../fixtures.ts';

const check = async (
  name: string,
  output: string,
  options: object | undefined,
  row = {},
): Promise<string> => {
  const spec = { uses: `promptgate/${name}`, ...(options === undefined ? {} : { with: { ...options } }) };
  return (await judgeOutput(spec, output, row)).verdict;
};

describe('promptgate/equals', () => {
  it('compares with the value, else with expected, else is skipped', async () => {
    assert.equal(await check('equals', 'a', { value: 'a' }), 'passed');
    assert.equal(await check('equals', 'a', { value: 'A' }), 'failed');
    assert.equal(await check('equals', 'a', undefined, { expected: 'a' }), 'passed');
    assert.equal(await check('equals', 'b', { value: 'b' }, { expected: 'a' }), 'passed');
    assert.equal(await check('equals', 'a', undefined), 'skipped');
    assert.equal(await check('not-equals', 'a', undefined), 'skipped');
  });

  it('compares numbers and booleans as they are written in JSON', async () => {
    assert.equal(await check('equals', '40', undefined, { expected: 40 }), 'passed');
    assert.equal(await check('equals', 'true', { value: true }), 'passed');
  });

  it('compares lists and maps as JSON, whatever the order of keys', async () => {
    const expected = { total: 1, items: ['a'] };
    assert.equal(
      await check('equals', '{ "items": ["a"], "total": 1.0 }', undefined, { expected }),
      'passed',
    );
    assert.equal(await check('equals', '{"items":["a"],"total":2}', undefined, { expected }), 'failed');
    assert.equal(await check('equals', 'not JSON', undefined, { expected }), 'failed');
  });

  it('says so when only white space at the ends differs', async () => {
    const result = await judgeOutput({ uses: 'promptgate/equals' }, 'a', { expected: 'a\n' });
    assert.equal(result.message, 'only white space at the ends differs');
  });

  it('never reads a value as template again', async () => {
    const row = { expected: '{{secret}}', secret: 'no' };
    assert.equal(await check('equals', '{{secret}}', { value: '{{expected}}' }, row), 'passed');
  });
});

describe('promptgate/contains, icontains and starts-with', () => {
  it('mind case, but for icontains', async () => {
    assert.equal(await check('contains', 'Hello', { value: 'hell' }), 'failed');
    assert.equal(await check('icontains', 'Hello', { value: 'hELL' }), 'passed');
    assert.equal(await check('starts-with', 'Hello', { value: 'Hell' }), 'passed');
    assert.equal(await check('starts-with', 'Hello', { value: 'ello' }), 'failed');
  });

  it('state the fact that failed them', async () => {
    const result = await judgeOutput(
      { uses: 'promptgate/not-contains', with: { value: 'we will refund' } },
      'Sure, we will refund you.',
    );
    assert.equal(result.verdict, 'failed');
    assert.equal(result.message, 'output contains "we will refund"');
    assert.equal(result.actual, 'Sure, we will refund you.');
    assert.equal(result.expected, undefined, 'there is nothing to compare with');
  });

  it('not- turns passed and failed, and leaves errored errored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (output, value) => {
        fc.pre(output !== '' && !value.includes('{{'));
        const [plain, negated] = await Promise.all([
          judgeOutput({ uses: 'promptgate/contains', with: { value } }, output),
          judgeOutput({ uses: 'promptgate/not-contains', with: { value } }, output),
        ]);
        assert.notEqual(plain.verdict, negated.verdict);
        assert.equal((plain.score ?? 0) + (negated.score ?? 0), 1);
      }),
      { numRuns: 50 },
    );
    assert.equal(await check('contains', 'a', { value: '{{nobody}}' }), 'errored');
    assert.equal(await check('not-contains', 'a', { value: '{{nobody}}' }), 'errored');
  });
});

describe('promptgate/regex', () => {
  it('matches anywhere, with flags given apart or at the start', async () => {
    assert.equal(await check('regex', 'order 17', { value: '\\d{2}$' }), 'passed');
    assert.equal(await check('regex', 'ORDER', { value: 'order' }), 'failed');
    assert.equal(await check('regex', 'ORDER', { value: 'order', flags: 'i' }), 'passed');
    assert.equal(await check('regex', 'ORDER', { value: '(?i)order' }), 'passed');
    assert.equal(await check('not-regex', 'order', { value: '\\d' }), 'passed');
  });

  it('may be built from the row', async () => {
    assert.equal(await check('regex', 'no 7', { value: 'no {{n}}$' }, { n: 7 }), 'passed');
    assert.equal(await check('regex', 'abc', undefined, { expected: '^a.c$' }), 'passed');
  });

  it('is errored by a pattern that is none', async () => {
    assert.equal(await check('regex', 'x', { value: '(' }), 'errored');
    assert.equal(await check('regex', 'x', undefined, { expected: '(' }), 'errored');
  });

  it('is errored by a pattern that would take for ever', async () => {
    const slow = { uses: 'promptgate/regex', with: { value: '^(a+)+$' } };
    const result = await judgeOutput(slow, `${'a'.repeat(40)}!`);
    assert.equal(result.verdict, 'errored');
    assert.match(result.message, /took longer than 1 s/);
    assert.equal((await judgeOutput(slow, 'a'.repeat(40))).verdict, 'passed');
  });
});

describe('promptgate/is-json and json-schema', () => {
  const schema = {
    type: 'object',
    properties: { total: { type: 'number' }, mail: { type: 'string', format: 'email' } },
    required: ['total'],
    additionalProperties: false,
  };

  it('take the whole output, and recognize a code fence', async () => {
    assert.equal(await check('is-json', ' {"a": [1]} ', undefined), 'passed');
    assert.equal(await check('not-is-json', 'hi', undefined), 'passed');
    const fenced = await judgeOutput({ uses: 'promptgate/is-json' }, '```json\n{}\n```');
    assert.match(fenced.message, /code fence/);
  });

  it('validate against the schema given, with formats', async () => {
    assert.equal(await check('json-schema', '{"total": 1}', { schema }), 'passed');
    assert.equal(await check('json-schema', '{"total": 1, "mail": "x"}', { schema }), 'failed');
    assert.equal(await check('json-schema', 'total', { schema }), 'failed');
    assert.equal(await check('json-schema', '{"total": 1}', { schema: JSON.stringify(schema) }), 'passed');
    const result = await judgeOutput({ uses: 'promptgate/json-schema', with: { schema } }, '{"other": 1}');
    assert.equal(
      result.message,
      "output does not fit the schema: the output must have required property 'total' (and 1 more)",
    );
  });

  it('use the prompt’s own schema by default, in GitHub’s envelope or bare', async () => {
    for (const jsonSchema of [
      JSON.stringify({ name: 'out', strict: true, schema }),
      JSON.stringify(schema),
    ]) {
      const judge = (output: string) =>
        judgeOutput({ uses: 'promptgate/json-schema' }, output, {}, { prompt: { jsonSchema } });
      assert.equal((await judge('{"total": 2}')).verdict, 'passed');
      assert.equal((await judge('{"total": "2"}')).verdict, 'failed');
    }
  });

  it('take a schema that is true or false out of its envelope too', async () => {
    for (const [schema, verdict] of [
      [true, 'passed'],
      [false, 'failed'],
    ] as const) {
      const jsonSchema = JSON.stringify({ name: 'out', schema });
      const result = await judgeOutput(
        { uses: 'promptgate/json-schema' },
        '{}',
        {},
        { prompt: { jsonSchema } },
      );
      assert.equal(result.verdict, verdict);
    }
  });

  it('read drafts 4 to 2020-12', async () => {
    const tuple = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      prefixItems: [{ type: 'string' }],
    };
    assert.equal(await check('json-schema', '[1]', { schema: tuple }), 'failed');
    const old = {
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'array',
      items: [{ type: 'string' }],
    };
    assert.equal(await check('json-schema', '[1]', { schema: old }), 'failed');
    assert.equal(await check('json-schema', '["a"]', { schema: old }), 'passed');
  });

  it('are errored without a schema, or with one that is none', async () => {
    assert.equal(await check('json-schema', '{}', undefined), 'errored');
    assert.equal(await check('not-json-schema', '{}', undefined), 'errored');
    assert.equal(await check('json-schema', '{}', { schema: { type: 'nothing' } }), 'errored');
  });

  it('are errored by a pattern that would take for ever', async () => {
    const schema = { type: 'string', pattern: '^(a+)+$' };
    assert.equal(await check('json-schema', `"${'a'.repeat(40)}!"`, { schema }), 'errored');
  });

  it('judge at once, whatever the schema says of the validator', async () => {
    for (const $schema of [undefined, 'https://json-schema.org/draft/2020-12/schema']) {
      const schema = { ...($schema && { $schema }), $async: true, type: 'string' };
      assert.equal(await check('json-schema', '1', { schema }), 'failed');
    }
  });
});

describe('an evaluator that does not exist', () => {
  it('is errored, never skipped', async () => {
    assert.equal(await check('no-such', 'x', undefined), 'errored');
    assert.equal((await judgeOutput({ uses: 'github/not-similarity' }, 'x')).verdict, 'errored');
    const odd = await judgeOutput({ uses: 'promptgate/equals', with: { vlaue: 'x' } }, 'x');
    assert.equal(odd.verdict, 'errored');
    assert.match(odd.message, /vlaue/);
  });
});

describe('promptgate/similar', () => {
  const vectors: Readonly<Record<string, readonly number[]>> = {
    out: [1, 0],
    same: [2, 0],
    near: [0.8, 0.6],
    far: [0, 1],
  };
  const provider = fakeProvider(() => 'out', {
    embed: ({ input }) => Promise.resolve({ vectors: input.map(text => vectors[text] ?? []) }),
  });
  const judge = (spec: object, expected: string) =>
    judgeOutput({ uses: 'promptgate/similar', ...spec }, 'out', { expected }, { provider });

  it('scores the cosine of real embeddings against 0.75', async () => {
    assert.deepEqual([(await judge({}, 'same')).verdict, (await judge({}, 'same')).score], ['passed', 1]);
    assert.deepEqual([(await judge({}, 'near')).verdict, (await judge({}, 'near')).score], ['passed', 0.8]);
    assert.equal((await judge({ threshold: 0.81 }, 'near')).verdict, 'failed');
    const far = await judge({}, 'far');
    assert.equal(far.verdict, 'failed');
    assert.equal(far.message, 'similarity 0.00 to "far": "out"');
  });

  it('turned by not-, passes below the threshold', async () => {
    assert.equal((await judge({ uses: 'promptgate/not-similar' }, 'far')).verdict, 'passed');
    assert.equal((await judge({ uses: 'promptgate/not-similar' }, 'near')).verdict, 'failed');
  });

  it('asks the model named, else the usual one of the prompt’s provider', async () => {
    const evaluators = [
      { name: 'usual', uses: 'promptgate/similar' },
      { name: 'named', uses: 'promptgate/similar', with: { model: 'other/large' } },
    ];
    const input = await makeInput({ testData: [{ input: 'in', expected: 'same' }], evaluators }, provider);
    const asked: (string | undefined)[] = [];
    await runEvals({
      ...input,
      resolveModel: reference => {
        asked.push(reference);
        return input.resolveModel(reference);
      },
    });
    assert.deepEqual(asked.slice(-2), ['fake/text-embedding-3-small', 'other/large']);
  });

  it('is errored, never lexical, when there are no embeddings', async () => {
    const result = await judgeOutput({ uses: 'promptgate/similar' }, 'out', { expected: 'out' });
    assert.equal(result.verdict, 'errored');
    assert.equal(result.message, 'no embeddings here');
  });
});

describe('the template of an evaluator', () => {
  const prompt = {
    template: 'mustache',
    variables: {
      input: { type: 'string', required: true },
      context: { type: 'string', required: false, default: 'a shop' },
      note: { type: 'string', required: false },
    },
  } as const;

  it('sees the defaults that the prompt was rendered with; an optional variable may leave nothing behind', async () => {
    const string = { equals: '{{context}}{{note}}' };
    const verdict = async (row: RowData) =>
      (await judgeOutput({ string }, 'a shop', row, { prompt })).verdict;
    assert.equal(await verdict({}), 'passed');
    assert.equal(await verdict({ context: null }), 'passed');
    assert.equal(await verdict({ context: 'a bank' }), 'failed');
    const uses = { uses: 'promptgate/contains', with: { value: '{{context}}' } };
    assert.equal((await judgeOutput(uses, 'in a shop', {}, { prompt })).verdict, 'passed');
  });

  it('is errored by a name without a value', async () => {
    const result = await judgeOutput({ string: { equals: '{{nobody}}' } }, '', {}, { prompt });
    assert.deepEqual([result.verdict, result.error?.kind], ['errored', 'render']);
  });

  it('of GitHub’s judges shows the defaults as well', async () => {
    const asked: string[] = [];
    const provider = fakeProvider(({ messages }) => {
      asked.push(String(messages.at(-1)?.content));
      return '4';
    });
    await judgeOutput({ uses: 'github/relevance' }, '', {}, { prompt, provider });
    assert.match(asked[1] ?? '', /<context>\na shop\n<\/context>/);
  });
});
