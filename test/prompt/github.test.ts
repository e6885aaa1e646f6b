import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrompt, type ParsedPrompt } from '../../src/prompt/parse.ts';

const folder = join(import.meta.dirname, 'github');

const read = (name: string): ParsedPrompt => parsePrompt(readFileSync(join(folder, name), 'utf8'));
const withMessages = (text: string): ParsedPrompt =>
  parsePrompt(`${text}\nmessages:\n  - role: user\n    content: hi\n`);

describe('a file of GitHub Models', () => {
  for (const name of readdirSync(folder)) {
    it(`${name} has no problem`, () => {
      const parsed = read(name);
      assert.deepEqual(parsed.problems, []);
      assert.equal(parsed.complete, true);
      assert.equal(parsed.prompt.template, 'literal');
      assert.ok(parsed.prompt.messages.length > 0);
    });
  }

  it('keeps its block texts to the last line break', () => {
    assert.deepEqual(read('summary.prompt.yml').prompt.messages[1], {
      role: 'user',
      content: 'Shorten the ticket and begin with "Digest -":\n<ticket>\n{{input}}\n</ticket>\n',
    });
  });

  it('has its judge with prompt, system prompt and choices', () => {
    assert.deepEqual(read('judges.prompt.yml').prompt.evaluators.at(-1), {
      name: 'politeness',
      llm: {
        modelId: 'openai/gpt-4o',
        prompt: 'How polite is the answer to {{input}}?\n{{completion}}\n',
        systemPrompt: 'You judge answers.',
        choices: [
          { choice: '1', score: 0 },
          { choice: '2', score: 0.25 },
          { choice: '5', score: 1 },
        ],
      },
    });
  });

  it('has its row values as YAML 1.2 reads them', () => {
    const { testData } = read('json-schema.prompt.yml').prompt;
    assert.deepEqual(testData, [
      { name: 'Ada Example', age: '36' },
      { name: 'Bo Example', age: 25 },
    ]);
  });

  it('may write a role in any case, as the reference takes it', () => {
    const parsed = parsePrompt(
      'messages:\n  - role: System\n    content: a\n  - role: USER\n    content: b\n',
    );
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(
      parsed.prompt.messages.map(message => 'role' in message && message.role),
      ['system', 'user'],
    );
  });

  it('may give a number where text is read: the text as written counts', () => {
    const parsed = parsePrompt(
      'name: 1.10\ndescription: 2024-01-01\nmessages: [{ role: user, content: 0x1F }]\n',
    );
    assert.deepEqual(parsed.problems, []);
    assert.equal(parsed.prompt.name, '1.10');
    assert.equal(parsed.prompt.description, '2024-01-01');
    assert.deepEqual(parsed.prompt.messages, [{ role: 'user', content: '0x1F' }]);
  });

  it('may leave an evaluator without a name, and a choice without a score', () => {
    const parsed = withMessages(
      'evaluators:\n  - string: { contains: a }\n  - llm: { prompt: p, choices: [{ choice: x }] }\n  - uses: github/fluency\n',
    );
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(
      parsed.prompt.evaluators.map(({ name }) => name),
      ['contains "a"', 'judge', 'github/fluency'],
    );
    assert.deepEqual(parsed.prompt.evaluators[1]?.llm?.choices, [{ choice: 'x', score: 0 }]);
  });

  it('may have several operators in one string check, and an empty one', () => {
    const parsed = withMessages('evaluators:\n  - name: n\n    string: { equals: "", contains: b }\n');
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(parsed.prompt.evaluators[0]?.string, { equals: '', contains: 'b' });
  });

  it('may use merge keys, as its parser honours them', () => {
    const parsed = withMessages(
      'x-low: &low\n  temperature: 0.1\n  topP: 0.5\nmodelParameters:\n  <<: *low\n  topP: 0.9\n',
    );
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(parsed.prompt.modelParameters, { topP: 0.9, temperature: 0.1 });
  });

  it('takes unknown keys for hints, never for errors', () => {
    const parsed = withMessages('version: 1.2\nlabels: [a]\nvariables:\n  - name\n  - age\n');
    assert.deepEqual(
      parsed.problems.map(({ code, severity }) => `${code} ${severity}`),
      ['unknown-field hint', 'unknown-field hint', 'unknown-field hint'],
    );
    assert.equal(parsed.complete, true);
    assert.equal(parsed.prompt.template, 'literal');
    assert.deepEqual(parsed.prompt.variables, {});
  });

  it('takes extra keys of an evaluator as its parser does', () => {
    const parsed = withMessages(
      'evaluators:\n  - { name: n, uses: promptgate/equals, with: { value: a }, threshold: 1 }\n',
    );
    assert.deepEqual(parsed.problems, []);
  });

  it('is refused a schema as a mapping, as the reference refuses it, and offered its JSON text', () => {
    const text =
      'responseFormat: json_schema\njsonSchema:\n  name: out\n  schema: { type: object }\nmessages: [{ role: user, content: a }]\n';
    const [problem, ...more] = parsePrompt(text).problems;
    assert.deepEqual(more, []);
    assert.equal(problem?.code, 'invalid-value');
    const edit = problem.fixes?.[0]?.edits[0];
    assert.ok(edit);
    const fixed = parsePrompt(text.slice(0, edit.start) + edit.text + text.slice(edit.end));
    assert.deepEqual(fixed.problems, []);
    assert.deepEqual(JSON.parse(fixed.prompt.jsonSchema ?? ''), { name: 'out', schema: { type: 'object' } });
  });

  it('needs a schema with name and schema for json_schema, as the reference does', () => {
    assert.match(
      withMessages('responseFormat: json_schema').problems[0]?.message ?? '',
      /needs `jsonSchema:`/,
    );
    const parsed = withMessages(`responseFormat: json_schema\njsonSchema: '{"type": "object"}'`);
    assert.match(parsed.problems[0]?.message ?? '', /lacks "name" and "schema"/);
  });

  it('is refused an evaluator that checks nothing, and a string check with an unknown operator only', () => {
    const parsed = withMessages('evaluators:\n  - name: nothing\n  - name: n\n    string: { regex: a }\n');
    assert.deepEqual(
      parsed.problems.map(({ code, start, end }) => [code, parsed.text.slice(start, end)]),
      [
        ['invalid-value', 'nothing'],
        ['invalid-value', '{ regex: a }'],
        ['unknown-field', 'regex'],
      ],
    );
  });
});
