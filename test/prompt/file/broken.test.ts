import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lint } from '../../../src/prompt/lint.ts';
import { parsePrompt, type ParsedPrompt } from '../../../src/prompt/parse.ts';

const sections = {
  id: 'id: support/refund\n',
  model: 'model: openai/gpt-4o-mini\n',
  modelParameters: 'modelParameters: { temperature: 0.2, maxTokens: 400 }\n',
  variables: 'variables:\n  company: { type: string, example: Acme }\n  question: { type: string }\n',
  messages:
    'messages:\n  - role: system\n    content: "You answer for {{company}}."\n  - role: user\n    content: |\n      {{question}}\n',
  testData:
    'testData:\n  - { id: late, company: Acme, question: "Where is it?" }\n  - company: Acme\n    question: Why?\n',
  evaluators: 'evaluators:\n  - { name: a, uses: promptgate/contains, with: { value: b } }\n',
} as const;
type Section = keyof typeof sections;

/** Each: the section being typed, and what stands there instead. */
const states: readonly (readonly [Section, string])[] = [
  ['id', 'id\n'],
  ['id', 'id: "support/ref\n'],
  ['id', "id: 'support/ref\n"],
  ['id', 'id: support/refund: x\n'],
  ['id', 'id: @support\n'],
  ['model', 'model: [openai\n'],
  ['model', 'model: {openai\n'],
  ['model', 'mod\n'],
  ['modelParameters', 'modelParameters: { temperature: 0.2, max\n'],
  ['modelParameters', 'modelParameters: { temperature: 0.2, maxTokens:\n'],
  ['modelParameters', 'modelParameters:\n  temperature: 0.2\n  max\n'],
  ['modelParameters', 'modelParameters:\n  temperature: 0.2\n maxTokens: 1\n'],
  ['variables', 'variables:\n  company: { type: string, example: Acme }\n  question: { ty\n'],
  ['variables', 'variables:\n  company: { type: string, example: Acme }\n  question\n'],
  ['variables', 'variables:\n  company: { type: string, enum: [a, b }\n'],
  ['variables', 'variables:\n\tcompany: { type: string }\n'],
  ['messages', 'messages:\n  - role: system\n    content: "You answer for {{company\n'],
  ['messages', 'messages:\n  - role: system\n    content: {{company}} answers\n'],
  ['messages', 'messages:\n  - role: system\n    content: {{\n'],
  ['messages', 'messages:\n  - role: system\n    cont\n'],
  ['messages', 'messages:\n  - role: system\n   content: a\n'],
  ['messages', 'messages:\n  - role: system\n    content: |\n  one\n'],
  ['messages', 'messages:\n  - role: "sys\n    content: a\n'],
  ['messages', 'messages:\n  - { role: user, content: "a }\n'],
  ['testData', 'testData:\n  - { id: late, company: Acme, question: "Where\n'],
  ['testData', 'testData:\n  - { id: late, company\n  - company: Acme\n'],
  ['testData', 'testData:\n  - id: late\n    comp\n    question: Why?\n'],
  ['testData', 'testData:\n  - id: late\n    company: Acme: question\n'],
  ['testData', 'testData:\n  - *shar\n  - &\n'],
  ['evaluators', 'evaluators:\n  - { name: a, uses: promptgate/contains, with: { value: b }\n'],
  ['evaluators', 'evaluators:\n  - name: a\n    string:\n      contains: b\n     startsWith: c\n'],
  ['evaluators', 'evaluators:\n  - name: a\n    string: { contains: [ }\n'],
];

const write = (typed?: Section, text = ''): string =>
  Object.entries(sections)
    .map(([name, whole]) => (name === typed ? text : whole))
    .join('');

describe('a half-typed file', () => {
  const whole = parsePrompt(write());

  it('is a good one when it is finished', () => assert.deepEqual(whole.problems, []));

  for (const [typed, text] of states) {
    it(`keeps all but ${typed} at ${JSON.stringify(text.trimEnd().split('\n').at(-1))}`, () => {
      const parsed = parsePrompt(write(typed, text));
      assert.equal(parsed.complete, false);
      assert.ok(parsed.lost.size <= 1, [...parsed.lost].join(', '));
      for (const name of Object.keys(sections) as Section[]) {
        if (name === typed) continue;
        assert.deepEqual(parsed.prompt[name], whole.prompt[name], name);
      }
      const start = parsed.text.indexOf(text);
      const errors = parsed.problems.filter(({ severity }) => severity === 'error');
      assert.ok(errors.length >= 1);
      for (const error of parsed.problems.filter(({ code }) => code === 'yaml-syntax')) {
        assert.ok(error.start >= start && error.end <= start + text.length, JSON.stringify(error));
      }
      assert.ok(parsed.problems.filter(({ code }) => code === 'yaml-syntax').length <= 1);
    });
  }

  it('keeps the other sections at every single character of the way', () => {
    const text = write();
    const [before, after] = [text.slice(0, text.indexOf('messages:')), text.slice(text.indexOf('testData:'))];
    const typed = sections.messages;
    for (let length = 0; length < typed.length; length++) {
      const parsed = parsePrompt(`${before}${typed.slice(0, length)}\n${after}`);
      assert.deepEqual(parsed.prompt.variables, whole.prompt.variables);
      assert.deepEqual(parsed.prompt.testData, whole.prompt.testData);
      assert.deepEqual(parsed.prompt.evaluators, whole.prompt.evaluators);
      assert.ok(parsed.lost.size <= 1);
    }
  });
});

