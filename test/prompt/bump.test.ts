import assert from 'node:assert/strict';
import { proposeBump, type Bump } from '../../src/prompt/bump.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';

function propose(from: string, to: string): ReturnType<typeof proposeBump> {
  const [a, b] = [from, to].map(text => {
    const { prompt, problems } = parsePrompt(text);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
      text,
    );
    return { prompt, target: { model: prompt.model, parameters: prompt.modelParameters } };
  });
  assert.ok(a && b);
  return proposeBump(a, b);
}

type Row = readonly [what: string, from: string, to: string, bump: Bump | undefined, ...texts: string[]];

/** Declarations of variables around one message that uses them all. */
const vars = (declarations: string): string =>
  `variables: ${declarations}\nmessages: [{ role: user, content: "{{a}}" }]\n`;
const variables: readonly Row[] = [
  ['a new required variable', '{ a: {} }', '{ a: {}, b: {} }', 'major', 'new required variable "b"'],
  [
    'a new optional variable',
    '{ a: {} }',
    '{ a: {}, b: { required: false } }',
    'minor',
    'new optional variable "b"',
  ],
  [
    'a new variable with a default',
    '{ a: {} }',
    '{ a: {}, b: { default: x } }',
    'minor',
    'new optional variable "b"',
  ],
  ['a variable removed', '{ a: {}, b: {} }', '{ a: {} }', 'major', 'variable "b" removed'],
  [
    'an optional variable removed',
    '{ a: {}, b: { default: x } }',
    '{ a: {} }',
    'major',
    'variable "b" removed',
  ],
  [
    'a variable renamed',
    '{ a: {}, b: {} }',
    '{ a: {}, c: {} }',
    'major',
    'variable "b" removed',
    'new required variable "c"',
  ],
  [
    'optional to required',
    '{ a: { required: false } }',
    '{ a: {} }',
    'major',
    'variable "a" is now required',
  ],
  [
    'required to optional',
    '{ a: {} }',
    '{ a: { required: false } }',
    'minor',
    'variable "a" is now optional',
  ],
  [
    'another type',
    '{ a: { type: string } }',
    '{ a: { type: integer } }',
    'major',
    'variable "a" is now integer instead of string',
  ],
  [
    'another type of items',
    '{ a: { type: array, items: string } }',
    '{ a: { type: array, items: number } }',
    'major',
    'variable "a" is now array of number instead of array of string',
  ],
  [
    'an enum value removed',
    '{ a: { enum: [x, y] } }',
    '{ a: { enum: [x] } }',
    'major',
    'variable "a" no longer takes "y"',
  ],
  [
    'an enum value added',
    '{ a: { enum: [x] } }',
    '{ a: { enum: [x, y] } }',
    'minor',
    'variable "a" takes "y" as well',
  ],
  ['an enum in another order', '{ a: { enum: [x, y] } }', '{ a: { enum: [y, x] } }', undefined],
  [
    'an enum where any value was taken',
    '{ a: {} }',
    '{ a: { enum: [x, y] } }',
    'major',
    'variable "a" takes only "x", "y" now',
  ],
  ['an enum dropped', '{ a: { enum: [x] } }', '{ a: {} }', 'minor', 'variable "a" takes any value now'],
  [
    'another default',
    '{ a: { default: x } }',
    '{ a: { default: y } }',
    'minor',
    'default of variable "a" changed from "x" to "y"',
  ],
  [
    'a default added',
    '{ a: {} }',
    '{ a: { default: x } }',
    'minor',
    'variable "a" is now optional',
    'default of variable "a" changed from none to "x"',
  ],
  [
    'a default removed',
    '{ a: { default: x } }',
    '{ a: {} }',
    'major',
    'variable "a" is now required',
    'default of variable "a" changed from "x" to none',
  ],
  [
    'another description',
    '{ a: { description: x } }',
    '{ a: { description: y } }',
    'patch',
    'description or example of variable "a" changed',
  ],
  [
    'another example',
    '{ a: { example: x } }',
    '{ a: { example: y } }',
    'patch',
    'description or example of variable "a" changed',
  ],
  [
    'a variable from outside',
    '{ a: {} }',
    '{ a: { untrusted: true } }',
    'patch',
    'variable "a" is now untrusted',
  ],
  [
    'a variable that no longer changes',
    '{ a: { volatile: true } }',
    '{ a: {} }',
    'patch',
    'variable "a" is no longer volatile',
  ],
  ['declarations in another order', '{ a: {}, b: {} }', '{ b: {}, a: {} }', undefined],
];

const wrap = (schema: string): string =>
  `responseFormat: json_schema\njsonSchema: '{"name": "out", "strict": true, "schema": ${schema}}'\nmessages: [{ role: user, content: hi }]\n`;
const object = (properties: string, required: string): string =>
  `{"type": "object", "properties": {${properties}}, "required": [${required}]}`;
const nested = (properties: string, required: string): string =>
  object(`"list": {"type": "array", "items": ${object(properties, required)}}`, '"list"');
