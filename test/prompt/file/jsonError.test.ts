import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonErrorAt } from '../../../src/prompt/file/jsonError.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('jsonErrorAt', () => {
  it('finds an error exactly where JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-0.5e3',
      'true',
      'null',
      ' ',
      '\n',
      'x',
      '"',
      '\\',
      '01',
      '1.',
      '"\\u12"',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join('')),
      fc.json(),
      fc.tuple(fc.json(), fc.nat(30)).map(([json, at]) => json.slice(0, at) + json.slice(at + 1)),
    );
    fc.assert(
      fc.property(text, json => assert.equal(jsonErrorAt(json) === undefined, isJson(json), json)),
      { numRuns: 5000 },
    );
  });

  it('points at the first character that cannot stand there', () => {
    const at = (text: string): string => {
      const error = jsonErrorAt(text);
      return error === undefined ? 'fine' : `${text.slice(error.start, error.end)}: ${error.message}`;
    };
    assert.equal(at('{"a" 1}'), '1: a colon is missing before "1".');
    assert.equal(at('{"a": 1 "b": 2}'), '"b": a comma is missing before "\\"".');
    assert.equal(at('{a: 1}'), 'a: unexpected "a".');
    assert.equal(at('[1,]'), ']: a value is missing before "]".');
    assert.equal(at('{"a": 1,}'), '}: a name in double quotes is missing before "}".');
    assert.equal(at("{'a': 1}"), `': unexpected "'".`);
    assert.equal(at('{"a": {'), ': the text ends too early.');
    assert.equal(at(''), ': the text ends too early.');
  });

  it('reads a long text', () => {
    assert.equal(jsonErrorAt(JSON.stringify('x'.repeat(1_000_000))), undefined);
  });
});
