import assert from 'node:assert/strict';
import { mergeEntries, writtenId } from '../../src/extension/promptIndex.ts';

describe('writtenId', () => {
  it('reads a top-level id without parsing the file', () => {
    for (const [text, id] of [
      ['id: support/refund\nname: x\n', 'support/refund'],
      ['name: x\nid: "support/refund" # note\r\n', 'support/refund'],
      ["'id':  'support/refund'", 'support/refund'],
      ['id: support/refund # note', 'support/refund'],
    ] as const) {
      assert.equal(writtenId(text), id, text);
    }
  });

  it('takes nothing else for an id', () => {
    for (const text of [
      'name: x\n',
      '  id: nested\n',
      '# id: comment\n',
      'id:\n',
      'identity: x\n',
      'id: *alias\n',
    ]) {
      assert.equal(writtenId(text), undefined, text);
    }
  });
});

describe('mergeEntries', () => {
  const summary = (id: string) => ({
    id,
    head: { revision: 1, hash: 'x' },
    labels: {},
    publishes: 1,
    latest: '1.0.0',
  });

  it('puts folder and registry together, sorted', () => {
    const files = new Map([
      ['b/new', ['/w/new.prompt.yml']],
      ['a/both', ['/w/both.prompt.yml', '/w/twin.prompt.yml']],
    ]);
    const entries = mergeEntries(files, [summary('a/both'), summary('a/gone')]);
    assert.deepEqual(
      entries.map(({ id, path, others, summary: known }) => [id, path, others.length, known?.latest]),
      [
        ['a/both', '/w/both.prompt.yml', 1, '1.0.0'],
        ['a/gone', undefined, 0, '1.0.0'],
        ['b/new', '/w/new.prompt.yml', 0, undefined],
      ],
    );
    assert.deepEqual([entries[0]?.service, entries[0]?.name], ['a', 'both']);
  });
});
