import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PromptgateError } from '../../src/errors.ts';
import type { JsonValue, Prompt, Variable } from '../../src/prompt/prompt.ts';
import { compile, compileText, render, type Values } from '../../src/prompt/render.ts';

type Renderable = Pick<Prompt, 'messages' | 'variables' | 'template'>;

function prompt(content: string, variables: Record<string, Partial<Variable>> = {}): Renderable {
  const declared = Object.entries(variables).map(([name, variable]): [string, Variable] => [
    name,
    { type: 'string', required: variable.default === undefined, ...variable },
  ]);
  return {
    template: 'mustache',
    variables: Object.fromEntries(declared),
    messages: [{ role: 'user', content }],
  };
}

function text(of: Renderable, values: Record<string, JsonValue | undefined>): JsonValue | undefined {
  return render(of, values)[0]?.content;
}

function renderText(source: string, mode: Prompt['template'], values: Values): string {
  return compileText(source, { template: mode, variables: {} })(values);
}

function failure(act: () => unknown): PromptgateError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof PromptgateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

// The behaviour that the Mustache specification demands of each part, without HTML escaping.
describe('one template follows Mustache', () => {
  const cases: readonly (readonly [string, string, Record<string, JsonValue>, string])[] = [
    ['no tags', 'Hello {world}!\n', {}, 'Hello {world}!\n'],
    ['no HTML escaping', '{{x}} {{{x}}} {{&x}}', { x: '& " < >' }, '& " < > & " < > & " < >'],
    ['integers', '"{{n}} miles"', { n: 85 }, '"85 miles"'],
    ['decimals', '{{n}}', { n: 1.21 }, '1.21'],
    ['dotted names', '{{a.b.c}}', { a: { b: { c: 'x' } } }, 'x'],
    ['dotted names start at the top again', '{{#a}}{{b.c}}{{/a}}', { a: { x: 1 }, b: { c: 'y' } }, 'y'],
    ['the inner context first', '{{#a}}{{b}}{{/a}}{{b}}', { a: { b: 'in' }, b: 'out' }, 'inout'],
    ['implicit items of text', '{{#list}}({{.}}){{/list}}', { list: ['a', 'b'] }, '(a)(b)'],
    ['implicit items of numbers', '{{#list}}({{.}}){{/list}}', { list: [1.5, 2] }, '(1.5)(2)'],
    ['nested lists', '{{#list}}({{#.}}{{.}}{{/.}}){{/list}}', { list: [[1, 2], ['a']] }, '(12)(a)'],
    ['spaces inside of a tag', '| {{ x }} |', { x: '---' }, '| --- |'],
    ['interpolation that is not alone on a line', '  {{x}}\n', { x: '-' }, '  -\n'],
    ['true sections', '"{{#b}}yes{{/b}}"', { b: true }, '"yes"'],
    ['false sections', '"{{#b}}yes{{/b}}"', { b: false }, '""'],
    ['null sections', '"{{#b}}yes{{/b}}"', { b: null }, '""'],
    ['sections of absent values', '[{{#b}}yes{{/b}}]', {}, '[]'],
    ['object sections', '{{#o}}{{n}}{{/o}}', { o: { n: 'Joe' } }, 'Joe'],
    ['lists of objects', '{{#l}}{{i}}{{/l}}', { l: [{ i: 1 }, { i: 2 }] }, '12'],
    ['empty lists', '[{{#l}}x{{/l}}]', { l: [] }, '[]'],
    ['a section twice', '{{#b}}1{{/b}}{{t}}{{#b}}3{{/b}}', { b: true, t: 2 }, '123'],
    ['nested true sections', '|A{{#b}}B{{#b}}C{{/b}}D{{/b}}E|', { b: true }, '|ABCDE|'],
    ['nested false sections', '|A{{#b}}B{{#b}}C{{/b}}D{{/b}}E|', { b: false }, '|AE|'],
    ['dotted sections', '{{#a.b}}yes{{/a.b}}', { a: { b: true } }, 'yes'],
    ['absent dotted sections', '[{{#a.b.c}}yes{{/a.b.c}}]', { a: {} }, '[]'],
    ['inverted false', '"{{^b}}no{{/b}}"', { b: false }, '"no"'],
    ['inverted true', '"{{^b}}no{{/b}}"', { b: true }, '""'],
    ['inverted objects', '[{{^o}}no{{/o}}]', { o: { n: 1 } }, '[]'],
    ['inverted empty lists', '[{{^l}}none{{/l}}]', { l: [] }, '[none]'],
    ['inverted absent values', '[{{^l}}none{{/l}}]', {}, '[none]'],
    ['comments', '12{{! gone }}34', {}, '1234'],
    ['comments over lines', '12{{!\n gone\n}}34\n', {}, '1234\n'],
    ['comments alone on a line', 'a\n{{! gone }}\nb\n', {}, 'a\nb\n'],
    ['indented comments alone on a line', 'a\n  {{! gone }}  \nb\n', {}, 'a\nb\n'],
    ['comments alone with CRLF', 'a\r\n{{! gone }}\r\nb', {}, 'a\r\nb'],
    ['comments alone on the first line', '  {{! gone }}\nb', {}, 'b'],
    ['comments alone on the last line', 'a\n  {{! gone }}', {}, 'a\n'],
    ['comments over lines, alone', 'a\n{{!\n gone\n}}\nb\n', {}, 'a\nb\n'],
    ['comments beside text', '  12 {{! 34 }}\n', {}, '  12 \n'],
    ['sections alone on a line', '| a\n{{#b}}\n| b\n{{/b}}\n| c', { b: true }, '| a\n| b\n| c'],
    ['indented sections alone on a line', '| a\n  {{#b}}\n|\n  {{/b}}\n| c\n', { b: true }, '| a\n|\n| c\n'],
    ['sections alone with CRLF', '|\r\n{{#b}}\r\n{{/b}}\r\n|', { b: true }, '|\r\n|'],
    ['sections at the very start and end', '  {{#b}}\n#{{/b}}\n/', { b: true }, '#\n/'],
    ['sections that end the text', '#{{#b}}\n/\n  {{/b}}', { b: true }, '#\n/\n'],
    ['sections within a line', ' | {{#b}}\t|\t{{/b}} | \n', { b: true }, ' | \t|\t | \n'],
    ['two sections within a line', ' {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n', { b: true }, ' YES\n GOOD\n'],
    ['inverted sections alone on a line', '| a\n{{^b}}\n|\n{{/b}}\n| c', { b: false }, '| a\n|\n| c'],
    ['changed delimiters', '{{=<% %>=}}(<%t%>)', { t: 'Hey!' }, '(Hey!)'],
    ['special characters as delimiters', '({{=[ ]=}}[t])', { t: 'x' }, '(x)'],
    [
      'changed delimiters in sections',
      '{{#s}}{{t}}|t|{{/s}}{{=| |=}}|#s|{{t}}|t||/s|',
      { s: true, t: 'x' },
      'x|t|{{t}}x',
    ],
    ['changed delimiters alone on a line', 'a\n  {{=@ @=}}\nb', {}, 'a\nb'],
    ['changed delimiters within a line', '| {{=@ @=}} |', {}, '|  |'],
    ['delimiters with spaces', '|{{=  @   @  =}}|', {}, '||'],
  ];
  for (const [name, source, values, expected] of cases) {
    it(name, () => assert.equal(renderText(source, 'mustache', values), expected));
  }

  it('takes zero and empty text as false, as mustache.js does', () => {
    assert.equal(renderText('{{^n}}0{{/n}}{{^t}}e{{/t}}', 'mustache', { n: 0, t: '' }), '0e');
  });
});

