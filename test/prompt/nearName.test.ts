import assert from 'node:assert/strict';
import { nearName } from '../../src/prompt/nearName.ts';

describe('nearName', () => {
  for (const [name, candidates, expected] of [
    ['customr', ['company', 'customer'], 'customer'],
    ['firstName', ['last_name', 'first_name'], 'first_name'],
    ['qestion', ['question'], 'question'],
    ['promptgate/contain', ['promptgate/icontains', 'promptgate/contains'], 'promptgate/contains'],
    ['a', ['b', 'c'], undefined],
    ['id', ['it', 'ip'], undefined],
    ['city', ['country', 'street'], undefined],
    ['name', ['name'], undefined],
    ['x'.repeat(200), ['x'.repeat(199)], undefined],
  ] as const) {
    it(`${expected === undefined ? 'offers nothing' : `offers ${expected}`} for ${name.slice(0, 20)}`, () => {
      assert.equal(nearName(name, candidates), expected);
    });
  }
});