describe('parsePrompt never throws and places every problem in the text', () => {
  const check = (text: string): ParsedPrompt => {
    const parsed = parsePrompt(text);
    for (const problem of parsed.problems) {
      const spans = [problem, ...(problem.related ?? []), ...(problem.fixes ?? []).flatMap(fix => fix.edits)];
      for (const { start, end } of spans) {
        assert.ok(0 <= start && start <= end && end <= parsed.text.length, `${problem.code} ${start}-${end}`);
      }
      assert.ok(problem.message.length > 0 && problem.message.length < 500);
    }
    for (const placed of parsed.templates) {
      for (const node of placed.template.nodes) {
        const { start, end } = placed.toFile(node);
        assert.ok(0 <= start && start <= end && end <= parsed.text.length);
      }
    }
    for (const row of parsed.rows) assert.ok(row.anchor.start <= row.anchor.end);
    for (const { path } of [...parsed.fields()].slice(0, 100)) parsed.field(path);
    parsed.fieldAt(text.length >> 1);
    if (parsed.complete) assert.equal(parsed.lost.size, 0);
    JSON.stringify(parsed.prompt);
    return parsed;
  };
  const lintAll = (text: string): void => {
    lint(check(text), { severities: {}, evaluators: new Map() });
  };

  it('for random text', () => {
    const unit = fc.oneof(fc.nat(0x7f), fc.nat(0xffff)).map(code => String.fromCharCode(code));
    const text = fc.array(unit, { maxLength: 300 }).map(units => units.join(''));
    fc.assert(fc.property(text, lintAll), { numRuns: 300 });
  });

  it('for random pieces of YAML', () => {
    const piece = fc.constantFrom(
      ...'messages:|testData:|variables:|evaluators:|role: user|content:|{{x}}|{{#|}}|a|"|llm:|choices:|with:|~'.split(
        '|',
      ),
      ..."'  |  >  |2-  - ?: &a  *a  <<: *a\n  !!str  !x  {  }  [  ]  ,  #  %YAML 1.1"
        .split('  ')
        .map(text => `${text} `),
      '\n',
      '\n  ',
      '\n    ',
      '\r\n',
      '\t',
      '---\n',
      '...\n',
      '\\',
      '\\ud83d',
      '\u2028',
      '\0',
      '- ',
      '? ',
      ': ',
    );
    const text = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''));
    fc.assert(fc.property(text, lintAll), { numRuns: 1000 });
  });

  it('for a good file with some of it removed, doubled or moved', () => {
    const text = write();
    const cut = fc.tuple(fc.nat(text.length), fc.nat(40), fc.nat(text.length));
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), cuts => {
        let mutated = text;
        for (const [from, length, to] of cuts) {
          const piece = mutated.slice(from, from + length);
          const without = mutated.slice(0, from) + mutated.slice(from + length);
          mutated = without.slice(0, to) + piece + without.slice(to);
        }
        lintAll(mutated);
      }),
      { numRuns: 150 },
    );
  });

  const huge: Readonly<Record<string, string>> = {
    'ten thousand unclosed braces': `name: ${'{'.repeat(10_000)}`,
    'ten thousand unclosed brackets': `name: ${'['.repeat(10_000)}`,
    'ten thousand levels of lists': `name:\n ${'- '.repeat(10_000)}`,
    'ten thousand explicit keys': '? '.repeat(10_000),
    'two megabytes of braces': '{'.repeat(2_000_000),
    'two megabytes of lines': 'x\n'.repeat(1_000_000),
    'two megabytes of rows': `testData:\n${'  - { a: 1 }\n'.repeat(160_000)}`,
    'a text of blanks': `name: "${' '.repeat(500_000)}x"\n`,
    'many keys': `metadata:\n${Array.from({ length: 5_000 }, (_, i) => `  k${i}: ${i}\n`).join('')}`,
    'many comments': `${'# x\n'.repeat(100_000)}name: a\n`,
    binary: Array.from({ length: 50_000 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join(''),
  };
  for (const [what, text] of Object.entries(huge)) {
    it(`for ${what}`, () => assert.ok(check(text).problems.length >= 1));
  }

  it('for a template with ten thousand unclosed braces, which is only text', () => {
    const parsed = check(`messages: [{ role: user, content: "${'{{'.repeat(10_000)}" }]\n`);
    assert.deepEqual(parsed.problems, []);
  });

  it('and says what a prompt file is', () => {
    const messages = (text: string): readonly string[] => check(text).problems.map(({ message }) => message);
    assert.match(messages('')[0] ?? '', /has no messages.*- role: user/);
    assert.match(messages('# only a comment\n')[0] ?? '', /has no messages/);
    assert.match(messages('- a\n- b\n')[0] ?? '', /is a mapping of fields/);
    assert.match(messages('just text')[0] ?? '', /is a mapping of fields/);
    assert.match(messages('name: a\n---\nname: b\n')[0] ?? '', /one YAML document/);
    assert.match(messages('x\n'.repeat(600_000))[0] ?? '', /longer than 1000000 characters/);
    assert.ok(check('x\n'.repeat(600_000)).lost.has('messages'));
  });

  it('and reads a file that starts with ---, or names a YAML version, as any other', () => {
    for (const head of ['---\n', '# c\n---\n# d\n', '%YAML 1.1\n---\n', '%YAML 1.2\n---\n']) {
      const parsed = check(`${head}${write()}`);
      assert.deepEqual(parsed.problems, [], head);
      assert.deepEqual(parsed.prompt, parsePrompt(write()).prompt);
    }
  });
});

