import assert from 'node:assert/strict';
import { addEntry, editScalar, removeEntry } from '../../src/prompt/fileEdits.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import type { TextEdit } from '../../src/prompt/problem.ts';

function apply(text: string, edit: TextEdit | undefined): string {
  assert.ok(edit);
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

describe('addEntry', () => {
  for (const [name, before, after] of [
    [
      'a block',
      'variables:\n  a: { type: string }\nmodel: x\n',
      'variables:\n  a: { type: string }\n  b: 1\nmodel: x\n',
    ],
    ['a block at the end of the file', 'variables:\n    a: {}', 'variables:\n    a: {}\n    b: 1'],
    [
      'a block with a comment behind it',
      'variables:\n  a: {} # why\n\nmodel: x\n',
      'variables:\n  a: {} # why\n  b: 1\n\nmodel: x\n',
    ],
    [
      'a block whose last entry is one',
      'variables:\n  a:\n    type: string\n\n# next\nmodel: x\n',
      'variables:\n  a:\n    type: string\n  b: 1\n\n# next\nmodel: x\n',
    ],
    ['CRLF', 'variables:\r\n  a: {}\r\nmodel: x\r\n', 'variables:\r\n  a: {}\r\n  b: 1\r\nmodel: x\r\n'],
    ['a flow map', 'variables: { a: {} }\n', 'variables: { a: {}, b: 1 }\n'],
    ['a flow map over lines', 'variables: {\n  a: {},\n}\n', 'variables: {\n  a: {}, b: 1,\n}\n'],
    ['an empty flow map', 'variables: {}\n', 'variables: { b: 1 }\n'],
    ['a last entry without a value', 'variables:\n  a:\nmodel: x\n', 'variables:\n  a:\n  b: 1\nmodel: x\n'],
  ] as const) {
    it(`keeps the style of ${name}`, () => {
      assert.equal(apply(before, addEntry(parsePrompt(before), 'variables', 'b: 1')), after);
    });
  }

  it('adds nothing to what is no map', () => {
    assert.equal(addEntry(parsePrompt('variables: 5\n'), 'variables', 'b: 1'), undefined);
    assert.equal(addEntry(parsePrompt('model: x\n'), 'variables', 'b: 1'), undefined);
  });
});

describe('removeEntry', () => {
  for (const [name, before, after] of [
    ['a line', 'variables:\n  a: {}\n  b: {}\n  c: {}\n', 'variables:\n  a: {}\n  c: {}\n'],
    ['the last line of the file', 'variables:\n  a: {}\n  b: {}', 'variables:\n  a: {}'],
    [
      'a block and leaves the comment behind it',
      'variables:\n  b:\n    type: string\n  # of c\n  c: {}\n',
      'variables:\n  # of c\n  c: {}\n',
    ],
    [
      'an entry of a flow map',
      'variables: { a: {}, b: { x: [1, 2] }, c: {} }\n',
      'variables: { a: {}, c: {} }\n',
    ],
    ['the last entry of a flow map', 'variables: { a: {}, b: {} }\n', 'variables: { a: {} }\n'],
    ['the only entry', 'variables:\n  b: {}\nmodel: x\n', 'variables: {}\nmodel: x\n'],
  ] as const) {
    it(`takes out ${name}`, () => {
      assert.equal(apply(before, removeEntry(parsePrompt(before), 'variables.b')), after);
    });
  }

  it('leaves alone what shares its line with the dash of a list', () => {
    const text = 'testData:\n  - a: 1\n    b: 2\n';
    assert.equal(removeEntry(parsePrompt(text), 'testData.0.a'), undefined);
  });
});

describe('editScalar', () => {
  for (const [before, text, after] of [
    ['a', 'b', 'b'],
    ['"a"', 'b', '"b"'],
    ["'a'", 'b/c-d', "'b/c-d'"],
    ['a', 'yes', '"yes"'],
    ['a', 'b: c', '"b: c"'],
    ['a', '5', '"5"'],
  ] as const) {
    it(`writes ${text} over ${before} as ${after}`, () => {
      const file = `model: ${before}\n`;
      const span = { start: 7, end: 7 + before.length };
      assert.equal(apply(file, editScalar(parsePrompt(file), span, text)), `model: ${after}\n`);
    });
  }
});
