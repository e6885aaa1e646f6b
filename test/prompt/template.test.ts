import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTemplate, walkTemplate, type TemplateNode } from '../../src/prompt/template.ts';
import { nearTags } from '../../src/prompt/templateLiteral.ts';

const modes = ['literal', 'mustache'] as const;

/** `kind:name` of every node, for short expectations. */
function shape(nodes: readonly TemplateNode[]): string {
  return nodes
    .map(node => {
      if (node.kind === 'text') return JSON.stringify(node.text);
      if (node.kind === 'section') return `${node.inverted ? '^' : '#'}${node.name}[${shape(node.children)}]`;
      return 'name' in node ? `${node.kind}:${node.name}` : node.kind;
    })
    .join(' ');
}

function mustache(source: string): string {
  return shape(parseTemplate(source, 'mustache').nodes);
}

/** Each problem as the text it points at, and what would replace it. */
function problems(source: string): readonly (readonly [string, string | undefined])[] {
  return parseTemplate(source, 'mustache').problems.map(problem => [
    source.slice(problem.start, problem.end),
    problem.replacement?.text,
  ]);
}

describe('parseTemplate, literal', () => {
  it('reads {{name}} as a tag and everything else as text', () => {
    const source = 'a {{name}} {{ spaced }} {{#if}} {{}} {{"a": 1}} {name} {{/if}}';
    assert.equal(
      shape(parseTemplate(source, 'literal').nodes),
      '"a " variable:name " {{ spaced }} {{#if}} {{}} {{\\"a\\": 1}} {name} {{/if}}"',
    );
  });

  it('takes a dot as part of the name, as rows have keys and no paths', () => {
    const [node] = parseTemplate('{{user.name}}', 'literal').nodes;
    assert.deepEqual(node?.kind === 'variable' && node.path, ['user.name']);
  });

  it('finds the tag inside of further braces, as a text replacement would', () => {
    assert.equal(shape(parseTemplate('{{{x}}}', 'literal').nodes), '"{" variable:x "}"');
  });

  it('reads names in any script', () => {
    assert.equal(shape(parseTemplate('{{名前}}{{größe}}', 'literal').nodes), 'variable:名前 variable:größe');
  });

  it('has no problems, as all else is text', () => {
    assert.deepEqual(parseTemplate('{{a} {{ {{/b}}', 'literal').problems, []);
  });

  it('tells which text looks like a tag', () => {
    const source = '{{ a }} {{b} {c}} {{d\n{{{"x": {y: 1}}} {{e}}';
    assert.deepEqual(
      nearTags(parseTemplate(source, 'literal')).map(near => [near.why, source.slice(near.start, near.end)]),
      [
        ['spaced', '{{ a }}'],
        ['unclosed', '{{b}'],
        ['unopened', '{c}}'],
        ['unclosed', '{{d'],
      ],
    );
  });
});