describe('render', () => {
  it('writes text as it is and everything else as compact JSON', () => {
    const values = { s: 'a\n"b"', n: 1.5, b: false, a: [1, { x: 'y' }], o: { k: [null] } };
    assert.equal(
      text(prompt('{{s}}|{{n}}|{{b}}|{{a}}|{{o}}'), values),
      'a\n"b"|1.5|false|[1,{"x":"y"}]|{"k":[null]}',
    );
  });

  it('replaces only {{name}} in literal mode', () => {
    const literal: Renderable = { ...prompt('{{a}} {{ a }} {{#a}} {{a.b}}'), template: 'literal' };
    assert.equal(text(literal, { a: 'x', 'a.b': 'y' }), 'x {{ a }} {{#a}} y');
  });

  it('names all missing variables at once and where they are used', () => {
    const error = failure(() =>
      render(
        {
          template: 'mustache',
          variables: { a: { type: 'string', required: true }, unused: { type: 'string', required: true } },
          messages: [
            { role: 'system', content: '{{a}} {{b}}' },
            { role: 'user', content: '{{a}}' },
          ],
        },
        { a: null },
      ),
    );
    assert.equal(error.code, 'missing-variable');
    assert.deepEqual(error.data['missing'], ['a', 'unused', 'b']);
    assert.match(
      error.message,
      /"a" \(message 1, system; message 2, user\), "unused", "b" \(message 1, system\)/,
    );
  });

  it('leaves nothing behind only for a variable declared optional', () => {
    assert.equal(text(prompt('[{{a}}]', { a: { required: false } }), {}), '[]');
    assert.equal(text(prompt('[{{a.b}}]', { a: { type: 'object', required: false } }), {}), '[]');
    assert.equal(failure(() => render(prompt('[{{a}}]'), {})).code, 'missing-variable');
    const given = prompt('[{{a.b}}]', { a: { type: 'object', required: false } });
    assert.equal(failure(() => render(given, { a: {} })).code, 'missing-variable');
  });

  it('demands a field of each item of a section', () => {
    const listed = prompt('{{#items}}{{title}}{{/items}}', { items: { type: 'array' } });
    assert.equal(text(listed, { items: [{ title: 'x' }] }), 'x');
    assert.deepEqual(failure(() => render(listed, { items: [{}, {}] })).data['missing'], ['title']);
  });

  it('does not look behind an item for a field that the item gives as null', () => {
    const listed = prompt('{{#items}}{{title}}{{/items}}');
    assert.equal(
      failure(() => render(listed, { items: [{ title: null }], title: 'outer' })).code,
      'missing-variable',
    );
  });

  it('fills in defaults, for null as well', () => {
    const toned = prompt('{{tone}}', { tone: { default: 'warm' } });
    assert.equal(text(toned, {}), 'warm');
    assert.equal(text(toned, { tone: null }), 'warm');
    assert.equal(text(toned, { tone: 'cold' }), 'cold');
  });

  for (const [variable, value, expected] of [
    [{ type: 'string' }, 5, /"a": expected a string, got the number 5/],
    [{ type: 'integer' }, 1.5, /expected an integer, got the number 1.5/],
    [{ type: 'number' }, '1', /expected a number, got the string "1"/],
    [{ type: 'boolean' }, 'true', /expected a boolean/],
    [{ type: 'array' }, {}, /expected an array, got an object/],
    [{ type: 'array', items: 'string' }, ['x', 1], /item 2: expected a string/],
    [{ type: 'object' }, [], /expected an object, got an array/],
    [{ enum: ['warm', 'formal'] }, 'cold', /expected one of "warm", "formal", got "cold"/],
  ] as const) {
    it(`refuses ${JSON.stringify(value)} for ${JSON.stringify(variable)}`, () => {
      const error = failure(() => render(prompt('{{a}}', { a: variable }), { a: value }));
      assert.equal(error.code, 'wrong-type');
      assert.match(error.message, expected);
    });
  }

  it('takes a value of an enum whatever the order of its keys', () => {
    const chosen = prompt('{{a.x}}', { a: { type: 'object', enum: [{ x: 1, y: 2 }] } });
    assert.equal(text(chosen, { a: { y: 2, x: 1 } }), '1');
  });

  it('refuses what JSON cannot say, declared or not', () => {
    assert.equal(failure(() => renderText('{{a}}', 'literal', { a: NaN })).code, 'wrong-type');
    const cyclic: Record<string, JsonValue> = {};
    cyclic['self'] = cyclic;
    assert.equal(failure(() => renderText('{{a}}', 'literal', { a: cyclic })).code, 'wrong-type');
  });

  it('warns of a value that nothing asks for, and renders', () => {
    const warnings: string[] = [];
    render(
      prompt('{{a}}{{#c}}{{/c}}', { a: {} }),
      { a: 'x', b: 'y', c: true, d: undefined },
      { onWarning: w => warnings.push(w) },
    );
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /"b"/);
  });

  it('knows only own properties', () => {
    assert.equal(failure(() => renderText('{{constructor}}', 'mustache', {})).code, 'missing-variable');
    assert.equal(failure(() => renderText('{{a.length}}', 'mustache', { a: [1] })).code, 'missing-variable');
    assert.equal(
      renderText('{{a.0}}{{__proto__}}', 'mustache', JSON.parse('{"a":["x"],"__proto__":"y"}')),
      'xy',
    );
  });

  it('refuses a template that cannot be read, and an include', () => {
    assert.equal(failure(() => render(prompt('{{#a}}'), { a: true })).code, 'template-syntax');
    assert.equal(failure(() => render(prompt('{{> tone}}'), {})).code, 'unknown-include');
  });

  it('gives the same through a renderer that is compiled once', () => {
    const renderer = compile(prompt('Hi {{a}}'));
    assert.equal(renderer({ a: '1' })[0]?.content, 'Hi 1');
    assert.equal(renderer({ a: '2' })[0]?.content, 'Hi 2');
  });
});

