import assert from 'node:assert/strict';
import { judgeOutput } from '../fixtures.ts';

describe('the string evaluator, as at GitHub', () => {
  it('minds case in equals alone', async () => {
    const verdict = async (string: object, output: string): Promise<string> =>
      (await judgeOutput({ string }, output)).verdict;
    assert.equal(await verdict({ equals: 'Hello' }, 'Hello'), 'passed');
    assert.equal(await verdict({ equals: 'Hello' }, 'hello'), 'failed');
    assert.equal(await verdict({ contains: 'WORLD' }, 'hello world!'), 'passed');
    assert.equal(await verdict({ startsWith: 'HE' }, 'hello'), 'passed');
    assert.equal(await verdict({ endsWith: 'LO' }, 'hello'), 'passed');
    assert.equal(await verdict({ endsWith: 'he' }, 'hello'), 'failed');
  });

  it('uses the first operator of equals, contains, startsWith, endsWith that is not empty', async () => {
    assert.equal((await judgeOutput({ string: { endsWith: 'x', contains: 'b' } }, 'abc')).verdict, 'passed');
    assert.equal(
      (await judgeOutput({ string: { equals: '', contains: 'z', startsWith: 'a' } }, 'abc')).verdict,
      'failed',
    );
  });

  it('is errored without an operator', async () => {
    const result = await judgeOutput({ string: { equals: '' } }, 'abc');
    assert.equal(result.verdict, 'errored');
    assert.equal(result.error?.kind, 'evaluator');
  });

  it('fills in values of the row, expected too, in one pass', async () => {
    const row = { expected: '{{input}} is text', input: 'in' };
    const result = await judgeOutput({ string: { equals: '{{expected}}' } }, '{{input}} is text', row);
    assert.equal(result.verdict, 'passed');
  });

  it('is errored when its template names what the row does not have', async () => {
    const result = await judgeOutput({ string: { contains: '{{nobody}}' } }, 'abc');
    assert.equal(result.verdict, 'errored');
    assert.equal(result.error?.kind, 'render');
    assert.match(result.message, /nobody/);
  });

  it('says what was expected and what came', async () => {
    const result = await judgeOutput({ string: { equals: 'We look into it.' } }, 'No.');
    assert.equal(result.message, 'expected "We look into it.", got "No."');
    assert.equal(result.expected, 'We look into it.');
    assert.equal(result.actual, 'No.');
  });

  it('says in words which operator failed or held', async () => {
    const message = async (string: object): Promise<string> => (await judgeOutput({ string }, 'abc')).message;
    assert.equal(await message({ startsWith: 'x' }), 'output does not start with "x": "abc"');
    assert.equal(await message({ endsWith: 'C' }), 'output ends with "C"');
  });

  it('shows the place where long texts part', async () => {
    const same = 'word '.repeat(60);
    const result = await judgeOutput({ string: { equals: `${same}end` } }, `${same}fin`);
    assert.equal(
      result.message,
      'differs at character 301: expected "…word word word word end", got "…word word word word fin"',
    );
  });
});