describe('parseTemplate, mustache', () => {
  it('reads variables, dotted names and sections', () => {
    assert.equal(
      mustache('{{a}}{{b.c}}{{#d}}x{{^e}}y{{/e}}{{/d}}{{&f}}{{{g}}}{{> h/i}}'),
      'variable:a variable:b.c #d["x" ^e["y"]] variable:f variable:g include:h/i',
    );
  });

  it('gives the place of a name without braces and spaces', () => {
    const source = 'x {{# items }}{{ name }}{{/ items }}';
    const spans = [...walkTemplate(parseTemplate(source, 'mustache').nodes)].flatMap(({ node }) => {
      if (!('nameSpan' in node)) return [];
      const close = 'closeNameSpan' in node ? node.closeNameSpan : undefined;
      return [node.nameSpan, ...(close ? [close] : [])].map(span => source.slice(span.start, span.end));
    });
    assert.deepEqual(spans, ['items', 'items', 'name']);
  });

  it('knows which tags are written with spaces', () => {
    const { nodes } = parseTemplate('{{a}}{{ b }}{{{c}}}{{& d}}', 'mustache');
    assert.deepEqual(
      nodes.map(node => node.kind === 'variable' && node.spaced),
      [false, true, false, false],
    );
  });

  it('reads braces as text once the delimiters are changed', () => {
    assert.equal(
      mustache('{{=<% %>=}}{{a}} <%b%><%={{ }}=%>{{c}}'),
      'delimiters "{{a}} " variable:b delimiters variable:c',
    );
  });

  it('ends a comment at the first closing delimiter, over lines and braces', () => {
    assert.equal(mustache('{{! a {{ b\n c }}d'), 'comment "d"');
  });

  for (const [source, expected] of [
    ['{{name', [['{{name', '{{name}}']]],
    ['{{name} and {{b}}', [['{{name}', '{{name}}']]],
    ['Hi {{name, how', [['{{name', '{{name}}']]],
    ['{{name: the {{b}}', [['{{name', '{{name}}']]],
    ['{{{x}}', [['{{{x}}', '{{{x}}}']]],
    [
      '{{}} {{ }}',
      [
        ['{{}}', ''],
        ['{{ }}', ''],
      ],
    ],
    ['{{#a}}', [['{{#a}}', undefined]]],
    ['{{/a}}', [['{{/a}}', undefined]]],
    ['{{#customer}}x{{/custmer}}', [['{{/custmer}}', '{{/customer}}']]],
    ['{{#a}}{{#b}}x{{/a}}', [['{{#b}}', undefined]]],
    ['{{=<%=}}', [['{{=<%=}}', undefined]]],
    [
      '{{#if a}}x{{/if}}',
      [
        ['{{#if a}}', '{{#a}}'],
        ['{{/if}}', '{{/a}}'],
      ],
    ],
    ['{{#unless a}}x{{/a}}', [['{{#unless a}}', '{{^a}}']]],
    ['{{ a | upper }}', [['{{ a | upper }}', '{{a}}']]],
    ['{"k": {{"a": 1}}}', [['{{"a": 1}}', undefined]]],
    ['{{{{{{{{', [['{{{', undefined]]],
  ] as const) {
    it(`points at what is wrong in ${JSON.stringify(source)}`, () => {
      assert.deepEqual(problems(source), expected);
    });
  }

  it('reads on after a mistake', () => {
    assert.equal(mustache('{{a {{b}} {{#c}}{{/d'), '"{{a " variable:b " " #c["{{/d"]');
  });

  it('stops at a hundred nested sections, with one problem', () => {
    const { problems } = parseTemplate('{{#a}}'.repeat(5_000), 'mustache');
    assert.equal(problems.length, 1);
  });
});

describe('parseTemplate, whatever the text', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '{{',
    '}}',
    '{{{',
    '}}}',
    '#',
    '/',
    '^',
    '!',
    '=',
    '>',
    '&',
    '.',
    'a',
    'b',
    ' ',
    '\n',
    '\r\n',
    '"',
    '{{#a}}',
    '{{/a}}',
    '{{=<% %>=}}',
    '<%',
    '%>',
    '😀',
  );
  const source = fc.array(piece, { maxLength: 40 }).map(parts => parts.join(''));

  for (const mode of modes) {
    it(`covers all of it with nodes in order (${mode})`, () => {
      fc.assert(
        fc.property(source, text => {
          const template = parseTemplate(text, mode);
          let at = 0;
          for (const node of template.nodes) {
            assert.equal(node.start, at);
            at = node.end;
          }
          assert.equal(at, text.length);
          for (const { node, within } of walkTemplate(template.nodes)) {
            const outer = within.at(-1);
            if (outer) assert.ok(outer.start < node.start && node.end <= outer.end);
            if ('nameSpan' in node) {
              assert.equal(text.slice(node.nameSpan.start, node.nameSpan.end), node.name);
            }
          }
          for (const problem of template.problems) {
            assert.ok(0 <= problem.start && problem.start < problem.end && problem.end <= text.length);
          }
        }),
        { numRuns: 500 },
      );
    });
  }

  for (const part of ['{{', '{{a ', '{{#a}}', '{{#a}}{{/b}}', '{{/a}}', '{{!', '{{=', '{{{a', '{ {', 'a.']) {
    it(`ends on two megabytes of ${JSON.stringify(part)}`, () => {
      // Quadratic code would need hours here, and run into mocha's limit.
      const text = `{{${part.repeat(2_000_000 / part.length)}`;
      for (const mode of modes) {
        const template = parseTemplate(text, mode);
        assert.equal(template.nodes.at(-1)?.end, text.length);
        assert.ok(template.problems.length <= 50);
        nearTags(template);
      }
    });
  }
});
