import type { Prompt, StringCheck } from '../../prompt/prompt.ts';
import type { Check } from './evaluator.ts';
import { difference, excerpt } from './excerpt.ts';
import { templated } from './value.ts';

export const stringVersion = 1;

/** Order and case as in GitHub's runner: `equals` alone minds case; of several operators the first counts. */
const operators = [
  { key: 'equals', words: 'equal', holds: (output: string, value: string) => output === value },
  {
    key: 'contains',
    words: 'contain',
    holds: (output: string, value: string) => output.toLowerCase().includes(value.toLowerCase()),
  },
  {
    key: 'startsWith',
    words: 'start with',
    holds: (output: string, value: string) => output.toLowerCase().startsWith(value.toLowerCase()),
  },
  {
    key: 'endsWith',
    words: 'end with',
    holds: (output: string, value: string) => output.toLowerCase().endsWith(value.toLowerCase()),
  },
] as const;

/** GitHub's `string:` evaluator. An empty operator counts as absent, as it does there. */
export function prepareString(check: StringCheck, mode: Prompt['template']): Check {
  const operator = operators.find(({ key }) => check[key] !== undefined && check[key] !== '');
  if (operator === undefined) {
    return () => {
      throw new Error('a string evaluator needs one of equals, contains, startsWith, endsWith');
    };
  }
  const fill = templated(check[operator.key] ?? '', mode);
  return ({ output, values }) => {
    const expected = fill(values);
    if (operator.holds(output, expected)) {
      return {
        score: 1,
        message: `output ${operator.words}s ${excerpt(expected)}`,
        expected,
        actual: output,
      };
    }
    const message =
      operator.key === 'equals'
        ? difference(expected, output)
        : `output does not ${operator.words} ${excerpt(expected)}: ${excerpt(output)}`;
    return { score: 0, message, expected, actual: output };
  };
}
