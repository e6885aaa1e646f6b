import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { mergeEntries, withoutRoots } from '../../src/extension/promptEntries.ts';

describe('withoutRoots', () => {
  it('leaves the files of a project within to that project', () => {
    const path = (...parts: string[]): string => ['', ...parts].join(sep);
    const files = new Map([
      ['a/one', [path('w', 'one.prompt.yml'), path('w', 'inner', 'one.prompt.yml')]],
      ['inner/two', [path('w', 'inner', 'two.prompt.yml')]],
      ['innermost/three', [path('w', 'innermost', 'three.prompt.yml')]],
    ]);
    assert.equal(withoutRoots(files, []), files);
    assert.deepEqual(
      [...withoutRoots(files, [path('w', 'inner')])],
      [
        ['a/one', [path('w', 'one.prompt.yml')]],
        ['innermost/three', [path('w', 'innermost', 'three.prompt.yml')]],
      ],
    );
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
