import assert from 'node:assert/strict';
import { isLabelName } from '../../src/registry/labelName.ts';

describe('a label name', () => {
  it('is short, plain and not one that would be mistaken', () => {
    for (const name of ['production', 'a', 'eu-west_2', `a${'b'.repeat(35)}`])
      assert.ok(isLabelName(name), name);
    for (const name of [
      '',
      'Production',
      '1st',
      '-a',
      'latest',
      'constructor',
      'a b',
      'é',
      `a${'b'.repeat(36)}`,
    ])
      assert.ok(!isLabelName(name), name);
  });
});
