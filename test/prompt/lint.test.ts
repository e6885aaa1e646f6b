import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lint, type LintContext } from '../../src/prompt/lint.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import type { Severities } from '../../src/prompt/problem.ts';
import { contextFor } from './rules/context.ts';

function codes(text: string, context: Partial<LintContext> = {}): readonly string[] {
  return lint(parsePrompt(text), { ...contextFor(''), ...context }).map(({ code }) => code);
}

const typo = `variables:
  customer: { type: string, default: Ada }
messages:
  - role: system
    content: "{{customr}}"
  - role: user
    content: "{{custumer}}"
testData: [{ id: one }]
`;

describe('lint', () => {
  it('takes severities from the context, then from the table', () => {
    const of = (severities: Severities) =>
      lint(parsePrompt(typo), { ...contextFor(''), severities }).map(({ severity }) => severity);
    assert.deepEqual(of({}), ['error', 'error']);
    assert.deepEqual(of({ 'undefined-variable': 'info' }), ['info', 'info']);
    assert.deepEqual(of({ 'undefined-variable': 'off' }), []);
  });

  it("sets the severity of the parser's problems as well", () => {
    const text = 'nmae: x\nmessages: [{ role: user, content: a }]\ntestData: [{ id: one }]\n';
    assert.deepEqual(codes(text), ['unknown-field']);
    assert.deepEqual(codes(text, { severities: { 'unknown-field': 'off' } }), []);
  });

  it('answers in file order', () => {
    const starts = lint(parsePrompt(`${typo}nonsense: 1\n`), contextFor('')).map(({ start }) => start);
    assert.ok(starts.length === 3);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
  });

  it('says of a threshold out of reach what that means, which for `not-` is the opposite', () => {
    const messages = (uses: string, threshold: number) => {
      const evaluator = `{ uses: promptgate/${uses}, threshold: ${threshold} }`;
      const text = `messages: [{ role: user, content: a }]\ntestData: [{ id: one }]\nevaluators: [${evaluator}]\n`;
      return lint(parsePrompt(text), contextFor('')).map(({ message }) => message);
    };
    assert.deepEqual(messages('similar', 0), ['Every row reaches 0: this evaluator cannot fail.']);
    assert.deepEqual(messages('not-similar', 0), ['Every row reaches 0: this evaluator cannot pass.']);
    assert.deepEqual(messages('similar', 80), [
      'No row can reach 80, as the highest score is 1: this evaluator cannot pass.',
    ]);
    assert.deepEqual(messages('not-similar', 80), [
      'No row can reach 80, as the highest score is 1: this evaluator cannot fail.',
    ]);
  });

  // Each took a minute or more when the time grew with the square of the size.
  for (const [name, text] of [
    [
      'rows with one id',
      `${typo.slice(0, typo.indexOf('testData'))}testData:\n${'  - { id: one }\n'.repeat(20_000)}`,
    ],
    ['beginnings of tokens', `x-notes: "${'-eyJ'.repeat(100_000)}"\n`],
    [
      'variables',
      `variables:\n${Array.from({ length: 20_000 }, (_, index) => `  v${index}: {}\n`).join('')}`,
    ],
    ['ignored rows', `testData:\n${'  # promptgate-ignore extra-in-row\n  - { id: one }\n'.repeat(15_000)}`],
  ] as const) {
    it(`gets through thousands of ${name}`, () => {
      assert.ok(codes(text).length > 0);
    });
  }

  it('reports the mistake of an anchored text once, where it is written', () => {
    const text = `variables: { customer: { type: string, default: Ada } }
messages:
  - role: system
    content: &text "{{customr}}"
  - role: user
    content: *text
testData: [{ id: one }]
`;
    const problems = lint(parsePrompt(text), contextFor(''));
    assert.deepEqual(
      problems.map(({ start, end }) => text.slice(start, end)),
      ['customr'],
    );
  });

  it('stays quiet about a section that it cannot read', () => {
    assert.deepEqual(codes(typo.replace('{ type: string', '{ type: [string')), ['yaml-syntax']);
    assert.deepEqual(codes('messages:\n  - role: user\n    content: "{{a}}"\ntestData: [{ b: 1 }\n'), [
      'yaml-syntax',
    ]);
  });

  it('never throws, whatever is cut off or in the way', () => {
    const whole = `id: a/b
model: openai/gpt-4o
variables: { a: { type: array, items: object }, b: { type: string, untrusted: true, volatile: true } }
messages:
  # promptgate-ignore untrusted-in-system: no
  - role: system
    content: "{{#a}}{{x}}{{/a}} {{b}} {{=<% %>=}} <%c%>"
  - placeholder: h
testData: [{ id: 1, a: [{ x: 1 }], evaluators: [n, { uses: x }] }, *x, 5, null]
evaluators:
  - { name: n, llm: { modelId: openai/gpt-4o, prompt: "{{y}}", choices: [{ choice: a, score: 1 }, { choice: ab }] } }
  - { uses: promptgate/contains, with: 5, threshold: 7 }
  - 3
`;
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(whole.length),
        fc.constantFrom('', '{', '}', ':', '\n', '"', '- ', '&x ', '*x', '|'),
        (from, to, text) => {
          const cut = whole.slice(0, Math.min(from, to)) + text + whole.slice(Math.max(from, to));
          for (const { start, end, fixes = [] } of lint(parsePrompt(cut), contextFor('not-portable'))) {
            assert.ok(0 <= start && start <= end && end <= cut.length);
            for (const { edits } of fixes) {
              for (const edit of edits)
                assert.ok(0 <= edit.start && edit.start <= edit.end && edit.end <= cut.length);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('# promptgate-ignore', () => {
  const above = (line: string) => typo.replace('  - role: system', `  ${line}\n  - role: system`);

  it('covers the key or item below it and nothing else', () => {
    assert.deepEqual(codes(above('# promptgate-ignore undefined-variable: on purpose')), [
      'undefined-variable',
    ]);
  });

  it('covers a whole section above its key', () => {
    assert.deepEqual(
      codes(typo.replace('messages:', '# promptgate-ignore undefined-variable\nmessages:')),
      [],
    );
  });

  it('covers the file on the first line', () => {
    assert.deepEqual(codes(`# promptgate-ignore undefined-variable: on purpose\n${typo}`), []);
  });

  it('takes several codes, and other comments below it', () => {
    assert.deepEqual(
      codes(above('# promptgate-ignore unknown-field, undefined-variable: both\n  # more to say')),
      ['unused-ignore', 'undefined-variable'],
    );
  });

  it('is not found inside of a text', () => {
    const text = `variables: { customer: { type: string, default: Ada } }
messages:
  - role: user
    content: |
      # promptgate-ignore undefined-variable
      {{customr}}
testData: [{ id: one }]
`;
    assert.deepEqual(codes(text), ['undefined-variable']);
  });

  it('never hides why a file cannot be read', () => {
    const twice = 'name: a\nname: b\nmessages: [{ role: user, content: a }]\ntestData: [{ id: one }]\n';
    assert.deepEqual(codes(`# promptgate-ignore yaml-syntax: fine\n${twice}`), ['yaml-syntax']);
    const sound = twice.replace('name: b\n', '');
    assert.deepEqual(codes(`# promptgate-ignore yaml-syntax: fine\n${sound}`), ['unused-ignore']);
  });

  it('is not called unused while the file cannot be read, or where its code cannot be found', () => {
    assert.deepEqual(codes('# promptgate-ignore no-rows\nmessages: [\n'), ['yaml-syntax']);
    const text =
      '# promptgate-ignore unknown-model\nmodel: x\nmessages: [{ role: user, content: a }]\ntestData: [{ id: one }]\n';
    assert.deepEqual(codes(text, { resolveModel: undefined }), []);
    assert.deepEqual(codes(text.replace('unknown-model', 'dataset-row'), { resolveModel: undefined }), []);
  });
});