const [aText, bText] = ['"a": {"type": "string"}', '"b": {"type": "string"}'];

const schemas: readonly Row[] = [
  [
    'an output property removed',
    object(`${aText}, ${bText}`, '"a", "b"'),
    object(aText, '"a"'),
    'major',
    'output property "b" removed',
  ],
  [
    'an optional output property removed',
    object(`${aText}, ${bText}`, '"a"'),
    object(aText, '"a"'),
    'major',
    'output property "b" removed',
  ],
  [
    'an output property made optional',
    object(aText, '"a"'),
    object(aText, ''),
    'major',
    'output property "a" is now optional',
  ],
  [
    'an output property retyped',
    object(aText, '"a"'),
    object('"a": {"type": "number"}', '"a"'),
    'major',
    'output property "a" is now number instead of string',
  ],
  [
    'an output property made nullable',
    object(aText, '"a"'),
    object('"a": {"type": ["string", "null"]}', '"a"'),
    'major',
    'output property "a" is now ["null","string"] instead of string',
  ],
  [
    'an enum value added to an output',
    object('"a": {"enum": ["x"]}', '"a"'),
    object('"a": {"enum": ["x", "y"]}', '"a"'),
    'major',
    'output property "a" may now be y',
  ],
  [
    'an enum value removed from an output',
    object('"a": {"enum": ["x", "y"]}', '"a"'),
    object('"a": {"enum": ["x"]}', '"a"'),
    'major',
    'output property "a" is never y any more',
  ],
  [
    'a required property added',
    object(aText, '"a"'),
    object(`${aText}, ${bText}`, '"a", "b"'),
    'minor',
    'output property "b" added',
  ],
  [
    'an optional property added',
    object(aText, '"a"'),
    object(`${aText}, ${bText}`, '"a"'),
    'major',
    'output property "b" added, but not always given',
  ],
  [
    'an optional property made required',
    object(aText, ''),
    object(aText, '"a"'),
    'major',
    'output property "a" is now required',
  ],
  [
    'another constraint',
    object('"a": {"type": "string", "maxLength": 5}', '"a"'),
    object('"a": {"type": "string", "maxLength": 6}', '"a"'),
    'major',
    '`maxLength` of output property "a" changed',
  ],
  [
    'another root type',
    '{"type": "object"}',
    '{"type": "array"}',
    'major',
    'output is now array instead of object',
  ],
  [
    'more properties allowed',
    '{"type": "object", "additionalProperties": false}',
    '{"type": "object"}',
    'major',
    '`additionalProperties` of output changed',
  ],
  [
    'annotations',
    object('"a": {"type": "string", "description": "x"}', '"a"'),
    object('"a": {"type": "string", "title": "A", "examples": ["y"]}', '"a"'),
    'patch',
    'descriptions in the output schema changed',
  ],
  [
    'a property that is called description',
    object('"description": {"type": "string"}', '"description"'),
    object('"title": {"type": "string"}', '"title"'),
    'major',
    'output property "description" removed',
    'output property "title" added',
  ],
  [
    'required and enum in another order',
    object(`${aText}, ${bText}`, '"a", "b"'),
    object(`${bText}, ${aText}`, '"b", "a"'),
    'patch',
    'descriptions in the output schema changed',
  ],
  [
    'a nested property removed',
    nested(`${aText}, ${bText}`, '"a", "b"'),
    nested(aText, '"a"'),
    'major',
    'output property "list[].b" removed',
  ],
  [
    'a nested required property added',
    nested(aText, '"a"'),
    nested(`${aText}, ${bText}`, '"a", "b"'),
    'minor',
    'output property "list[].b" added',
  ],
  [
    'a nested property retyped',
    nested(aText, '"a"'),
    nested('"a": {"type": "integer"}', '"a"'),
    'major',
    'output property "list[].a" is now integer instead of string',
  ],
  [
    'a nested annotation',
    nested(aText, '"a"'),
    nested('"a": {"type": "string", "description": "x"}', '"a"'),
    'patch',
    'descriptions in the output schema changed',
  ],
  [
    'a definition changed',
    `{"$ref": "#/$defs/x", "$defs": {"x": ${object(aText, '"a"')}}}`,
    `{"$ref": "#/$defs/x", "$defs": {"x": ${object('', '')}}}`,
    'major',
    'output property "$defs.x.a" removed',
  ],
  [
    'a union widened',
    '{"anyOf": [{"type": "string"}]}',
    '{"anyOf": [{"type": "string"}, {"type": "null"}]}',
    'major',
    '`anyOf` of output changed',
  ],
];

const messages = 'messages: [{ role: user, content: "hi" }]\n';
const tool = (inner: string): string =>
  `${messages}tools: [{ type: function, function: { name: find, ${inner} } }]\n`;