describe('render with placeholders', () => {
  const chat: Renderable = {
    template: 'mustache',
    variables: {
      history: { type: 'messages', required: false },
      secret: { type: 'string', required: true },
    },
    messages: [
      { role: 'system', content: 'Be brief. {{secret}}' },
      { placeholder: 'history' },
      { role: 'user', content: 'Go on.' },
    ],
  };

  it('inserts the messages as they are and reads no template in them', () => {
    const history: JsonValue = [
      { role: 'user', content: 'repeat {{secret}} {{#secret}}' },
      { role: 'assistant', content: null, tool_calls: [{ id: '1' }] },
      { role: 'tool', content: [{ type: 'text', text: '{{secret}}' }], tool_call_id: '1' },
    ];
    const rendered = render(chat, { history, secret: 'S' });
    assert.deepEqual(rendered.slice(1, 4), history);
    assert.equal(rendered.length, 5);
  });

  it('inserts none when the optional value is absent', () => {
    assert.deepEqual(
      render(chat, { secret: 'S' }).map(message => message.role),
      ['system', 'user'],
    );
  });

  it('demands an undeclared one', () => {
    const bare: Renderable = { ...chat, template: 'literal', variables: {} };
    assert.deepEqual(failure(() => render(bare, { secret: 'S' })).data['missing'], ['history']);
  });

  for (const [name, history] of [
    ['a string', 'hello'],
    ['a message without a role', [{ content: 'x' }]],
    ['a role nobody knows', [{ role: 'bot', content: 'x' }]],
    ['a message without content', [{ role: 'user' }]],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.equal(failure(() => render(chat, { history, secret: 'S' })).code, 'wrong-type');
    });
  }
});

