import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PromptgateError } from '../../src/errors.ts';
import {
  canonicalJson,
  contentDigest,
  contentOf,
  normalizeText,
  sha256,
  targetDigest,
  targetOf,
} from '../../src/prompt/digest.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import type { JsonValue, Prompt } from '../../src/prompt/prompt.ts';
import vectors from './digestVectors.json' with { type: 'json' };

const promptOf = (text: string): Prompt => {
  const parsed = parsePrompt(text);
  assert.deepEqual(
    parsed.problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  return parsed.prompt;
};
const digestOf = (text: string): string => contentDigest(promptOf(text));

describe('digest vectors', () => {
  for (const { what, json, canonical, sha256: expected } of vectors.json) {
    it(`pin ${what}`, () => {
      const text = canonicalJson(JSON.parse(json) as JsonValue);
      assert.equal(text, canonical);
      assert.equal(sha256(text), expected);
    });
  }
  for (const { what, source, canonical, sha256: expected } of vectors.content) {
    it(`pin the content of ${what}`, () => {
      const prompt = promptOf(source);
      assert.equal(canonicalJson(contentOf(prompt)), canonical);
      assert.equal(contentDigest(prompt), expected);
    });
  }
  for (const { what, target, canonical, sha256: expected } of vectors.target) {
    it(`pin the target ${what}`, () => {
      assert.equal(canonicalJson(targetOf(target)), canonical);
      assert.equal(targetDigest(target), expected);
    });
  }

  it('are sha256 of the canonical text in UTF-8', () => {
    for (const { canonical, sha256: expected } of [...vectors.json, ...vectors.content, ...vectors.target]) {
      assert.equal(createHash('sha256').update(Buffer.from(canonical, 'utf8')).digest('hex'), expected);
    }
  });
});

describe('canonicalJson', () => {
  it('refuses what has no canonical form', () => {
    const cyclic: Record<string, JsonValue> = {};
    cyclic.self = cyclic;
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as JsonValue;
    for (const value of ['a\ud83d', { '\ude00': 1 }, [NaN], { a: Infinity }, -Infinity, cyclic, deep]) {
      assert.throws(
        () => canonicalJson(value),
        error => error instanceof PromptgateError && error.code === 'not-canonical',
      );
    }
    assert.throws(() => canonicalJson(undefined as unknown as JsonValue), { code: 'not-canonical' });
  });
});

describe('normalizeText', () => {
  it('drops a BOM and carriage returns of line ends, and nothing else', () => {
    assert.equal(normalizeText('\uFEFFa\r\nb\r\n'), 'a\nb\n');
    assert.equal(normalizeText('a\rb \uFEFF\n'), 'a\rb \uFEFF\n');
  });
});

describe('contentDigest', () => {
  const base = `name: Refund
model: openai/gpt-4o-mini
responseFormat: json_schema
jsonSchema: '{"name": "out", "schema": {"type": "object"}}'
variables:
  tone: { type: string, enum: [warm, formal], default: warm, description: How to speak, example: warm }
messages:
  - role: system
    content: "Speak {{tone}}.\\nAlways."
testData: [{ id: a, tone: warm }]
`;
  const digest = digestOf(base);

  const same: Readonly<Record<string, string>> = {
    'comments and blank lines': `# hello\n\n${base.replace('messages:', '\n# the messages\nmessages: # here')}`,
    'line ends': base.replaceAll('\n', '\r\n'),
    'a BOM': `\uFEFF${base}`,
    'the quoting': base.replace('"Speak {{tone}}.\\nAlways."', '|-\n      Speak {{tone}}.\n      Always.'),
    'the order of fields': base.replace(/^(name: .*\n)([\s\S]*)$/, '$2$1'),
    'the order of keys': base.replace(
      / {2}- role: system\n {4}content: (.*)\n/,
      '  - content: $1\n    role: system\n',
    ),
    'flow or block style': base.replace(
      / {2}- role: system\n {4}content: (.*)\n/,
      '  - { role: system, content: $1 }\n',
    ),
    'indenting of the JSON schema': base.replace(
      /jsonSchema: .*\n/,
      'jsonSchema: |\n  {\n    "schema": { "type": "object" },\n    "name": "out"\n  }\n',
    ),
    'defaults written out': base.replace(
      'default: warm,',
      'default: warm, required: false, volatile: false, untrusted: false,',
    ),
    'annotations of variables': base
      .replace('How to speak', 'The tone')
      .replace('example: warm', 'example: formal'),
    'name, model, rows': base.replace('Refund', 'Other').replace('4o-mini', '4o').replace('id: a', 'id: b'),
    aliases: base.replace('content: "', 'content: &text "'),
  };
  for (const [what, text] of Object.entries(same)) {
    it(`is the same whatever ${what}`, () => {
      if (what !== 'comments and blank lines') assert.notEqual(text, base);
      assert.equal(digestOf(text), digest);
    });
  }

  const different: Readonly<Record<string, string>> = {
    'the text': base.replace('Always', 'Often'),
    'a role': base.replace('role: system', 'role: user'),
    'the response format': base.replace('responseFormat: json_schema', 'responseFormat: json_object'),
    'the schema': base.replace('"object"', '"array"'),
    'a default': base.replace('default: warm', 'default: formal'),
    'an enum': base.replace('[warm, formal]', '[warm, formal, short]'),
    'whether a value is needed': base.replace('default: warm,', 'default: warm, required: true,'),
    'a variable from outside': base.replace('default: warm,', 'default: warm, untrusted: true,'),
    'a tool': `${base}tools: [{ type: function, function: { name: f } }]\n`,
    'the tool choice': `${base}toolChoice: none\n`,
    'another message': base.replace('testData', '  - { role: user, content: hi }\ntestData'),
    'a placeholder': base.replace('testData', '  - placeholder: history\ntestData'),
  };
  for (const [what, text] of Object.entries(different)) {
    it(`changes with ${what}`, () => {
      assert.notEqual(text, base);
      assert.notEqual(digestOf(text), digest);
    });
  }

  it('changes with the template mode: the same text renders otherwise', () => {
    const text = 'messages: [{ role: user, content: "{{#a}}b{{/a}}" }]\n';
    assert.notEqual(digestOf(text), digestOf(`template: mustache\n${text}`));
  });

  it('is bound to each of its parts: none may be read as another', () => {
    const content = contentOf(promptOf(base));
    assert.deepEqual(Object.keys(content as object).sort(), [
      'jsonSchema',
      'messages',
      'responseFormat',
      'template',
      'variables',
    ]);
  });

  it('refuses half of a character', () => {
    const { prompt } = parsePrompt('messages: [{ role: user, content: "a\\ud83d" }]\n');
    assert.throws(() => contentDigest(prompt), { code: 'not-canonical' });
  });
});

describe('targetDigest', () => {
  it('is of model and parameters, whatever their order', () => {
    const digest = targetDigest({ model: 'openai/a', parameters: { temperature: 1, maxTokens: 5 } });
    assert.equal(targetDigest({ parameters: { maxTokens: 5, temperature: 1.0 }, model: 'openai/a' }), digest);
    assert.notEqual(
      targetDigest({ model: 'openai/b', parameters: { temperature: 1, maxTokens: 5 } }),
      digest,
    );
    assert.notEqual(targetDigest({ model: 'openai/a', parameters: { temperature: 1 } }), digest);
  });
});