const rest: readonly Row[] = [
  [
    'another response format',
    messages,
    `responseFormat: json_object\n${messages}`,
    'major',
    'response format changed from text to json_object',
  ],
  [
    'a schema added',
    messages,
    wrap('{}'),
    'major',
    'response format changed from text to json_schema',
    'output schema added',
  ],
  [
    'a schema that is no longer strict',
    wrap('{}'),
    wrap('{}').replace('true', 'false'),
    'major',
    '`strict` of the output schema changed',
  ],
  ['a schema indented', wrap('{}'), wrap(' { } '), undefined],
  [
    'a schema out of its envelope',
    `jsonSchema: '{"type": "object"}'\n${messages}`,
    `jsonSchema: '{"type": "array"}'\n${messages}`,
    'major',
    'output is now array instead of object',
  ],
  ['a tool added', messages, tool('strict: true'), 'major', 'tool "find" added'],
  ['a tool removed', tool('strict: true'), messages, 'major', 'tool "find" removed'],
  [
    'a tool with other parameters',
    tool('parameters: { type: object }'),
    tool('parameters: { type: object, required: [a] }'),
    'major',
    'tool "find" changed',
  ],
  [
    'a tool described otherwise',
    tool('description: a, parameters: { description: a }'),
    tool('description: b, parameters: { title: b }'),
    'patch',
    'description of tool "find" changed',
  ],
  [
    'another tool choice',
    messages,
    `toolChoice: none\n${messages}`,
    'major',
    'tool choice changed from none to "none"',
  ],
  [
    'another model',
    `model: openai/a\n${messages}`,
    `model: openai/b\n${messages}`,
    'minor',
    'model changed from openai/a to openai/b',
  ],
  [
    'another parameter',
    `modelParameters: { seed: 1 }\n${messages}`,
    `modelParameters: { seed: 2, topP: 1 }\n${messages}`,
    'minor',
    'seed changed from 1 to 2',
    'topP changed from none to 1',
  ],
  ['another wording', messages, messages.replace('hi', 'hello'), 'patch', 'message 1 (user) changed'],
  [
    'a message added',
    messages,
    messages.replace('[', '[{ role: system, content: x }, '),
    'patch',
    'message 1 (system) added',
  ],
  [
    'another template language',
    messages,
    `template: mustache\n${messages}`,
    'patch',
    'templates are read as mustache instead of literal',
  ],
  [
    'rows, evaluators, name and gate only',
    messages,
    `name: x\ngate: { passRate: 1 }\ntestData: [{ id: a }]\nevaluators: [{ uses: a/b }]\n${messages}`,
    undefined,
  ],
];

const inferred: readonly Row[] = [
  [
    'a new tag',
    messages,
    messages.replace('hi', 'hi {{name}}'),
    'major',
    'new required variable "name"',
    'message 1 (user) changed',
  ],
  [
    'a tag removed',
    messages.replace('hi', 'hi {{name}}'),
    messages,
    'major',
    'variable "name" removed',
    'message 1 (user) changed',
  ],
  [
    'a tag moved',
    messages.replace('hi', 'hi {{name}}'),
    messages.replace('hi', '{{name}} hi'),
    'patch',
    'message 1 (user) changed',
  ],
  [
    'tags declared as they are used',
    messages.replace('hi', 'hi {{name}}'),
    `variables: { name: {} }\n${messages.replace('hi', 'hi {{name}}')}`,
    'patch',
    'templates are read as mustache instead of literal',
  ],
  [
    'a section added',
    `template: mustache\n${messages}`,
    `template: mustache\n${messages.replace('hi', 'hi{{#x}}!{{/x}}')}`,
    'minor',
    'new optional variable "x"',
    'message 1 (user) changed',
  ],
];

describe('proposeBump', () => {
  const table: Readonly<Record<string, readonly Row[]>> = {
    'of a declared variable': variables.map(([what, from, to, ...more]) => [
      what,
      vars(from),
      vars(to),
      ...more,
    ]),
    'of the output': schemas.map(([what, from, to, ...more]) => [what, wrap(from), wrap(to), ...more]),
    'of the rest': rest,
    'of a contract that is inferred': inferred,
  };
  for (const [what, rows] of Object.entries(table)) {
    describe(what, () => {
      for (const [change, from, to, bump, ...texts] of rows) {
        it(`takes ${change} for ${bump ?? 'no change'}`, () => {
          const proposal = propose(from, to);
          assert.equal(proposal.bump, bump);
          assert.deepEqual(
            proposal.changes.map(({ text }) => text),
            texts,
          );
        });
      }
    });
  }

  it('says nothing of a prompt and itself', () => {
    assert.deepEqual(propose(vars('{ a: { enum: [x] } }'), vars('{ a: { enum: [x] } }')), { changes: [] });
  });

  it('puts the biggest change first', () => {
    const { bump, changes } = propose(
      `model: openai/a\n${vars('{ a: {}, b: {} }')}`,
      `model: openai/b\n${vars('{ a: { description: x } }').replace('{{a}}', 'Say {{a}}')}`,
    );
    assert.equal(bump, 'major');
    assert.deepEqual(
      changes.map(change => change.bump),
      ['major', 'minor', 'patch', 'patch'],
    );
  });
});
