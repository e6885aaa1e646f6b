import assert from 'node:assert/strict';
import { reviewMove, reviewPublish, versionChoices } from '../../src/project/review.ts';
import type { MovePlan } from '../../src/registry/move.ts';
import type { PublishPlan } from '../../src/registry/publish.ts';

const event = { eventId: 'e', type: 'publish', author: 'Ana', time: '', message: '', policy: '' } as const;
const gate = { outcome: 'pass', text: 'gate passed 18/18', broken: [], fixed: ['refund-twice'] } as const;

const publish: PublishPlan = {
  id: 'support/refund',
  version: '2.5.0',
  base: '2.4.0',
  bump: 'minor',
  proposal: {
    bump: 'minor',
    changes: [
      { bump: 'minor', text: 'new optional variable "tone"' },
      { bump: 'patch', text: 'message 1 (system) changed' },
    ],
  },
  changes: [{ kind: 'changed', what: 'message', path: 'messages.0', text: 'message 1 (system) changed' }],
  gate,
  refusals: [],
  expectedHead: { revision: 3, hash: 'h' },
  change: { event, labels: {} },
};

const move: MovePlan = {
  id: 'support/refund',
  type: 'promote',
  label: 'production',
  from: '2.3.1',
  to: '2.4.0',
  changes: [],
  contract: { changes: [] },
  gate: { outcome: 'fail', text: '1 of 18 rows fails: late', broken: ['late'], fixed: [] },
  checks: [
    { rule: 'after', ok: true, text: 'after staging' },
    { rule: 'gate', ok: false, text: '1 of 18 rows fails: late' },
    { rule: 'protected', ok: false, text: 'confirmed' },
  ],
  refusals: [],
  protected: true,
  pointer: { version: '2.4.0', since: '2026-11-20T09:00:00.000Z', revision: 4 },
  expectedHead: { revision: 3, hash: 'h' },
  change: { event, labels: {} },
};

describe('review', () => {
  it('offers the proposed version first and nothing smaller', () => {
    assert.deepEqual(versionChoices(publish), [
      { version: '2.5.0', bump: 'minor', reason: 'minor: new optional variable "tone"' },
      { version: '3.0.0', bump: 'major', reason: 'major' },
    ]);
    const wording = { ...publish, proposal: { bump: 'patch', changes: [] } } as const;
    assert.equal(versionChoices(wording)[0]?.reason, 'patch: contract unchanged');
    assert.deepEqual(
      versionChoices({ ...publish, base: undefined, version: '1.0.0' }).map(({ version }) => version),
      ['1.0.0'],
    );
  });

  it('says of a publish what the gate, the contract and the text do', () => {
    const sections = reviewPublish(publish);
    assert.deepEqual(
      sections.map(({ title }) => title),
      ['Gate', 'Contract with callers', '1 other change since 2.4.0'],
    );
    assert.deepEqual(
      sections[0]?.lines.map(({ text }) => text),
      ['gate passed 18/18', '1 row fixed since 2.4.0: refund-twice'],
    );
  });

  it('tells no change twice', () => {
    const [, contract, others] = reviewPublish(publish);
    assert.deepEqual(contract?.lines, [
      { mark: 'plain', text: 'new optional variable "tone"', detail: 'minor' },
    ]);
    assert.deepEqual(others?.lines, [{ mark: 'plain', text: 'message 1 (system) changed' }]);
    const wording = { ...publish, proposal: { bump: 'patch', changes: [] } } as const;
    assert.deepEqual(
      reviewPublish(wording).map(({ title }) => title),
      ['Gate', '1 change since 2.4.0'],
    );
  });

  it('says of a promotion which rule holds, which rows break, and leaves out what is empty', () => {
    const sections = reviewMove(move);
    assert.deepEqual(
      sections.map(({ title, lines }) => [title, ...lines.map(({ mark, text }) => `${mark} ${text}`)]),
      [
        ['Policy of production', 'ok after staging', 'bad 1 of 18 rows fails: late'],
        ['Rows', 'bad 1 row broken since 2.3.1: late'],
      ],
    );
  });
});
