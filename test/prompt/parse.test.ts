import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isScalar } from 'yaml';
import { createParser, parsePrompt, type ParsedPrompt } from '../../src/prompt/parse.ts';
import type { Problem, Span } from '../../src/prompt/problem.ts';

const refund = `id: support/refund                # default: from the path
name: Refund answers
description: Answers refund questions
model: openai/gpt-4o-mini
modelParameters: { temperature: 0.2, maxTokens: 400, extra: { logprobs: true } }
responseFormat: text
variables:
  company:  { type: string, example: Acme }
  question: { type: string, description: What the customer wrote, untrusted: true }
  tone:     { type: string, enum: [warm, formal], default: warm }
  history:  { type: messages, required: false }
messages:
  - role: system
    content: "You answer for {{company}}. Tone: {{tone}}."
  - placeholder: history
  - role: user
    content: |
      Question:
      {{question}}
testData:
  - { id: late-delivery, company: Acme, question: "Where is my parcel?", expected: "Soon." }
  - company: Acme
    question: Why?
datasets: [golden.jsonl]
evaluators:
  - { name: no promise, uses: promptgate/not-contains, with: { value: "we will refund {{company}}" } }
  - name: polite
    llm:
      prompt: Is {{completion}} polite?
      choices: [{ choice: "yes", score: 1 }, { choice: "no", score: 0 }]
    threshold: 0.5
gate: { passRate: 1 }
metadata: { owner: support-team }
`;

const slice = ({ text }: ParsedPrompt, span: Span | undefined): string | undefined =>
  span && text.slice(span.start, span.end);
const shown = (parsed: ParsedPrompt): readonly string[] =>
  parsed.problems.map(problem => `${problem.code} ${JSON.stringify(slice(parsed, problem))}`);
/** Problems of a file that is fine but for this text. */
const problemsOf = (text: string): readonly string[] => shown(parsePrompt(`${text}\n${rest(text)}`));
const rest = (text: string): string =>
  /^messages:/m.test(text) ? '' : 'messages: [{ role: user, content: hi }]\n';

