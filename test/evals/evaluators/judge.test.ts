import assert from 'node:assert/strict';
import { chosenIn } from '../../../src/evals/evaluators/judge.ts';
import type { ChatRequest } from '../../../src/evals/model.ts';
import { runEvals } from '../../../src/evals/run.ts';
import { fakeProvider, judgeOutput, makeInput } from '../fixtures.ts';

const grades = ['1', '2', '3', '4', '5'].map((choice, index) => ({ choice, score: index / 4 }));
const words = ['good', 'very good', 'bad'].map((choice, index) => ({ choice, score: index / 2 }));

describe('the choice in a judge’s answer', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['5', '5'],
    ['There is 1 slip in 2 sentences, still fine.\n4', '4'],
    ['1 would be too harsh.\n\n**Score: 4**\n', '4'],
    ['Grade: 4/5', '4'],
    ['4 out of 5.', '4'],
    ['I give it 4.', '4'],
    ['4.5', undefined],
    ['10', undefined],
    ['It is fine, a 5\nas far as I can tell.', undefined],
    ['', undefined],
    ['3\n```', '3'],
  ];
  for (const [answer, choice] of cases) {
    it(`of ${JSON.stringify(answer)} is ${choice ?? 'none'}`, () => {
      assert.equal(chosenIn(answer, grades)?.choice, choice);
    });
  }

  it('may be a fraction itself', () => {
    const stars = ['1/5', '4/5', '5/5'].map(choice => ({ choice, score: Number(choice[0]) / 5 }));
    assert.equal(chosenIn('4/5', stars)?.choice, '4/5');
    assert.equal(chosenIn('Fine.\n**5/5**.', stars)?.choice, '5/5');
    assert.equal(chosenIn('I give it 4/5', stars)?.choice, '4/5');
    assert.equal(chosenIn('14/5', stars)?.choice, undefined);
  });

  it('is found in a line of endless blanks', () => {
    assert.equal(chosenIn(`4${' '.repeat(300_000)}it is`, grades)?.choice, '4');
  });

  it('is the longest that matches', () => {
    assert.equal(chosenIn('I would call it very good', words)?.choice, 'very good');
    assert.equal(chosenIn('Very Good!', words)?.choice, 'very good');
    assert.equal(chosenIn('goodness', words)?.choice, undefined);
  });
});

describe('the llm evaluator', () => {
  const llm = {
    modelId: 'fake/judge',
    prompt: 'Q {{input}} A {{completion}} E {{expected}}',
    choices: grades,
  };
  const judge = async (spec: object, verdict: string, row = {}) => {
    const asked: ChatRequest[] = [];
    const provider = fakeProvider(request => {
      if (request.model !== 'judge') return 'the {{input}} output';
      asked.push(request);
      return verdict;
    });
    const result = await judgeOutput({ llm: { ...llm, ...spec } }, '', row, { provider });
    return { result, asked };
  };

  it('shows the judge the row and the output, in one pass', async () => {
    const { asked } = await judge({ systemPrompt: 'You judge.' }, '5', { expected: 'e' });
    assert.deepEqual(asked[0]?.messages, [
      { role: 'system', content: 'You judge.' },
      { role: 'user', content: 'Q in A the {{input}} output E e' },
    ]);
  });

  it('passes with any score above nothing, as at GitHub, unless there is a threshold', async () => {
    assert.deepEqual(
      [
        (await judge({}, '2', { expected: 'e' })).result.verdict,
        (await judge({}, '1', { expected: 'e' })).result.verdict,
      ],
      ['passed', 'failed'],
    );
  });

  it('is errored when the judge answers none of the choices', async () => {
    const { result } = await judge({}, 'Hard to say.', { expected: 'e' });
    assert.equal(result.verdict, 'errored');
    assert.equal(result.message, 'The judge answered none of the choices: "Hard to say.".');
  });

  it('asks with temperature 0, but not of a model that thinks, whatever alias it goes by', async () => {
    const parameters: ChatRequest['parameters'][] = [];
    const provider = fakeProvider(request => {
      if (request.model !== 'echo') parameters.push(request.parameters);
      return '5';
    });
    const models: Readonly<Record<string, string>> = { careful: 'gpt-5-mini', quick: 'gpt-4o' };
    const evaluators = Object.keys(models).map(name => ({
      name,
      llm: { modelId: name, prompt: '{{completion}}', choices: grades },
    }));
    const input = await makeInput({ testData: [{ input: 'in' }], evaluators }, provider);
    const resolveModel = (reference = '') => ({
      ...input.resolveModel(reference),
      model: models[reference] ?? 'echo',
    });
    await runEvals({ ...input, resolveModel });
    assert.deepEqual(parameters, [{}, { temperature: 0 }]);
  });

  it('keeps what the judge said', async () => {
    const { result } = await judge({}, 'Off topic.\n1', { expected: 'e' });
    assert.equal(result.message, 'the judge answered "1"');
    assert.equal(result.actual, 'Off topic.\n1');
  });
});

describe('GitHub’s own judges', () => {
  it('grade 1 to 5 with openai/gpt-4o and pass from 2 on', async () => {
    for (const name of ['similarity', 'coherence', 'fluency', 'relevance', 'groundedness']) {
      const asked: ChatRequest[] = [];
      const provider = fakeProvider(request => {
        asked.push(request);
        return request.model === 'echo' ? 'my answer' : 'Fine.\n4';
      });
      const result = await judgeOutput(
        { uses: `github/${name}` },
        '',
        { input: 'my question {{completion}}', expected: 'my expectation', context: 'my context' },
        { provider },
      );
      assert.deepEqual([result.verdict, result.score, result.threshold], ['passed', 0.75, 0.25], name);
      assert.equal(asked[1]?.model, 'openai/gpt-4o');
      const text = String(asked[1]?.messages.at(-1)?.content);
      assert.match(text, /my answer/);
      assert.match(text, /my question \{\{completion\}\}/);
      assert.equal(text.includes('my expectation'), name === 'similarity');
      assert.equal(text.includes('my context'), name === 'relevance' || name === 'groundedness');
    }
  });
});