describe('a value', () => {
  const nasty = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(
          '{{a}}',
          '{{b}}',
          '{{{',
          '}}',
          '{{#a}}',
          '{{/a}}',
          '{{=<% %>=}}',
          '<%a%>',
          '$&',
          '$1',
          '\\',
          '\n',
        ),
        { maxLength: 6 },
      )
      .map(parts => parts.join('')),
  );

  for (const mode of ['literal', 'mustache'] as const) {
    it(`is never read as template (${mode})`, () => {
      fc.assert(
        fc.property(nasty, nasty, (a, b) => {
          assert.equal(renderText('<{{a}}|{{b}}|{{a}}>', mode, { a, b }), `<${a}|${b}|${a}>`);
        }),
      );
    });
  }

  it('is never read as template inside of sections and messages', () => {
    const chat: Renderable = {
      ...prompt('{{#items}}[{{text}}]{{/items}}{{b}}'),
      messages: [
        { role: 'user', content: '{{#items}}[{{text}}]{{/items}}{{b}}' },
        { placeholder: 'history' },
      ],
    };
    fc.assert(
      fc.property(nasty, nasty, fc.array(nasty), (a, b, texts) => {
        const [first, second] = render(chat, {
          b,
          items: texts.map(item => ({ text: item })),
          history: [{ role: 'user', content: a }],
        });
        assert.equal(first?.content, texts.map(item => `[${item}]`).join('') + b);
        assert.equal(second?.content, a);
      }),
    );
  });
});
