import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { lint } from '../../src/prompt/lint.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import type { Fix, Problem } from '../../src/prompt/problem.ts';
import { contextFor } from './rules/context.ts';
import { readMarkers } from './rules/markers.ts';

const lintText = (text: string): readonly Problem[] => lint(parsePrompt(text), contextFor(''));

function apply(text: string, fix: Fix): string {
  return fix.edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

function fixesOf(text: string): readonly Fix[] {
  return lintText(text).flatMap(({ fixes }) => fixes ?? []);
}

/** What a fix must not add: text that YAML cannot read, or reads as something else. */
function syntaxErrors(text: string): readonly string[] {
  return parsePrompt(text)
    .problems.filter(({ code }) => code === 'yaml-syntax')
    .map(({ message }) => message);
}

const messages = 'messages: [{ role: user, content: "{{question}}" }]\n';

describe('a fix', () => {
  for (const [name, before, after] of [
    [
      'quotes a default that ends in a brace',
      `variables:\n  tone: string }\n${messages}`,
      `variables:\n  tone: { default: "string }" }\n${messages}`,
    ],
    [
      'quotes a default with a comma',
      `variables:\n  tone: warm, kind\n${messages}`,
      `variables:\n  tone: { default: "warm, kind" }\n${messages}`,
    ],
    [
      'leaves a default as it is where it may stay so',
      `variables:\n  tone: 'it''s'\n  size: -1\n${messages}`,
      `variables:\n  tone: { default: 'it''s' }\n  size: -1\n${messages}`,
    ],
  ] as const) {
    it(name, () => {
      const fix = fixesOf(before).find(({ title }) => title.includes('default'));
      assert.ok(fix);
      assert.equal(apply(before, fix), after);
    });
  }

  it('never takes an anchor away that an alias needs', () => {
    for (const text of [
      `variables:\n  tone: &text { type: string }\n  question: *text\n${messages}`,
      `variables: { tone: &text { type: string }, question: *text }\n${messages}`,
      `${messages}testData:\n  - id: one\n    question: why\n    note: &note { a: 1 }\n  - question: *note\n`,
    ]) {
      assert.deepEqual(
        fixesOf(text).filter(({ title }) => title.startsWith('Remove')),
        [],
      );
    }
  });

  it('never offers one name for two misspelt keys', () => {
    for (const text of [
      `nmae: a\nnaem: b\n${messages}`,
      `modelParameters: { tempratur: 1, temperatur: 1 }\n${messages}`,
    ]) {
      assert.equal(fixesOf(text).filter(({ title }) => title.startsWith('Rename')).length, 1);
    }
  });

  it('never renames a key to one that is there without a value', () => {
    const text = `${messages}testData:\n  - id: one\n    question:\n    questoin: why\n`;
    const fixes = fixesOf(text).map(fix => syntaxErrors(apply(text, fix)));
    assert.ok(fixes.every(errors => errors.length === 0));
  });

  it('declares no variable where the column of the others does not show', () => {
    const text =
      'variables:\n  ? tone\n  : { type: string }\nmessages: [{ role: user, content: "{{tnoe}}" }]\n';
    assert.deepEqual(
      fixesOf(text).map(({ title }) => title),
      ["Change to 'tone'"],
    );
  });

  it('converts a schema only where a block of text may stand', () => {
    const schema = 'jsonSchema: { name: answer, schema: {} }';
    const titles = (text: string) => fixesOf(text).filter(({ title }) => title === 'Convert to JSON text');
    assert.equal(titles(`${schema}\n${messages}`).length, 1);
    assert.equal(titles(`${schema} # why\n${messages}`).length, 0);
    assert.equal(titles(`{ ${schema}, ${messages.trim()} }\n`).length, 0);
    assert.equal(titles(`  ${schema}\n  ${messages}`).length, 0);
  });

  it('puts no key into a message that cannot be a name there', () => {
    const text = 'messages: [{ role: user, content: "{{question}}" }]\ntestData: [{ q"uestion: why }]\n';
    assert.deepEqual(
      fixesOf(text).map(({ title }) => title),
      [`Rename 'q"uestion' in this row to 'question'`],
    );
  });

  it('parts a value that it quotes from the key it stuck to', () => {
    const text = `${messages}testData: [{ id:{{x}}, question: why }]\n`;
    const [fixed] = fixesOf(text)
      .filter(({ title }) => title === 'Put it in quotes')
      .map(fix => apply(text, fix));
    assert.equal(fixed, text.replace('id:{{x}}', 'id: "{{x}}"'));
  });

  it('does not quote the rest of a broken text that happens to start a line', () => {
    for (const text of [
      'messages:\n  - role: user\n    content: "Hello\n{{name}} and "you""\n',
      'messages:\n  - role\n{{name}}: y: user\n    content: a\n',
      'messages:\n  - role: user\n    {{question}}: |\n      Why?\n',
      'messages: [{ role: user, cont{{x}}ent: why }]\n',
    ]) {
      assert.deepEqual(
        lintText(text).filter(({ code }) => code === 'unquoted-template'),
        [],
        text,
      );
    }
  });

  it('never makes unreadable what can be read, whatever was typed into a file', () => {
    const typed = [
      '{{x}}',
      '{{',
      '}',
      ']',
      '"',
      "'",
      ': ',
      ', ',
      '- ',
      ' # c',
      '\n',
      '\n  ',
      '&a ',
      '*a',
      '? ',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...typed)), { minLength: 1, maxLength: 3 }),
        (fixture, edits) => {
          const text = edits.reduce((before, [place, piece]) => {
            const at = place % (before.length + 1);
            return before.slice(0, at) + piece + before.slice(at);
          }, fixture);
          const { lost } = parsePrompt(text);
          if (lost.size > 0 || syntaxErrors(text).length > 0) return;
          for (const fix of fixesOf(text)) {
            assert.deepEqual(syntaxErrors(apply(text, fix)), [], `${fix.title}:\n${apply(text, fix)}`);
          }
        },
      ),
      // The same texts each time: what is found here is a bug of a fix, never of the change at hand.
      { numRuns: 1500, seed: 4 },
    );
  });
});

const folder = join(import.meta.dirname, 'rules');
const fixtures = globSync('*/*.prompt.yml', { cwd: folder })
  .sort()
  .map(path => readMarkers(readFileSync(join(folder, path), 'utf8')).text);
