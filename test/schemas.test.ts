import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { configFileName, parseConfig } from '../src/project/config.ts';
import { promptFields } from '../src/prompt/file/topLevel.ts';
import { parsePrompt } from '../src/prompt/parse.ts';
import { defaultSeverities } from '../src/prompt/problem.ts';
import { parsePolicy } from '../src/registry/policy.ts';

const schemas = resolve(import.meta.dirname, '../media/schemas');

type Schema = { readonly [key: string]: unknown };
const load = (name: string): Schema =>
  JSON.parse(readFileSync(join(schemas, `${name}.schema.json`), 'utf8')) as Schema;

function compile(name: string): (text: string) => readonly string[] {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
  addFormats.default(ajv);
  const validate: ValidateFunction = ajv.compile(load(name));
  return text => {
    validate(parse(text, { merge: true, logLevel: 'silent' }));
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  };
}

/** Every property of a schema, with its path. */
function* properties(schema: unknown, path = ''): Generator<[string, Schema]> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, inner] of Object.entries(schema)) {
    if (key === 'properties' && typeof inner === 'object' && inner !== null) {
      for (const [name, property] of Object.entries(inner)) {
        yield [`${path}/${name}`, property as Schema];
        yield* properties(property, `${path}/${name}`);
      }
    } else if (key !== 'if') yield* properties(inner, path);
  }
}

describe('the schema of prompt files', () => {
  const errors = compile('prompt');
  const folder = join(import.meta.dirname, 'prompt/github');

  for (const name of readdirSync(folder)) {
    it(`takes the GitHub Models file ${name}`, () => {
      assert.deepEqual(errors(readFileSync(join(folder, name), 'utf8')), []);
    });
  }

  it('knows every top-level field that is read, and no other', () => {
    const { properties: known } = load('prompt') as { readonly properties: Schema };
    assert.deepEqual(Object.keys(known).sort(), [...promptFields].sort());
  });

  const good: readonly string[] = [
    'messages: [{ role: User, content: 5 }]\nversion: 1\nvariables: [a, b]\nx: { y: z }\n',
    'messages: [{ placeholder: history }]\nvariables: { history: { type: messages }, a: }\n',
    'messages: [{ role: user, content: a }]\nname:\ntestData:\n  -\nmodelParameters:\n',
    'messages: [{ role: user, content: a }]\nevaluators: [{ uses: a/b, with: { c: 1 }, threshold: 2 }]\n',
    'messages: [{ role: user, content: a }]\nevaluators: [{ name: n, llm: { prompt: p, choices: [{ choice: 1, score: 5 }] } }]\n',
  ];
  it('takes what the parser takes', () => {
    for (const text of good) {
      assert.deepEqual(errors(text), [], text);
      assert.ok(parsePrompt(text).complete, text);
    }
  });

  const bad: Readonly<Record<string, string>> = {
    'no messages': 'name: a\n',
    'a role': 'messages: [{ role: usr, content: a }]\n',
    'a message without text': 'messages: [{ role: user }]\n',
    'a parameter': 'modelParameters: { temperature: hot }\nmessages: [{ role: user, content: a }]\n',
    'a format': 'responseFormat: xml\nmessages: [{ role: user, content: a }]\n',
    'a missing schema': 'responseFormat: json_schema\nmessages: [{ role: user, content: a }]\n',
    'a schema that is no text': 'jsonSchema: { a: 1 }\nmessages: [{ role: user, content: a }]\n',
    'a type': 'variables: { a: { type: text } }\nmessages: [{ role: user, content: a }]\n',
    'an evaluator that checks nothing': 'evaluators: [{ name: a }]\nmessages: [{ role: user, content: a }]\n',
    'a pass rate': 'gate: { passRate: 90 }\nmessages: [{ role: user, content: a }]\n',
    'an id': 'id: Refund\nmessages: [{ role: user, content: a }]\n',
  };
  for (const [what, text] of Object.entries(bad)) {
    it(`refuses ${what}, as the parser does`, () => {
      assert.notDeepEqual(errors(text), []);
      assert.equal(parsePrompt(text).complete, false);
    });
  }
});

describe('the schema of promptgate.yml', () => {
  const errors = compile('promptgate');
  const codes = (text: string): readonly string[] => parseConfig(text).problems.map(({ code }) => code);

  it('takes what the project takes', () => {
    const text = `version: 1
prompts: [{ root: prompts, include: "**/*.prompt.{yml,yaml}" }]
store: files
providers:
  openai: { baseURL: "https://api.openai.com/v1", keyEnv: OPENAI_API_KEY, concurrency: 20, timeout: 30 }
  demo:   { scripted: answers.yml }
defaultProvider: openai
models: { fast: openai/gpt-4o-mini }
lint: { no-rows: warning, volatile-prefix: off }
evals: { onSave: manual, budget: { run: 0.50, day: 5 } }
`;
    assert.deepEqual(errors(text), []);
    assert.deepEqual(codes(text), []);
  });

  it('refuses what the project refuses', () => {
    for (const text of [
      'version: 2',
      'prompts: []',
      'store: oracle',
      'models: { a: 1 }',
      'lint: { no-rows: loud }',
      'evals: { onSave: always }',
      'evals: { budget: { run: -1 } }',
      'providers: { a: { concurrency: 0 } }',
      'extra: 1',
    ]) {
      assert.notDeepEqual(errors(text), [], text);
      assert.notDeepEqual(codes(text), [], text);
    }
  });

  it('knows every problem code with its default', () => {
    const { properties: settings } = load('promptgate') as {
      readonly properties: { readonly lint: { readonly properties: Schema } };
    };
    const defaults = Object.entries(settings.lint.properties).map(([code, setting]) => [
      code,
      (setting as Schema).default,
    ]);
    assert.deepEqual(Object.fromEntries(defaults), defaultSeverities);
    assert.equal(configFileName, 'promptgate.yml');
  });
});

describe('the schema of policy.yml', () => {
  const errors = compile('policy');
  const isPolicy = (text: string): boolean => {
    try {
      parsePolicy(text);
      return true;
    } catch {
      return false;
    }
  };

  it('takes what the registry takes', () => {
    for (const text of [
      'version: 1\n',
      'version: 1\npublish: gate-required\nlabels:\n  staging: { gate: off }\n  production: { gate: required, after: staging, protected: true, suite: current, passRate: 0.95, maxEvidenceAge: 30d, approvals: 0 }\notherLabels: { gate: off }\n',
    ]) {
      assert.deepEqual(errors(text), [], text);
      assert.ok(isPolicy(text), text);
    }
  });

  it('refuses what the registry refuses', () => {
    for (const text of [
      'publish: gate-required',
      'version: 2',
      'version: 1\npublish: never',
      'version: 1\nextra: 1',
      'version: 1\nlabels: { Prod: {} }',
      'version: 1\nlabels: { latest: {} }',
      'version: 1\nlabels: { a: { gate: maybe } }',
      'version: 1\nlabels: { a: { passRate: 95 } }',
      'version: 1\nlabels: { a: { maxEvidenceAge: 30 } }',
      'version: 1\nlabels: { a: { approvals: 2 } }',
    ]) {
      assert.notDeepEqual(errors(text), [], text);
      assert.equal(isPolicy(text), false, text);
    }
  });
});

describe('every schema', () => {
  for (const name of ['prompt', 'promptgate', 'policy']) {
    it(`${name} explains each of its properties, for hover`, () => {
      const bare = [...properties(load(name))].filter(
        ([, property]) => typeof property.description !== 'string',
      );
      assert.deepEqual(
        bare.map(([path]) => path),
        [],
      );
    });
  }
});
