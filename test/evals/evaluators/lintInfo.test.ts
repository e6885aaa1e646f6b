import assert from 'node:assert/strict';
import { evaluatorLintInfo, implementationVersions } from '../../../src/evals/evaluators/index.ts';

describe('what lint knows of evaluators', () => {
  const info = evaluatorLintInfo();
  const problem = (name: string, options: unknown): string | undefined => info.get(name)?.check?.(options);

  it('is their names, scales and judges', () => {
    assert.deepEqual(
      Array.from(info, ([name, { negatable, scale, judge }]) => [name, negatable, scale, judge ?? '']),
      [
        ['github/similarity', false, 'graded', 'openai/gpt-4o'],
        ['github/coherence', false, 'graded', 'openai/gpt-4o'],
        ['github/fluency', false, 'graded', 'openai/gpt-4o'],
        ['github/relevance', false, 'graded', 'openai/gpt-4o'],
        ['github/groundedness', false, 'graded', 'openai/gpt-4o'],
        ['promptgate/equals', true, 'yes-no', ''],
        ['promptgate/contains', true, 'yes-no', ''],
        ['promptgate/icontains', true, 'yes-no', ''],
        ['promptgate/starts-with', true, 'yes-no', ''],
        ['promptgate/regex', true, 'yes-no', ''],
        ['promptgate/is-json', true, 'yes-no', ''],
        ['promptgate/json-schema', true, 'yes-no', ''],
        ['promptgate/similar', true, 'graded', ''],
        ['promptgate/no-pii', true, 'yes-no', ''],
        ['promptgate/is-refusal', true, 'yes-no', ''],
      ],
    );
  });

  it('accepts every evaluator without options', () => {
    for (const [name, { check }] of info) assert.equal(check?.(undefined), undefined, name);
  });

  const cases: readonly (readonly [string, unknown, RegExp | undefined])[] = [
    ['promptgate/contains', { value: 'x' }, undefined],
    ['promptgate/equals', { value: { a: [1] } }, undefined],
    ['promptgate/equals', { value: null }, undefined],
    ['promptgate/contains', { valeu: 'x' }, /^"valeu" is no option of contains; there is value$/],
    ['promptgate/contains', 'x', /map/],
    ['promptgate/regex', { value: '(' }, /^the pattern is not a regular expression/],
    ['promptgate/regex', { value: '({{x}}' }, undefined],
    ['promptgate/regex', { value: 5 }, /^value must be a pattern, as text$/],
    ['promptgate/regex', { value: 'x', flags: 'g' }, /^flags may be of i, m, s, u$/],
    ['promptgate/similar', { model: 5 }, /^model must be the name of an embedding model$/],
    ['promptgate/is-json', { value: 1 }, /^"value" is no option of is-json; it takes none$/],
    ['promptgate/json-schema', { schema: 5 }, /^schema must be a JSON Schema/],
    ['promptgate/json-schema', { schema: { type: 'object' } }, undefined],
    ['promptgate/no-pii', { country: 'usa' }, /^country must be two capitals such as US$/],
    ['promptgate/no-pii', { allow: '@acme.com' }, /^allow must be a list such as/],
    ['github/fluency', { model: 'openai/gpt-4.1' }, undefined],
    ['github/fluency', { choices: [] }, /^"choices" is no option of GitHub’s judges/],
  ];
  for (const [name, options, expected] of cases) {
    it(`says of ${name} with ${JSON.stringify(options)}: ${expected?.source ?? 'fine'}`, () => {
      const found = problem(name, options);
      if (expected === undefined) assert.equal(found, undefined);
      else assert.match(found ?? 'nothing', expected);
    });
  }
});

describe('implementation versions', () => {
  it('are named as the file names the evaluators', () => {
    const evaluators = [
      { name: 'a', uses: 'promptgate/not-contains' },
      { name: 'b', string: { equals: 'x' } },
      { name: 'c', uses: 'promptgate/no-such' },
    ];
    const extra = [{ name: 'd', llm: { prompt: 'x', choices: [] } }];
    assert.deepEqual(implementationVersions({ evaluators }, [{ extra }]), {
      'promptgate/not-contains': 1,
      string: 1,
      llm: 1,
    });
  });
});
