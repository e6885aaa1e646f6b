import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isMap, isScalar, type Scalar } from 'yaml';
import { mapScalar, scalarSpan } from '../../../src/prompt/file/scalar.ts';
import { readYaml } from '../../../src/prompt/file/yaml.ts';

/** The value of `k` in a text, however deep. */
function scalarIn(text: string): Scalar | undefined {
  const { contents, errors } = readYaml(text);
  if (errors.length > 0) return undefined;
  const find = (node: unknown): Scalar | undefined => {
    if (!isMap(node)) return undefined;
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.source === 'k' && isScalar(value)) return value;
      const inner = find(value);
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  return find(contents);
}

const decodedOf = (text: string): string | undefined => scalarIn(text)?.source;

/** Another unit that means nothing to YAML where the first one stands. */
function another(unit: string): string | undefined {
  if (/[\ud800-\udbff]/.test(unit)) return unit === '\ud83d' ? '\ud83e' : '\ud83d';
  if (/[\udc00-\udfff]/.test(unit)) return unit === '\ude00' ? '\ude01' : '\ude00';
  if (/[a-z]/i.test(unit)) return unit === 'x' ? 'y' : 'x';
  return /[^\s"'\\#:,{}[\]|>&*!%@`?-]/.test(unit) ? 'x' : undefined;
}

/**
 * The oracle: change the source unit that a decoded unit is mapped to, read again, and exactly that decoded unit
 * must differ. Returns how many units it could ask about.
 */
function checkByMutation(text: string): number {
  const node = scalarIn(text);
  assert.ok(node?.source !== undefined, `not read: ${JSON.stringify(text)}`);
  const decoded = node.source;
  let asked = 0;
  let before = -1;
  for (let index = 0; index < decoded.length; index++) {
    const { start, end } = mapScalar(text, node, { start: index, end: index + 1 });
    assert.ok(
      start >= before,
      `unit ${index} of ${JSON.stringify(text)} is mapped before the unit in front of it`,
    );
    before = start;
    const source = text.slice(start, end);
    if (source !== decoded[index]) {
      const folded = /^[ \t]*\r?\n$/.test(source) && /[ \n]/.test(decoded.charAt(index));
      const implied = source === '' && decoded[index] === '\n' && index === decoded.length - 1;
      const escaped = source === "''" || source.startsWith('\\');
      assert.ok(
        folded || implied || escaped,
        `${JSON.stringify(source)} for ${JSON.stringify(decoded[index])}`,
      );
      if (/^\\[tnr"\\/]$/.test(source)) {
        const other = decodedOf(text.slice(0, start) + '\\b' + text.slice(end));
        assert.equal(other, `${decoded.slice(0, index)}\b${decoded.slice(index + 1)}`);
        asked++;
      } else if (/^\\[xu]/.test(source)) {
        const digit = source.endsWith('1') ? '2' : '1';
        const other = decodedOf(text.slice(0, end - 1) + digit + text.slice(end));
        assert.equal(other?.length, decoded.length);
        assert.equal(
          other.slice(0, index) + other.slice(index + 1),
          decoded.slice(0, index) + decoded.slice(index + 1),
        );
        assert.notEqual(other[index], decoded[index]);
        asked++;
      }
      continue;
    }
    const changed = another(source);
    if (changed === undefined) continue;
    const other = decodedOf(text.slice(0, start) + changed + text.slice(end));
    assert.equal(other, decoded.slice(0, index) + changed + decoded.slice(index + 1), JSON.stringify(text));
    asked++;
  }
  return asked;
}

const styles: Readonly<Record<string, string>> = {
  plain: 'k: hello {{name}}, how are you\n',
  'plain in a flow mapping': '{ a: 1, k: some words here, b: 2 }\n',
  'plain over several lines': 'k: one two\n  three\n\n  four\n\n\n  five\n',
  'plain deep in a mapping': 'a:\n  b:\n    k: one\n      two\n',
  'plain with a comment behind': 'k: words # not these\n',
  'plain that YAML reads as a number': 'k: 1234.50\n',
  'single-quoted': "k: 'it''s {{name}}'\n",
  'single-quoted over several lines': "k: 'one  \n  two ''three''\n\n  four\n\n\n  five '\n",
  'single-quoted that starts with a line break': "k: '\n  one'\n",
  'double-quoted': 'k: "hello {{name}}"\n',
  'double-quoted with escapes': 'k: "a\\tb\\nc \\"d\\" \\\\ e \\/ \\x41\\u0042 \\u00e9f"\n',
  'double-quoted with long escapes': 'k: "a\\U0001F600b"\n',
  'double-quoted surrogate pairs': 'k: "a\\ud83d\\ude00b 😀 c"\n',
  'double-quoted over several lines': 'k: "one  \n  two\n\n  three\n\n\n\n  four "\n',
  'double-quoted with escaped line breaks': 'k: "one \\\n  two\\\n  \\  three"\n',
  'double-quoted with many blanks': 'k: "one      two \t three"\n',
  literal: 'k: |\n  one\n   two\n\n  three {{name}}\n',
  'literal without the last line break': 'k: |-\n  one\n  two\n',
  'literal with all line breaks': 'k: |+\n  one\n  two\n\n\nl: 1\n',
  'literal at the end of the file': 'k: |\n  one\n  two',
  'literal with leading blank lines': 'k: |\n\n\n  one\n',
  'literal with blank lines of blanks': 'k: |\n  one\n     \n  two\n    \n',
  'literal with an indentation indicator': 'k: |2\n    one\n  two\n',
  'literal with indicators in either order': 'a:\n  k: |-2\n      one\n    two\n',
  'literal with an indicator deep in a mapping': 'a:\n    k: |1-\n       one\n     two\n',
  'literal with a comment on its header': 'k: | # why\n  one\n',
  'literal in a list': 'a:\n  k: |\n    one\n    two\nb: 1\n',
  folded: 'k: >\n  one\n  two\n\n  three\n',
  'folded without the last line break': 'k: >-\n  one\n  two\n',
  'folded with all line breaks': 'k: >+\n  one\n  two\n\n\n',
  'folded with indented lines': 'k: >\n  one\n  two\n    three\n    four\n  five\n\n    six\n\n\n  seven\n',
  'folded that starts with blank lines': 'k: >\n\n\n  one\n  two\n',
  'folded with a tab': 'k: >\n  one\n  \ttwo\n  three\n',
  'with astral characters': 'k: |\n  😀 one 🎉\n  two 👩‍👩‍👧\n',
};

describe('mapScalar', () => {
  for (const [style, text] of Object.entries(styles)) {
    it(`maps every unit of a scalar that is ${style}`, () => {
      assert.ok(checkByMutation(text) > 0);
    });
    it(`maps every unit of a scalar that is ${style}, with CRLF`, () => {
      assert.ok(checkByMutation(text.replaceAll('\n', '\r\n')) > 0);
    });
  }

  it('maps a part of a text to the same part of the file', () => {
    const text = 'k: |\n  Hello\n  {{name}}!\n';
    const node = scalarIn(text);
    assert.ok(node);
    const start = String(node.value).indexOf('{{name}}');
    const span = mapScalar(text, node, { start, end: start + 8 });
    assert.equal(text.slice(span.start, span.end), '{{name}}');
  });

  it('maps an empty span to one place, also behind the last unit', () => {
    const text = 'k: "ab"\n';
    const node = scalarIn(text);
    assert.ok(node);
    assert.deepEqual(mapScalar(text, node, { start: 1, end: 1 }), { start: 5, end: 5 });
    assert.deepEqual(mapScalar(text, node, { start: 2, end: 2 }), { start: 6, end: 6 });
    const empty = scalarIn('k: ""\n');
    assert.ok(empty);
    assert.deepEqual(mapScalar('k: ""\n', empty, { start: 0, end: 0 }), { start: 4, end: 4 });
  });

  it('answers with the whole scalar when its own reading differs from what YAML read', () => {
    const text = 'k: "ab"\n';
    const node = scalarIn(text);
    assert.ok(node);
    node.source = 'something else';
    assert.deepEqual(mapScalar(text, node, { start: 0, end: 1 }), scalarSpan(text, node));
  });

  it('maps whatever text is written in any style', () => {
    const words = fc.array(
      fc.constantFrom('one', 'two {{x}}', '', '  ', 'é', '😀', "it''s", '\\n', '#no', '- a'),
      {
        maxLength: 8,
      },
    );
    const wrap = fc.constantFrom('|', '|-', '|+', '>', '>-', '>+', '"', "'", '|2', '>2-');
    fc.assert(
      fc.property(words, wrap, fc.boolean(), (lines, style, crlf) => {
        const body =
          style === '"' || style === "'"
            ? `k: ${style}${lines.join('\n  ')}${style}\n`
            : `k: ${style}\n${lines.map(line => `  ${line}\n`).join('')}l: 1\n`;
        const text = crlf ? body.replaceAll('\n', '\r\n') : body;
        if (scalarIn(text)?.source === undefined) return;
        checkByMutation(text);
      }),
      { numRuns: 1500 },
    );
  });
});
