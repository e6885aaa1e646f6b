import assert from 'node:assert/strict';
import fc from 'fast-check';
import { diffPrompts } from '../../src/prompt/diff.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import type { Message, Prompt, RowData } from '../../src/prompt/prompt.ts';

const base = `name: Refund
model: openai/gpt-4o
modelParameters: { temperature: 0.2 }
variables: { company: { type: string }, tone: { type: string } }
messages:
  - role: system
    content: You answer for {{company}}, always in a {{tone}} tone.
  - role: user
    content: Where is my parcel?
  - role: assistant
    content: On its way.
testData:
  - { id: late, company: Acme, tone: warm }
  - { company: Other, tone: warm }
datasets: [golden.jsonl]
evaluators:
  - { name: polite, uses: github/fluency }
  - { name: short, uses: promptgate/regex, with: { value: a } }
gate: { passRate: 1 }
`;
const promptOf = (text: string): Prompt => parsePrompt(text).prompt;
const changes = (to: string, from = base): readonly string[] =>
  diffPrompts(promptOf(from), promptOf(to)).map(({ path, text }) => `${path}: ${text}`);

describe('diffPrompts', () => {
  const cases: Readonly<Record<string, readonly [to: string, ...expected: string[]]>> = {
    nothing: [base],
    'formatting only': [base.replaceAll('\n', '\r\n').replace('name: Refund', '# c\nname: "Refund"')],
    'a field': [base.replace('gpt-4o', 'gpt-4o-mini'), 'model: model changed'],
    'a field added': [`${base}description: x\n`, 'description: description added'],
    'a parameter': [base.replace('0.2', '0.3'), 'modelParameters.temperature: temperature changed'],
    'the gate': [base.replace('passRate: 1', 'passRate: 0.9'), 'gate.passRate: passRate changed'],
    'a variable': [
      base.replace('tone: { type: string }', 'tone: { type: string, default: warm }'),
      'variables.tone: variable "tone" changed',
    ],
    'a variable removed': [
      base.replace(', tone: { type: string }', ''),
      'variables.tone: variable "tone" removed',
    ],
    'a message': [base.replace('my parcel', 'it'), 'messages.1: message 2 (user) changed'],
    'a message in front': [
      base.replace('messages:\n', 'messages:\n  - { role: developer, content: Be brief. }\n'),
      'messages.0: message 1 (developer) added',
    ],
    'a message of the same role in front': [
      base.replace('messages:\n', 'messages:\n  - { role: system, content: Be brief. }\n'),
      'messages.0: message 1 (system) added',
    ],
    'a message removed': [
      base.replace('  - role: user\n    content: Where is my parcel?\n', ''),
      'messages.1: message 2 (user) removed',
    ],
    'a role': [
      base.replace('role: assistant', 'role: developer'),
      'messages.2: message 3 (developer) changed',
    ],
    'a placeholder': [
      base.replace('testData:', '  - placeholder: history\ntestData:'),
      'messages.3: message 4 (placeholder history) added',
    ],
    'a row with an id': [base.replace('company: Acme', 'company: Big'), 'testData.0: row late changed'],
    'a row without an id': [base.replace('company: Other', 'company: Big'), 'testData.1: row 2 changed'],
    'a row in front': [
      base.replace('testData:\n', 'testData:\n  - { id: new, company: X, tone: cold }\n'),
      'testData.0: row new added',
    ],
    'rows in another order': [base.replace(/( {2}- \{ id: late.*\n)( {2}- .*\n)/, '$2$1')],
    'a row with another id': [
      base.replace('id: late', 'id: early'),
      'testData.0: row early added',
      'testData.0: row late removed',
    ],
    'a dataset': [
      base.replace('golden', 'silver'),
      'datasets.0: dataset golden.jsonl removed',
      'datasets.0: dataset silver.jsonl added',
    ],
    'an evaluator': [base.replace('value: a', 'value: b'), 'evaluators.1: evaluator "short" changed'],
    'an evaluator renamed': [
      base.replace('name: short', 'name: brief'),
      'evaluators.1: evaluator "brief" changed',
    ],
    'an evaluator in front': [
      base.replace('evaluators:\n', 'evaluators:\n  - { name: new, uses: github/relevance }\n'),
      'evaluators.0: evaluator "new" added',
    ],
    'several things': [
      base.replace('Refund', 'Other').replace('my parcel', 'it').replace('company: Acme', 'company: Big'),
      'name: name changed',
      'messages.1: message 2 (user) changed',
      'testData.0: row late changed',
    ],
  };
  for (const [what, [to, ...expected]] of Object.entries(cases)) {
    it(`counts ${what}`, () => assert.deepEqual(changes(to), expected));
  }

  it('counts a schema by what it says, not by its indenting', () => {
    const schema = (text: string): string =>
      `jsonSchema: '${text}'\nmessages: [{ role: user, content: hi }]\n`;
    assert.deepEqual(changes(schema('{ "a": 1, "b": 2 }'), schema('{"b":2,"a":1}')), []);
    assert.deepEqual(changes(schema('{"a": 1}'), schema('{"a": 2}')), ['jsonSchema: jsonSchema changed']);
  });

  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({
      role: fc.constantFrom('system', 'user'),
      content: fc.constantFrom('a b c', 'a b d', 'x', ''),
    }) as fc.Arbitrary<Message>,
    fc.record({ placeholder: fc.constantFrom('p', 'q') }),
  );
  const row: fc.Arbitrary<RowData> = fc.dictionary(
    fc.constantFrom('id', 'a', 'b'),
    fc.constantFrom('1', '2', 3),
    { maxKeys: 3 },
  );
  const prompt = fc
    .record({ messages: fc.array(message, { maxLength: 6 }), testData: fc.array(row, { maxLength: 6 }) })
    .map(parts => ({ ...promptOf(base), ...parts }));

  it('counts nothing between a prompt and itself', () => {
    fc.assert(fc.property(prompt, one => assert.deepEqual(diffPrompts(one, one), [])));
  });

  it('counts the same number both ways, and adds what it removes the other way round', () => {
    const added = (from: Prompt, to: Prompt, kind: string): number =>
      diffPrompts(from, to).filter(change => change.kind === kind && change.what === 'message').length;
    fc.assert(
      fc.property(prompt, prompt, (from, to) => {
        assert.equal(
          added(from, to, 'added') - added(from, to, 'removed'),
          to.messages.length - from.messages.length,
        );
        assert.equal(
          diffPrompts(from, to).filter(({ what }) => what === 'message').length === 0,
          JSON.stringify(from.messages) === JSON.stringify(to.messages),
        );
      }),
    );
  });

  it('counts one message put anywhere as one change', () => {
    fc.assert(
      fc.property(prompt, fc.nat(6), (one, at) => {
        const index = Math.min(at, one.messages.length);
        const messages = one.messages.toSpliced(index, 0, { role: 'assistant', content: 'something new' });
        const found = diffPrompts(one, { ...one, messages });
        assert.deepEqual(
          found.map(({ kind, path }) => [kind, path]),
          [['added', `messages.${index}`]],
        );
      }),
    );
  });
});
