import assert from 'node:assert/strict';
import { PromptgateError } from '../../src/errors.ts';
import { CallFailure } from '../../src/evals/model.ts';
import { scriptedProvider, wordVector } from '../../src/evals/scripted.ts';
import { evaluate } from './fixtures.ts';

const signal = new AbortController().signal;
const ask = async (yaml: string, messages: readonly string[], model = 'm'): Promise<string> => {
  const last = messages.length - 1;
  const { text } = await scriptedProvider('demo', yaml).chat(
    {
      model,
      messages: messages.map((content, index) => ({ role: index === last ? 'user' : 'system', content })),
      parameters: {},
    },
    signal,
  );
  return text;
};

describe('scripted answers', () => {
  it('are none when a rule would take for ever to try', async () => {
    const yaml = 'answers: [{ when: { regex: "^(a+)+$" }, reply: yes }]';
    await assert.rejects(
      () => ask(yaml, [`${'a'.repeat(40)}!`]),
      (error: unknown) => error instanceof CallFailure && /took longer than 1 s/.test(error.message),
    );
  });

  it('come from the first rule that holds, else from the default', async () => {
    const yaml = `
answers:
  - { when: { contains: [Parcel, late] }, reply: both }
  - { when: { contains: parcel }, reply: one }
  - { when: { equals: " Hi " }, reply: hello }
  - { when: { regex: "no \\\\d+$" }, reply: number }
default: else
`;
    assert.equal(await ask(yaml, ['My parcel is LATE']), 'both');
    assert.equal(await ask(yaml, ['My parcel']), 'one');
    assert.equal(await ask(yaml, ['Hi']), 'hello');
    assert.equal(await ask(yaml, ['hi']), 'else');
    assert.equal(await ask(yaml, ['order no 17']), 'number');
    assert.equal(await ask(yaml, ['parcel', 'nothing']), 'else', 'contains looks at the last message only');
  });

  it('may depend on the whole conversation', async () => {
    const yaml = `
answers:
  - { when: { contains: money, nowhere: never promise }, reply: We refund you. }
  - { when: { contains: money, anywhere: never promise }, reply: We look into it. }
`;
    assert.equal(await ask(yaml, ['Be kind.', 'My money!']), 'We refund you.');
    assert.equal(await ask(yaml, ['Never promise a refund.', 'My money!']), 'We look into it.');
  });

  it('may depend on the model, with or without its provider', async () => {
    const yaml = 'answers: [{ model: gpt-4o, reply: "4" }, { model: openai/small, reply: s }]\ndefault: d';
    assert.equal(await ask(yaml, ['x'], 'openai/gpt-4o'), '4');
    assert.equal(await ask(yaml, ['x'], 'gpt-4o'), '4');
    assert.equal(await ask(yaml, ['x'], 'openai/small'), 's');
    assert.equal(await ask(yaml, ['x'], 'gpt-4o-mini'), 'd');
  });

  it('may be JSON', async () => {
    assert.equal(await ask('default: { total: 1, items: [a] }', ['x']), '{"total":1,"items":["a"]}');
  });

  it('may be failures', async () => {
    const yaml = 'answers: [{ error: { kind: server, status: 503, message: overloaded } }]';
    await assert.rejects(ask(yaml, ['x']), (error: unknown) => {
      assert.ok(error instanceof CallFailure);
      assert.deepEqual(error.error, { kind: 'server', status: 503, message: 'overloaded' });
      return true;
    });
  });

  it('that are missing quote what was asked', async () => {
    await assert.rejects(ask('answers: []', ['Where is\nmy parcel?']), (error: unknown) => {
      assert.ok(error instanceof CallFailure);
      assert.equal(error.error.kind, 'no-script');
      assert.equal(error.message, 'No scripted answer in "demo" for m: "Where is my parcel?"');
      return true;
    });
  });

  it('have an origin that changes with the file, but not with its line ends', () => {
    const origin = (text: string): string => scriptedProvider('demo', text).origin;
    assert.match(origin('default: a'), /^scripted:[0-9a-f]{64}$/);
    assert.equal(origin('\uFEFFdefault: a\r\n'), origin('default: a\n'));
    assert.notEqual(origin('default: a'), origin('default: b'));
  });

  it('can be cancelled while they take their time', async () => {
    const controller = new AbortController();
    const provider = scriptedProvider('demo', 'latencyMs: 60000\ndefault: a');
    const asked = provider.chat({ model: 'm', messages: [], parameters: {} }, controller.signal);
    controller.abort();
    await assert.rejects(asked, { name: 'AbortError' });
  });

  const broken: readonly (readonly [string, RegExp])[] = [
    ['answers: [', /cannot be read/],
    ['- a', /the file must be a map/],
    ['answers: [{ when: { contains: a } }]', /answers\.0 needs either reply or error/],
    ['answers: [{ replay: a }]', /answers\.0/],
    ['answers: [{ when: { regex: "(" }, reply: a }]', /answers\.0\.when\.regex is not a regular expression/],
    ['answers: *nothing', /Unresolved alias/],
    ['latencyMs: soon', /latencyMs must be milliseconds/],
  ];
  for (const [text, message] of broken) {
    it(`are refused as a whole when the file is ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => scriptedProvider('demo', text),
        (error: unknown) =>
          error instanceof PromptgateError && error.code === 'bad-script' && message.test(error.message),
      );
    });
  }

  it('of an empty file are none', async () => {
    await assert.rejects(ask('', ['x']), CallFailure);
  });

  it('run a whole suite for nothing, judges and embeddings included', async () => {
    const provider = scriptedProvider(
      'demo',
      'answers:\n  - { when: { contains: "<answer>" }, reply: "Good.\\n5" }\ndefault: We look into it today.\n',
    );
    const report = await evaluate(
      {
        testData: [{ input: 'Where is my parcel?', expected: 'We will look into it today.' }],
        evaluators: [
          { name: 'meaning', uses: 'promptgate/similar' },
          { name: 'to the point', uses: 'github/relevance' },
          { name: 'no promise', uses: 'promptgate/not-contains', with: { value: 'refund' } },
        ],
      },
      provider,
    );
    assert.deepEqual([report.counts.passed, report.scripted, report.cost], [1, true, 0]);
  });
});

describe('word vectors', () => {
  const cosine = (one: string, other: string): number => {
    const [a, b] = [wordVector(one), wordVector(other)];
    const dot = (x: readonly number[], y: readonly number[]): number =>
      x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };

  it('are closer for texts of the same words', () => {
    const near = cosine(
      'We will look into your late parcel today.',
      'Your late parcel: we look into it today!',
    );
    const far = cosine(
      'We will look into your late parcel today.',
      'Invoices are sent on the first of each month.',
    );
    assert.ok(near > 0.75 && far < 0.4, `${near} ${far}`);
    assert.ok(Math.abs(cosine('Straße 5', 'straße 5') - 1) < 1e-9);
  });

  it('are all zero for a text without words', () => {
    assert.ok(wordVector('…').every(value => value === 0));
  });
});
