import assert from 'node:assert/strict';
import { parsePrompt } from '../../src/prompt/parse.ts';
import { variableAt, variableFacts, variableUses } from '../../src/prompt/variableUses.ts';

const text = `variables:
  "customer": { type: object }
  question: { type: string }
  history: { type: messages, required: false }
messages:
  - role: system
    content: |
      {{#customer}}Hello {{customer.name}}.{{/customer}}
  - placeholder: history
  - { role: user, content: "{{question}}" }
testData:
  - { customer: { name: Ana }, question: "one" }
  - { question: two }
evaluators:
  - name: judge
    llm:
      prompt: "Is {{question}} answered by {{completion}}?"
      choices: [{ choice: "yes", score: 1 }, { choice: "no", score: 0 }]
`;
const parsed = parsePrompt(text);
const cut = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);

describe('variableUses', () => {
  it('finds names in tags, in both ends of sections, in placeholders and in judges, in file order', () => {
    const uses = variableUses(parsed);
    assert.deepEqual(
      uses.map(({ name }) => name),
      ['customer', 'customer', 'customer', 'history', 'question', 'question', 'completion'],
    );
    for (const use of uses) assert.equal(cut(use), use.name);
  });

  it('says where each stands', () => {
    const places = new Set(variableUses(parsed).map(({ at }) => at.split('.').slice(0, 2).join('.')));
    assert.deepEqual([...places], ['messages.0', 'messages.1', 'messages.2', 'evaluators.0']);
  });
});

describe('a dotted name in a literal template', () => {
  const dotted =
    'messages:\n  - { role: user, content: "Hi {{user.name}}" }\ntestData:\n  - { user.name: Ana }\n';
  const file = parsePrompt(dotted);

  it('is one name, as in a row', () => {
    assert.deepEqual(
      variableUses(file).map(({ name, start, end }) => [name, dotted.slice(start, end)]),
      [['user.name', 'user.name']],
    );
    for (const offset of [dotted.indexOf('user.name'), dotted.lastIndexOf('user.name')]) {
      assert.equal(variableAt(file, offset + 6)?.name, 'user.name');
    }
    const { variable, uses, rows } = variableFacts(file, 'user.name');
    assert.deepEqual([variable?.type, uses.length, rows.length], ['string', 1, 1]);
  });
});

describe('variableAt', () => {
  it('knows a variable in a tag, as a declaration and as the key of a row', () => {
    for (const offset of [
      text.indexOf('customer.name') + 3,
      text.indexOf('"customer"') + 2,
      text.indexOf('customer: { name') + 1,
    ]) {
      const found = variableAt(parsed, offset);
      assert.equal(found?.name, 'customer');
      assert.equal(cut(found), 'customer');
    }
  });

  it('knows nothing of other keys and texts', () => {
    for (const part of ['role: system', 'Hello', 'testData', 'Ana']) {
      assert.equal(variableAt(parsed, text.indexOf(part) + 1), undefined, part);
    }
  });
});

describe('variableFacts', () => {
  it('gathers declaration, uses and rows', () => {
    const facts = variableFacts(parsed, 'customer');
    assert.equal(facts.isDeclared, true);
    assert.equal(facts.variable?.type, 'object');
    assert.ok(facts.declaration && cut(facts.declaration) === 'customer');
    assert.equal(facts.uses.length, 3);
    assert.equal(facts.rows.length, 1);
    assert.equal(facts.rowCount, 2);
  });

  it('infers what a file without declarations asks for', () => {
    const plain = parsePrompt('messages:\n  - { role: user, content: "{{name}}" }\n');
    const facts = variableFacts(plain, 'name');
    assert.equal(facts.isDeclared, false);
    assert.equal(facts.variable?.required, true);
  });

  it('is not fooled by names of objects', () => {
    assert.equal(variableFacts(parsed, 'constructor').variable, undefined);
  });
});
