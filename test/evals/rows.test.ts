import assert from 'node:assert/strict';
import { collectRows } from '../../src/evals/rows.ts';
import type { RowData } from '../../src/prompt/prompt.ts';
import { makePrompt } from './fixtures.ts';

describe('rows', () => {
  it('parts reserved keys from values', async () => {
    const row = { id: 'late', input: 'Where?', expected: 'Soon', tags: ['a'], metadata: { by: 'me' } };
    const { rows } = await collectRows(makePrompt({ testData: [row] }), []);
    assert.deepEqual(rows, [
      {
        id: 'late',
        values: { input: 'Where?' },
        expected: 'Soon',
        tags: ['a'],
        only: undefined,
        extra: [],
        origin: { index: 0 },
      },
    ]);
  });

  it('takes a reserved key that a message names for an ordinary variable', async () => {
    const prompt = makePrompt({
      messages: [{ role: 'user', content: 'Order {{id}}: {{tags}}' }],
      testData: [{ id: '17', tags: 'late', expected: 'x' }],
    });
    const { rows } = await collectRows(prompt, []);
    assert.deepEqual(rows[0]?.values, { id: '17', tags: 'late' });
    assert.deepEqual(rows[0]?.tags, []);
    assert.match(rows[0]?.id ?? '', /^[0-9a-f]{12}$/);
    assert.equal(rows[0]?.expected, 'x');
  });

  it('gives a reserved key to a judge that names it, without taking its meaning', async () => {
    const prompt = makePrompt({
      testData: [{ id: 'one', input: 'x', tags: ['vip'] }],
      evaluators: [
        { name: 'j', llm: { prompt: '{{tags}} {{expected}}', choices: [{ choice: 'yes', score: 1 }] } },
      ],
    });
    const { rows } = await collectRows(prompt, []);
    assert.equal(rows[0]?.id, 'one');
    assert.deepEqual(rows[0]?.values, { input: 'x', tags: ['vip'] });
    assert.deepEqual(rows[0]?.tags, ['vip']);
  });

  it('names a row without id by its digest, whatever the order of its keys and whichever tags it has', async () => {
    const testData: readonly RowData[] = [
      { input: 'x', expected: 'y' },
      { expected: 'y', tags: ['t'], input: 'x' },
      { input: 'other' },
    ];
    const { rows } = await collectRows(makePrompt({ testData }), []);
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['e6ab2933d5ac', 'e6ab2933d5ac#2', '010c0080793f'],
    );
  });

  it('keeps ids unique when the same one is given twice, or looks like a repeat', async () => {
    const testData = [{ id: 'a' }, { id: 'a#2' }, { id: 'a' }, { id: 7 }, { id: ' ' }];
    const { rows } = await collectRows(makePrompt({ testData }), []);
    const ids = rows.map(({ id }) => id);
    assert.deepEqual(ids.slice(0, 4), ['a', 'a#2', 'a#3', '7']);
    assert.equal(new Set(ids).size, 5);
  });

  it('numbers one row that is there many times over', async () => {
    const text = '{"input":"x"}\n'.repeat(20_000);
    const { rows } = await collectRows(makePrompt(), [{ path: 'same.jsonl', text }]);
    assert.equal(new Set(rows.map(({ id }) => id)).size, 20_000);
    assert.match(rows.at(-1)?.id ?? '', /#20000$/);
  });

  it('reads names and own evaluators of a row', async () => {
    const own = { name: 'short', uses: 'promptgate/regex', with: { value: '^.{1,9}$' } };
    const testData = [
      { evaluators: ['polite'] },
      { evaluators: [own] },
      { evaluators: ['polite', own] },
      { evaluators: [] },
    ];
    const { rows } = await collectRows(makePrompt({ testData }), []);
    assert.deepEqual(
      rows.map(({ only, extra }) => ({ only, extra })),
      [
        { only: ['polite'], extra: [] },
        { only: undefined, extra: [own] },
        { only: ['polite'], extra: [own] },
        { only: [], extra: [] },
      ],
    );
  });

  it('keeps a value named __proto__ to itself', async () => {
    const text = '{"__proto__": {"polluted": true}, "input": "x"}';
    const { rows } = await collectRows(makePrompt(), [{ path: 'a.jsonl', text }]);
    assert.equal(Object.hasOwn(rows[0]?.values ?? {}, '__proto__'), true);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('names a row that has half a character', async () => {
    const { rows } = await collectRows(makePrompt(), [{ path: 'a.jsonl', text: '{"input": "\\ud800"}' }]);
    assert.match(rows[0]?.id ?? '', /^[0-9a-f]{12}$/);
  });
});

describe('JSONL datasets', () => {
  it('name a broken line by its number and run the rest', async () => {
    const text = '{"input": "a"}\n\n{"input": \n[1]\n{"input": "b"}';
    const { rows, unreadable } = await collectRows(makePrompt({ testData: [{ input: 'inline' }] }), [
      { path: 'rows.jsonl', text },
    ]);
    assert.deepEqual(
      rows.map(({ values, origin }) => [values['input'], origin]),
      [
        ['inline', { index: 0 }],
        ['a', { file: 'rows.jsonl', index: 0, line: 1 }],
        ['b', { file: 'rows.jsonl', index: 1, line: 5 }],
      ],
    );
    assert.deepEqual(
      unreadable.map(({ file, line }) => [file, line]),
      [
        ['rows.jsonl', 3],
        ['rows.jsonl', 4],
      ],
    );
    assert.match(unreadable[0]?.message ?? '', /^not JSON: /);
    assert.match(unreadable[1]?.message ?? '', /must be an object/);
  });

  it('name a line that is deeper than anybody could use', async () => {
    const text = `{"input": ${'['.repeat(20_000)}${']'.repeat(20_000)}}\n{"input": [[1]]}\n`;
    const { rows, unreadable } = await collectRows(makePrompt(), [{ path: 'rows.jsonl', text }]);
    assert.deepEqual([rows.length, unreadable.map(({ line }) => line)], [1, [1]]);
  });

  it('may start with a byte order mark and end lines with CRLF', async () => {
    const { rows, unreadable } = await collectRows(makePrompt(), [
      { path: 'rows.JSONL', text: '\uFEFF{"input":"a"}\r\n{"input":"b"}\r\n' },
    ]);
    assert.deepEqual([rows.length, unreadable.length, rows[1]?.origin.line], [2, 0, 2]);
  });
});

describe('CSV datasets', () => {
  const read = async (text: string, variables = {}) =>
    collectRows(makePrompt({ variables }), [{ path: 'rows.csv', text }]);

  it('know quoted commas, quotes and line ends, and on which line a row starts', async () => {
    const { rows, unreadable } = await read('\uFEFFinput,expected\r\n"a, ""b""\r\nc",x\r\nd,\r\n');
    assert.deepEqual(unreadable, []);
    assert.deepEqual(
      rows.map(({ values, expected, origin }) => [values, expected, origin.line]),
      [
        [{ input: 'a, "b"\nc' }, 'x', 2],
        [{ input: 'd' }, undefined, 4],
      ],
    );
  });

  it('name a ragged row by its line and run the rest', async () => {
    const { rows, unreadable } = await read('input,expected\n"two\nlines",1\na,b,c\nlast,2\n');
    assert.deepEqual(
      rows.map(({ origin }) => origin.line),
      [2, 5],
    );
    assert.deepEqual(unreadable, [
      { file: 'rows.csv', line: 4, message: '3 cells, but 2 columns: input, expected' },
    ]);
  });

  it('convert cells to the declared type', async () => {
    const variables = {
      count: { type: 'integer', required: true },
      open: { type: 'boolean', required: true },
      items: { type: 'array', required: true },
    } as const;
    const { rows, unreadable } = await read(
      'count,open,items,tags\n3,TRUE,"[1,2]",a;b\n3.5,true,[],\n,,,\n',
      variables,
    );
    assert.deepEqual(rows[0]?.values, { count: 3, open: true, items: [1, 2] });
    assert.deepEqual(rows[0]?.tags, ['a', 'b']);
    assert.deepEqual(unreadable, [
      { file: 'rows.csv', line: 3, message: 'count: "3.5" is not a whole number' },
    ]);
    assert.deepEqual(rows[1]?.values, {}, 'an empty cell is no value');
  });

  it('report an unclosed quote', async () => {
    const { rows, unreadable } = await read('input\nfine\n"never closed\nx\n');
    assert.deepEqual(
      rows.map(({ values }) => values['input']),
      ['fine', 'x'],
    );
    assert.equal(unreadable.length, 1);
    assert.match(unreadable[0]?.message ?? '', /quote/i);
  });

  it('name the row whose quote is never closed, and run those behind it', async () => {
    const { rows, unreadable } = await read('input,expected\na,1\n\n"open,2\nb,3\n"c\nc",4\n"open,5\nd,6\n');
    assert.deepEqual(
      rows.map(({ values, origin }) => [values['input'], origin.line]),
      [
        ['a', 2],
        ['b', 5],
        ['c\nc', 6],
        ['d', 9],
      ],
    );
    assert.deepEqual(
      unreadable.map(({ line }) => line),
      [4, 8],
    );
  });

  it('refuse another separator, and say so', async () => {
    const { rows, unreadable } = await read('input;expected\na;1\n');
    assert.deepEqual(rows, []);
    assert.match(unreadable[0]?.message ?? '', /separated by commas, not by ";"/);
  });

  it('take any name of a column', async () => {
    const { rows } = await read('__proto__,constructor\na,b\n');
    assert.deepEqual(Object.entries(rows[0]?.values ?? {}), [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('refuse two columns of one name', async () => {
    const { rows, unreadable } = await read('a,a\n1,2\n');
    assert.deepEqual(rows, []);
    assert.match(unreadable[0]?.message ?? '', /two columns are named "a"/);
  });
});

describe('datasets of another kind', () => {
  it('are unreadable', async () => {
    const { unreadable } = await collectRows(makePrompt(), [{ path: 'rows.xlsx', text: 'x' }]);
    assert.deepEqual(unreadable, [
      { file: 'rows.xlsx', line: 1, message: 'a dataset is a .jsonl or a .csv file' },
    ]);
  });
});
