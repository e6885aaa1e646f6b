import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideGate, type GateInput } from '../../src/evals/gate.ts';
import { digests, makeEvidence } from './fixtures.ts';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const input = (parts: Partial<GateInput>): GateInput => ({
  evidence: makeEvidence({ a: 'passed', b: 'passed' }),
  digests,
  evaluators: { string: 1 },
  passRate: 1,
  now,
  ...parts,
});
const decide = (parts: Partial<GateInput>): readonly [string, string] => {
  const { outcome, text } = decideGate(input(parts));
  return [outcome, text];
};

describe('the gate', () => {
  it('passes when every row passes', () => {
    assert.deepEqual(decide({}), ['pass', 'gate passed 2/2']);
  });

  it('fails and names the rows', () => {
    const evidence = makeEvidence({ a: 'passed', 'late-delivery': 'failed', 'refund-twice': 'failed' });
    assert.deepEqual(decide({ evidence }), ['fail', '2 of 3 rows fail: late-delivery, refund-twice']);
    const many = makeEvidence(
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`r${index}`, 'failed'])),
    );
    assert.deepEqual(decide({ evidence: many }), ['fail', '9 of 9 rows fail: r0, r1, r2, r3, r4 and 4 more']);
  });

  it('allows the share of failing rows that it is told to', () => {
    const evidence = makeEvidence({ a: 'passed', b: 'passed', c: 'passed', d: 'failed' });
    assert.deepEqual(decide({ evidence, passRate: 0.75 }), [
      'pass',
      'gate passed 3/4, d fails, 75 % must pass',
    ]);
    assert.deepEqual(decide({ evidence, passRate: 0.8 }), ['fail', '1 of 4 rows fails: d; 80 % must pass']);
  });

  it('does not count skipped rows, but says how many', () => {
    const evidence = makeEvidence({ a: 'passed', b: 'skipped' });
    assert.deepEqual(decide({ evidence }), ['pass', 'gate passed 1/1, 1 skipped']);
  });

  it('is missing without evidence, rows, or anything judged', () => {
    assert.deepEqual(decide({ evidence: undefined }), ['missing', 'not evaluated']);
    assert.deepEqual(decide({ evidence: makeEvidence({}) }), ['missing', 'no evidence: there are no rows']);
    assert.deepEqual(decide({ evidence: makeEvidence({ a: 'skipped' }) }), [
      'missing',
      'no evidence: the only row was skipped',
    ]);
  });

  it('is errored as soon as one row is, whatever the pass rate', () => {
    const evidence = makeEvidence({ a: 'passed', b: 'errored', c: 'failed' });
    assert.deepEqual(decide({ evidence, passRate: 0 }), ['errored', '1 of 3 rows errored: b']);
  });

  it('is stale when the evidence is about something else, and says what changed', () => {
    const other = (parts: object) => ({ digests: { ...digests, ...parts } });
    assert.deepEqual(decide(other({ content: 'x' })), [
      'stale',
      'the prompt changed since the last evaluation',
    ]);
    assert.deepEqual(decide(other({ target: 'x', suite: 'y' })), [
      'stale',
      'the model or its parameters and the rows or evaluators changed since the last evaluation',
    ]);
  });

  it('is stale when an evaluator judges differently by now', () => {
    assert.deepEqual(decide({ evaluators: { string: 2 } }), [
      'stale',
      'string judges differently since this was evaluated',
    ]);
    assert.equal(decide({ evaluators: { llm: 1 } })[0], 'stale');
  });

  it('is stale when the evidence is too old, or of an unreadable time', () => {
    const hour = 3_600_000;
    assert.equal(decide({ maxAgeMs: 2 * hour })[0], 'pass');
    assert.deepEqual(decide({ maxAgeMs: hour }), [
      'stale',
      'the evaluation is 2 hours old, at most 60 min is allowed',
    ]);
    const evidence = { ...makeEvidence({ a: 'passed' }), time: 'yesterday' };
    assert.equal(decide({ evidence, maxAgeMs: hour })[0], 'stale');
  });

  it('fails when a row that passes in what is served now does not pass here', () => {
    const baseline = makeEvidence({ a: 'passed', b: 'failed', gone: 'passed' });
    const evidence = makeEvidence({ a: 'failed', b: 'passed', c: 'passed', d: 'passed' });
    const decision = decideGate(input({ evidence, baseline, passRate: 0.5 }));
    assert.equal(decision.outcome, 'fail');
    assert.equal(decision.text, '1 row passes in what is served now and not here: a');
    assert.deepEqual([decision.broken, decision.fixed], [['a'], ['b']]);
    const skipped = makeEvidence({ a: 'skipped', b: 'passed' });
    assert.equal(decide({ evidence: skipped, baseline })[0], 'fail', 'skipping hides nothing');
    assert.deepEqual(decide({ baseline: makeEvidence({ a: 'passed' }) }), [
      'pass',
      'gate passed 2/2, no row worse than what is served now',
    ]);
  });

  it('passes only if no row is errored, some row passed, and enough did', () => {
    const verdict = fc.constantFrom('passed', 'failed', 'errored', 'skipped');
    fc.assert(
      fc.property(
        fc.array(verdict, { maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (verdicts, passRate) => {
          const evidence = makeEvidence(
            Object.fromEntries(verdicts.map((given, index) => [`r${index}`, given])),
          );
          const count = (wanted: string): number => verdicts.filter(given => given === wanted).length;
          const judged = count('passed') + count('failed');
          const expected =
            count('errored') === 0 && judged > 0 && count('passed') / judged >= passRate - 1e-9;
          assert.equal(decideGate(input({ evidence, passRate })).outcome === 'pass', expected);
        },
      ),
    );
  });
});