describe('reading by sections', () => {
  it('gives what reading the whole gives, for every file that YAML accepts', () => {
    const whole = (text: string): ParsedPrompt => parsePrompt(`%YAML 1.2\n---\n${text}`);
    const texts = [
      write(),
      'tools: [\n  { type: function }\n]\nmessages:\n- role: user\n  content: hi\n',
      'description: one\n  two\n\n  three\nmessages: [{ role: user, content: hi }]\n',
      'description: |+\n  one\n\n\n# comment\nmessages: [{ role: user, content: hi }]\n',
      '"name": a\n\'model\': b\n? description\n: c\nmessages: [{ role: user, content: hi }]\n',
      '{ name: a, messages: [{ role: user, content: hi }] }\n',
      'x: &x hi\nname: *x\ny: &x ho\nmodel: *x\nmessages: [{ role: user, content: *x }]\n',
      'name: "one\n  two"\nmessages: [{ role: user, content: hi }]\n...\n',
    ];
    for (const text of texts) {
      const parsed = parsePrompt(text);
      assert.deepEqual(parsed.prompt, whole(text).prompt, text);
      assert.equal(parsed.lost.size, 0, text);
      const shifted = whole(text).problems.map(({ start, end, code }) => [start - 14, end - 14, code]);
      assert.deepEqual(
        parsed.problems.map(({ start, end, code }) => [start, end, code]),
        shifted,
        text,
      );
    }
  });

  it('gives the same for any text that YAML accepts', () => {
    const piece = fc.constantFrom(
      'name: x',
      'messages:',
      'metadata:\n  ',
      '"',
      "'",
      '|',
      '|+\n  ',
      '>',
      '- ',
      '? ',
      ': ',
      '&a ',
      '*a',
      '<<: *a',
      '{',
      '}',
      '[',
      ']',
      '#c',
      '\n',
      '\n',
      '\n',
      '\n  ',
      '\n    ',
      '\r\n',
      '\t',
      '...\n',
      'a',
      'b: 1',
      '"q": ',
      '!x ',
      '\u2028',
      '\r',
      'x: &a {k: 1}\n',
      '@',
      '{{x}}',
    );
    const head = '%YAML 1.2\n---\n';
    const said = ({ prompt, problems, lost, rows }: ParsedPrompt, by: number): unknown => [
      prompt,
      // Shown on the first line of the file, whatever it is.
      problems
        .filter(({ message }) => !message.includes('has no messages'))
        .map(({ code, start, end }) => [code, start - by, end - by]),
      [...lost],
      rows.map(({ anchor }) => [anchor.start - by, anchor.end - by]),
    ];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 22 }), pieces => {
        const text = `description: d\n${pieces.join('')}`;
        const whole = parsePrompt(head + text);
        if (whole.problems.some(({ code }) => code === 'yaml-syntax')) return;
        assert.deepEqual(said(parsePrompt(text), 0), said(whole, head.length));
      }),
      { numRuns: 1500 },
    );
  });

  it('gives the same with either line end', () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      '{{x}}',
      '"',
      "'",
      '\\',
      '#c',
      '- ',
      ': ',
      '\n',
      '\n  ',
      '\n    ',
      '\n\n',
      ' \n',
      '\t',
      'k: |\n  ',
      'k: >\n  ',
      'k: |+\n  ',
      'k: >2-\n    ',
      'k: "',
      "k: '",
      'd: ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), pieces => {
        const text = `metadata:\n  ${pieces.join('')}`;
        assert.deepEqual(parsePrompt(text.replaceAll('\n', '\r\n')).prompt, parsePrompt(text).prompt);
      }),
      { numRuns: 1500 },
    );
  });
});
