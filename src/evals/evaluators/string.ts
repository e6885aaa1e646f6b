import type { StringCheck } from '../../prompt/prompt.ts';
import type { TemplateSetting } from '../../prompt/render.ts';
import type { Check } from './evaluator.ts';
import { difference, excerpt } from './excerpt.ts';
import { templated } from './value.ts';

export const stringVersion = 1;

/** Order and case as in GitHub's runner: `equals` alone minds case; of several operators the first counts. */
const operators = [
  {
    key: 'equals',
    is: 'equals',
    isNot: 'does not equal',
    holds: (output: string, value: string) => output === value,
  },
  {
    key: 'contains',
    is: 'contains',
    isNot: 'does not contain',
    holds: (output: string, value: string) => output.toLowerCase().includes(value.toLowerCase()),
  },
  {
    key: 'startsWith',
    is: 'starts with',
    isNot: 'does not start with',
    holds: (output: string, value: string) => output.toLowerCase().startsWith(value.toLowerCase()),
  },
  {
    key: 'endsWith',
    is: 'ends with',
    isNot: 'does not end with',
    holds: (output: string, value: string) => output.toLowerCase().endsWith(value.toLowerCase()),
  },
] as const;

/** GitHub's `string:` evaluator. An empty operator counts as absent, as it does there. */
export function prepareString(check: StringCheck, prompt: TemplateSetting): Check {
  const operator = operators.find(({ key }) => check[key] !== undefined && check[key] !== '');
  if (operator === undefined) {
    return () => {
      throw new Error('a string evaluator needs one of equals, contains, startsWith, endsWith');
    };
  }
  const fill = templated(check[operator.key] ?? '', prompt);
  return ({ output, values }) => {
    const expected = fill(values);
    if (operator.holds(output, expected)) {
      return {
        score: 1,
        message: `output ${operator.is} ${excerpt(expected)}`,
        expected,
        actual: output,
      };
    }
    return operator.key === 'equals'
      ? { score: 0, message: difference(expected, output), expected, actual: output }
      : {
          score: 0,
          message: `output ${operator.isNot} ${excerpt(expected)}`,
          quote: true,
          expected,
          actual: output,
        };
  };
}