function applyFix(text: string, problem: Problem | undefined): string {
  const edit = problem?.fixes?.[0]?.edits[0];
  assert.ok(edit, `no fix: ${problem?.message}`);
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

describe('parsePrompt', () => {
  it('reads every field', () => {
    const parsed = parsePrompt(refund);
    assert.deepEqual(parsed.problems, []);
    assert.equal(parsed.complete, true);
    assert.deepEqual(parsed.prompt, {
      id: 'support/refund',
      name: 'Refund answers',
      description: 'Answers refund questions',
      model: 'openai/gpt-4o-mini',
      modelParameters: { temperature: 0.2, maxTokens: 400, extra: { logprobs: true } },
      responseFormat: 'text',
      template: 'mustache',
      variables: {
        company: { type: 'string', required: true, example: 'Acme' },
        question: { type: 'string', required: true, description: 'What the customer wrote', untrusted: true },
        tone: { type: 'string', enum: ['warm', 'formal'], default: 'warm', required: false },
        history: { type: 'messages', required: false },
      },
      messages: [
        { role: 'system', content: 'You answer for {{company}}. Tone: {{tone}}.' },
        { placeholder: 'history' },
        { role: 'user', content: 'Question:\n{{question}}\n' },
      ],
      testData: [
        { id: 'late-delivery', company: 'Acme', question: 'Where is my parcel?', expected: 'Soon.' },
        { company: 'Acme', question: 'Why?' },
      ],
      datasets: ['golden.jsonl'],
      evaluators: [
        {
          name: 'no promise',
          uses: 'promptgate/not-contains',
          with: { value: 'we will refund {{company}}' },
        },
        {
          name: 'polite',
          llm: {
            prompt: 'Is {{completion}} polite?',
            choices: [
              { choice: 'yes', score: 1 },
              { choice: 'no', score: 0 },
            ],
          },
          threshold: 0.5,
        },
      ],
      gate: { passRate: 1 },
      metadata: { owner: 'support-team' },
    });
  });

  it('answers with data that survives JSON', () => {
    const { prompt, problems } = parsePrompt(refund.replace('temperature: 0.2', 'temperature: hot'));
    assert.deepEqual(JSON.parse(JSON.stringify(prompt)), prompt);
    assert.deepEqual(JSON.parse(JSON.stringify(problems)), problems);
  });

  it('reads the same with CRLF, with a BOM, and from a file without its last line break', () => {
    const { prompt } = parsePrompt(refund);
    assert.deepEqual(parsePrompt(refund.replaceAll('\n', '\r\n')).prompt, prompt);
    assert.deepEqual(parsePrompt(`\uFEFF${refund}`).prompt, prompt);
    assert.deepEqual(parsePrompt(refund.trimEnd()).prompt, prompt);
    assert.equal(parsePrompt(`\uFEFF${refund}`).text, refund);
  });

  it('takes declared variables or template: mustache for mustache, everything else for literal', () => {
    const mode = (text: string): string => parsePrompt(text + rest(text)).prompt.template;
    assert.equal(mode('name: x\n'), 'literal');
    assert.equal(mode('template: mustache\n'), 'mustache');
    assert.equal(mode('template: literal\n'), 'literal');
    assert.equal(mode('variables: { a: { type: string } }\n'), 'mustache');
    assert.equal(mode('variables: {}\n'), 'mustache');
    assert.equal(mode('variables: [a]\n'), 'literal');
    assert.equal(mode('variables:\n  a: "\n'), 'mustache', 'a half-typed declaration');
  });

  it('places every template with its way back to the file', () => {
    const parsed = parsePrompt(refund);
    assert.deepEqual(
      parsed.templates.map(({ at, kind, message }) => [at, kind, message]),
      [
        ['messages.0.content', 'message', 0],
        ['messages.2.content', 'message', 2],
        ['evaluators.0.with.value', 'check', undefined],
        ['evaluators.1.llm.prompt', 'judge', undefined],
      ],
    );
    for (const placed of parsed.templates) {
      for (const node of placed.template.nodes) {
        if (node.kind !== 'variable') continue;
        assert.equal(slice(parsed, placed.toFile(node)), `{{${node.name}}}`);
        assert.equal(slice(parsed, placed.toFile(node.nameSpan)), node.name);
      }
    }
  });

  it('finds a field by its path, with key and value', () => {
    const parsed = parsePrompt(refund);
    const tone = parsed.field('variables.tone.default');
    assert.equal(slice(parsed, tone?.key), 'default');
    assert.equal(slice(parsed, tone?.value), 'warm');
    assert.equal(slice(parsed, parsed.field('variables.tone.enum.1')?.value), 'formal');
    assert.equal(
      slice(parsed, parsed.field('messages.2.content')?.value),
      '|\n      Question:\n      {{question}}',
    );
    assert.equal(slice(parsed, parsed.field('testData.1')?.value), 'company: Acme\n    question: Why?');
    assert.equal(parsed.field('testData.2'), undefined);
    assert.equal(parsed.field('messages.x'), undefined);
    assert.equal(parsed.field(''), undefined);
  });

  it('finds a field whose key holds dots', () => {
    const parsed = parsePrompt('testData: [{ a.b: 1, a: { b: 2 } }]\n');
    assert.equal(slice(parsed, parsed.field('testData.0.a.b')?.value), '1');
  });

  it('lists every field in file order, each found again by its path', () => {
    const parsed = parsePrompt(refund);
    const fields = [...parsed.fields()];
    assert.equal(fields[0]?.path, 'id');
    assert.ok(fields.length > 60);
    for (const field of fields) assert.deepEqual(parsed.field(field.path), field);
    const starts = fields.map(field => field.key?.start ?? field.value.start);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
  });

  it('finds the innermost field around an offset', () => {
    const parsed = parsePrompt(refund);
    const at = (text: string): string | undefined => parsed.fieldAt(refund.indexOf(text) + 1)?.path;
    assert.equal(at('Refund answers'), 'name');
    assert.equal(at('enum:'), 'variables.tone.enum');
    assert.equal(at('formal'), 'variables.tone.enum.1');
    assert.equal(at('{{question}}'), 'messages.2.content');
    assert.equal(at('"Where is'), 'testData.0.question');
    assert.equal(at('# default'), undefined);
    const typing = parsePrompt('name:  \nmessages:\n  - role: \n');
    assert.equal(typing.fieldAt(6)?.path, 'name');
    assert.equal(typing.fieldAt(typing.text.length - 1)?.path, 'messages.0.role');
  });

  it('anchors a row at its id, else at its first line', () => {
    const parsed = parsePrompt(refund);
    assert.deepEqual(
      parsed.rows.map(row => slice(parsed, row.anchor)),
      ['late-delivery', 'company: Acme'],
    );
    assert.deepEqual(
      parsed.rows.map(({ index, data }) => [index, data]),
      [...parsed.prompt.testData.entries()],
    );
  });

  it('maps a scalar that a field gives, wherever its section stands', () => {
    const parsed = parsePrompt(refund);
    const node = parsed.field('messages.2.content')?.node;
    assert.ok(isScalar(node));
    const start = String(node.value).indexOf('{{question}}');
    assert.equal(slice(parsed, parsed.mapScalar(node, { start, end: start + 12 })), '{{question}}');
  });

  it('reads row values as plain JSON: no dates, no numbers that lose digits', () => {
    const text = `testData:
  - { date: 2024-01-31, time: 12:30, yes: yes, on: on, no: no, float: 1.50, hex: 0x1F, nothing: ~, empty: }
  - { big: 12345678901234567890, inf: .inf, nan: .nan, neg: -0, list: [1, { a: b }], bool: true, tag: !!str 5 }
  - { stamp: !!timestamp 2001-01-01, binary: !!binary aGk=, set: !!set { a } }
`;
    assert.deepEqual(parsePrompt(text).prompt.testData, [
      {
        date: '2024-01-31',
        time: '12:30',
        yes: 'yes',
        on: 'on',
        no: 'no',
        float: 1.5,
        hex: 31,
        nothing: null,
        empty: null,
      },
      {
        big: '12345678901234567890',
        inf: '.inf',
        nan: '.nan',
        neg: -0,
        list: [1, { a: 'b' }],
        bool: true,
        tag: '5',
      },
      { stamp: '2001-01-01', binary: 'aGk=', set: { a: null } },
    ]);
  });

  it('keeps a row key that JavaScript knows as something else', () => {
    const { testData } = parsePrompt('testData: [{ __proto__: a, constructor: b, toString: c }]\n').prompt;
    assert.deepEqual(Object.entries(testData[0] ?? {}), [
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
  });

  it('keeps indexes where a message, row or evaluator cannot be read', () => {
    const parsed = parsePrompt(
      'messages:\n  - oops\n  - { role: user, content: a }\ntestData:\n  - oops\n  - { a: 1 }\nevaluators: [oops, { name: n, uses: github/fluency }]\n',
    );
    assert.deepEqual(parsed.prompt.messages[1], { role: 'user', content: 'a' });
    assert.deepEqual(parsed.prompt.testData, [{}, { a: 1 }]);
    assert.equal(parsed.prompt.evaluators[1]?.name, 'n');
    assert.equal(parsed.complete, false);
  });
});

describe('aliases and merge keys', () => {
  it('read as what the anchor says, also from another section', () => {
    const parsed = parsePrompt(`x-shared:
  greeting: &hello "Hello {{name}}"
  row: &row { name: Ada, city: Paris }
messages:
  - role: user
    content: *hello
testData:
  - *row
  - { <<: *row, city: Rome }
`);
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(parsed.prompt.messages, [{ role: 'user', content: 'Hello {{name}}' }]);
    assert.deepEqual(parsed.prompt.testData, [
      { name: 'Ada', city: 'Paris' },
      { city: 'Rome', name: 'Ada' },
    ]);
    const [placed] = parsed.templates;
    const [, tag] = placed?.template.nodes ?? [];
    assert.equal(tag?.kind, 'variable');
    assert.deepEqual(slice(parsed, placed?.toFile(tag)), '{{name}}');
    assert.equal(placed?.toFile(tag).start, parsed.text.indexOf('{{name}}'));
  });

  it('merge whole top-level mappings', () => {
    const parsed = parsePrompt(
      'x-base: &base { model: a/b, name: base }\n<<: *base\nname: own\nmessages: [{ role: user, content: hi }]\n',
    );
    assert.deepEqual(parsed.problems, []);
    assert.equal(parsed.prompt.model, 'a/b');
    assert.equal(parsed.prompt.name, 'own');
  });

  it('are problems where they lead nowhere, into themselves, or to more than memory holds', () => {
    assert.deepEqual(problemsOf('metadata: { a: *nowhere }'), ['yaml-syntax "*nowhere"']);
    assert.deepEqual(problemsOf('metadata: &m { a: *m }'), ['yaml-syntax "*m"']);
    assert.deepEqual(problemsOf('metadata: &m { <<: *m }'), ['yaml-syntax "*m"']);
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const bomb = levels.map((name, i) =>
      i === 0
        ? 'x-a: &a [1, 2, 3]'
        : `x-${name}: &${name} [${Array(9)
            .fill(`*${levels[i - 1]}`)
            .join(', ')}]`,
    );
    const parsed = parsePrompt(
      `${bomb.join('\n')}\nmetadata: { x: *h }\nmessages: [{ role: user, content: hi }]\n`,
    );
    assert.equal(parsed.problems.length, 1);
    assert.match(parsed.problems[0]?.message ?? '', /stand for more than 10000 values/);
  });
});

describe('problems of structure', () => {
  const cases: Readonly<Record<string, readonly [text: string, ...expected: string[]]>> = {
    'an unknown field': ['owner: me', 'unknown-field "owner"'],
    'no x- field': ['x-mine: 1'],
    'a version': ['version: 1.0.0', 'unknown-field "version"'],
    'a model that is no text': ['model: [a]', 'invalid-value "[a]"'],
    'an id that is none': ['id: Refund', 'invalid-value "Refund"'],
    'a temperature out of range': ['modelParameters: { temperature: 3 }', 'invalid-value "3"'],
    'a number in quotes': ['modelParameters:\n  maxTokens: "400"', 'invalid-value "\\"400\\""'],
    'half a token': ['modelParameters: { maxTokens: 1.5 }', 'invalid-value "1.5"'],
    'an unknown parameter': ['modelParameters: { max_tokens: 5 }', 'unknown-field "max_tokens"'],
    'parameters that are a list': ['modelParameters: [1]', 'invalid-value "[1]"'],
    'an unknown response format': ['responseFormat: jsn_object', 'invalid-value "jsn_object"'],
    'an unknown template language': ['template: jinja', 'invalid-value "jinja"'],
    'an unknown role': ['messages: [{ role: sytem, content: a }]', 'invalid-value "sytem"'],
    'a message without a role': ['messages: [{ content: a }]', 'invalid-value "content"'],
    'a message without text': ['messages:\n  - role: user\n    content:', 'invalid-value "content"'],
    'text that is a list': ['messages: [{ role: user, content: [a] }]', 'invalid-value "[a]"'],
    'a placeholder with content': ['messages: [{ placeholder: p, content: a }]', 'invalid-value "content"'],
    'no messages': ['messages: []', 'invalid-value "[]"'],
    'messages that are a text': ['messages: hello', 'invalid-value "hello"'],
    'a variable of an unknown type': ['variables: { a: { type: strng } }', 'invalid-value "strng"'],
    'a variable that is a text': ['variables: { a: string }', 'invalid-value "string"'],
    'a variable that no template can name': ['variables: { a b: { type: string } }', 'invalid-value "a b"'],
    'a flag that is a text': ['variables: { a: { required: yes } }', 'invalid-value "yes"'],
    'a row that is a text': ['testData: [hello]', 'invalid-value "hello"'],
    'datasets that are a text': ['datasets: golden.jsonl', 'invalid-value "golden.jsonl"'],
    'a pass rate in percent': ['gate: { passRate: 90 }', 'invalid-value "90"'],
    'two kinds of evaluator in one': [
      'evaluators: [{ name: n, uses: a/b, string: { equals: x } }]',
      'invalid-value "uses"',
    ],
    'a judge without choices': ['evaluators: [{ name: n, llm: { prompt: p } }]', 'invalid-value "prompt"'],
    'a choice that YAML reads as a number': [
      'evaluators: [{ name: n, llm: { prompt: p, choices: [{ choice: 1, score: 1 }] } }]',
      'unquoted-choice "1"',
    ],
    'a choice that YAML reads as true': [
      'evaluators: [{ name: n, llm: { prompt: p, choices: [{ choice: true, score: 1 }] } }]',
      'unquoted-choice "true"',
    ],
    'tools that are a mapping': ['tools: { a: 1 }', 'invalid-value "{ a: 1 }"'],
    'half of a character': ['name: "a\\ud83d"', 'invalid-value "\\"a\\\\ud83d\\""'],
    'half of a character in a row': [
      'testData: [{ id: a, q: ["b", "\\ud83d"] }]',
      'invalid-value "\\"\\\\ud83d\\""',
    ],
    'half of a character in a default': [
      'variables: { a: { default: "\\ud83d" } }',
      'invalid-value "\\"\\\\ud83d\\""',
    ],
    'half of a character in a schema': [
      'jsonSchema: \'{"name": "\\ud83d"}\'',
      'invalid-value "\'{\\"name\\": \\"\\\\ud83d\\"}\'"',
    ],
    'a key twice': ['metadata: { a: 1, a: 2 }', 'yaml-syntax "a"'],
    'a field twice': ['name: a\nname: b', 'yaml-syntax "name"'],
    'literal templates beside declarations': ['variables: {}\ntemplate: literal', 'invalid-value "literal"'],
  };
  for (const [what, [text, ...expected]] of Object.entries(cases)) {
    it(`are found for ${what}, where it stands`, () => assert.deepEqual(problemsOf(text), expected));
  }

  it('mean that the file is not complete, unless they are hints or warnings', () => {
    assert.equal(parsePrompt(`model: [a]\n${rest('')}`).complete, false);
    assert.equal(parsePrompt(`owner: me\n${rest('')}`).complete, true);
  });

  it('are fixed by their fix', () => {
    const texts = [
      'mesages: [{ role: user, content: hi }]\n',
      'modelParameters: { max_tokens: 5 }\nmessages: [{ role: user, content: hi }]\n',
      'modelParameters: { maxTokens: "5" }\nmessages: [{ role: user, content: hi }]\n',
      'messages: [{ role: usr, content: hi }]\n',
      'messages:\n  - role: user\n    content: {{x}}\n',
      'messages:\n  - role: user\n    content: {{ x }} and {{y}}  # why\n',
      'messages:\n  - { role: user, content: {{x}} }\n',
      'messages:\n  - { content: {{x}} and "more", role: user }\n',
      'messages: [{ role: user, content: hi }]\ntestData:\n  - question: {{q}}\n',
      'variables: { a: string, b: warm }\nmessages: [{ role: user, content: hi }]\n',
      'variables: { a: { required: no } }\nmessages: [{ role: user, content: hi }]\n',
      'messages: [{ role: user, content: hi }]\nevaluators: [{ llm: { prompt: p, choices: [{ choice: 1, score: 1 }] } }]\n',
    ];
    for (const text of texts) {
      let fixed = text;
      for (let round = 0; parsePrompt(fixed).problems.length > 0; round++) {
        assert.ok(round < 5, fixed);
        const [problem] = parsePrompt(fixed).problems.filter(({ fixes }) => fixes !== undefined);
        fixed = applyFix(fixed, problem);
      }
      assert.notEqual(fixed, text);
    }
  });
});

describe('unquoted-template', () => {
  const spanOf = (text: string): readonly string[] => shown(parsePrompt(text));

  it('is found for a value that is nothing but a tag, and the tag is read as the text', () => {
    const parsed = parsePrompt('messages:\n  - role: user\n    content: {{x}}\n');
    assert.deepEqual(shown(parsed), ['unquoted-template "{{x}}"']);
    assert.deepEqual(parsed.prompt.messages, [{ role: 'user', content: '{{x}}' }]);
    const [placed] = parsed.templates;
    assert.equal(slice(parsed, placed?.toFile({ start: 2, end: 3 })), 'x');
    assert.equal(parsed.complete, false);
  });

  it('is found where YAML stops at what follows the tag', () => {
    assert.deepEqual(spanOf('messages:\n  - role: user\n    content: {{x}} foo: bar # c\n'), [
      'unquoted-template "{{x}} foo: bar"',
    ]);
    assert.deepEqual(spanOf('messages:\n  - { content: {{x}} foo, role: user }\n'), [
      'unquoted-template "{{x}} foo"',
    ]);
    assert.deepEqual(spanOf('messages:\n  - { role: user, content: {{#x}}a{{/x}} }\n'), [
      'unquoted-template "{{#x}}a{{/x}}"',
    ]);
    assert.deepEqual(spanOf('messages: [{ role: user, content: hi {{name}}, bye }]\n'), [
      'unquoted-template "hi {{name}}"',
    ]);
  });

  it('is found once for every value, in rows and options as well', () => {
    assert.deepEqual(
      spanOf('messages: [{ role: user, content: hi }]\ntestData:\n  - { a: {{x}}, b: {{ y }} }\n'),
      ['unquoted-template "{{x}}"', 'unquoted-template "{{ y }}"'],
    );
  });

  it('is not found for what is a mapping in a mapping', () => {
    assert.deepEqual(
      spanOf('messages: [{ role: user, content: hi }]\nmetadata: { a: { b: 1 }, c: {} }\n'),
      [],
    );
  });
});

describe('jsonSchema', () => {
  it('is shown where its JSON goes wrong', () => {
    const text =
      'jsonSchema: |-\n  {\n    "name": "out",\n    "schema" {}\n  }\nmessages: [{ role: user, content: hi }]\n';
    const parsed = parsePrompt(text);
    assert.deepEqual(shown(parsed), ['invalid-value "{"']);
    assert.equal(parsed.problems[0]?.start, text.indexOf('{}'));
    assert.match(parsed.problems[0]?.message ?? '', /a colon is missing before "\{"/);
  });

  it('is shown at its last character when it ends too early', () => {
    const parsed = parsePrompt(`jsonSchema: '{"a": [1, 2'\n${rest('')}`);
    assert.deepEqual(shown(parsed), ['invalid-value "2"']);
  });

  it('must be an object', () => {
    assert.deepEqual(problemsOf(`jsonSchema: '[1]'`), [`invalid-value "'[1]'"`]);
  });
});

describe('createParser', () => {
  it('answers like parsePrompt after any series of edits', () => {
    const strip = (parsed: ParsedPrompt): unknown => ({
      prompt: parsed.prompt,
      problems: parsed.problems,
      rows: parsed.rows,
      lost: [...parsed.lost],
      templates: parsed.templates.map(placed => ({
        ...placed,
        template: placed.template.nodes.map(node => placed.toFile(node)),
        toFile: undefined,
      })),
      fields: [...parsed.fields()].map(({ path, key, value }) => ({ path, key, value })),
    });
    const insert = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.integer({ min: 0, max: 30 }),
      text: fc.constantFrom(
        '',
        'x',
        '\n',
        '"',
        '{{',
        '- ',
        'name: y\n',
        '&a ',
        '*a',
        '  ',
        '#',
        '<<: *a\n',
        'variables: {}\n',
      ),
    });
    fc.assert(
      fc.property(fc.array(insert, { maxLength: 12 }), edits => {
        const parse = createParser();
        let text = `x: &a [1]\n${refund}`;
        const earlier: [ParsedPrompt, unknown][] = [];
        for (const { at, remove, text: added } of edits) {
          const start = Math.floor(at * text.length);
          text = text.slice(0, start) + added + text.slice(start + remove);
          const parsed = parse(text);
          assert.deepEqual(strip(parsed), strip(parsePrompt(text)));
          earlier.push([parsed, strip(parsed)]);
        }
        for (const [parsed, before] of earlier) assert.deepEqual(strip(parsed), before);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps what it read of a section that only moved', () => {
    const parse = createParser();
    const before = parse(refund);
    const after = parse(`# a comment\n${refund}`);
    assert.equal(after.field('messages')?.node, before.field('messages')?.node);
    assert.equal(after.prompt.messages, before.prompt.messages);
    assert.equal(after.templates[0]?.template, before.templates[0]?.template);
    assert.equal(after.templates[0]?.span.start, (before.templates[0]?.span.start ?? 0) + 12);
  });
});
