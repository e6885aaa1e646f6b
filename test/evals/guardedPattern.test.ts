import assert from 'node:assert/strict';
import { guardedPattern } from '../../src/evals/guardedPattern.ts';

const limitMs = 20;

describe('guardedPattern', () => {
  it('finds what the pattern finds, in short texts and long ones', () => {
    for (const text of ['no 7', `${'x'.repeat(100_000)}no 7`]) {
      const match = guardedPattern(/no (\d+)/)(text);
      assert.deepEqual(match && [...match], ['no 7', '7']);
    }
    assert.equal(guardedPattern(/no (\d+)/)('x'.repeat(100_000)), null);
  });

  // Exponential and polynomial, with groups, alternatives, bounded repetitions, a reference back.
  for (const [pattern, text] of [
    [/^(a+)+$/, `${'a'.repeat(40)}!`],
    [/^(a|aa)+$/, `${'a'.repeat(60)}!`],
    [/^(?:a{1,30}){1,30}$/, `${'a'.repeat(60)}!`],
    [/(.*)=(.*)=(.*);/, '='.repeat(3000)],
    [/\s+$/, `${' '.repeat(100_000)}x`],
    [/^(a*)*\1b/, 'a'.repeat(5000)],
    [new RegExp(`^${'(?:a|(a))'.repeat(24)}b`), 'a'.repeat(30)],
  ] as const) {
    it(`gives up on ${pattern.source.slice(0, 30)}`, () => {
      assert.throws(() => guardedPattern(pattern, limitMs)(text), /took longer than 0\.02 s/);
    });
  }

  it('tries a pattern that took too long at three texts, no more', () => {
    const search = guardedPattern(/^(a+)+$/, limitMs);
    for (let row = 0; row < 5; row++) assert.throws(() => search(`${'a'.repeat(40)}!`), /took longer/);
    assert.throws(() => search('aaa'), /took longer/);
  });
});
