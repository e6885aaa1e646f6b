import assert from 'node:assert/strict';
import { defaultConfig, parseConfig } from '../../src/project/config.ts';

const problemsOf = (text: string) =>
  parseConfig(text).problems.map(({ code, message, start, end }) => ({
    code,
    message,
    text: text.slice(start, end),
  }));

describe('promptgate.yml', () => {
  it('may be empty: everything has a default', () => {
    assert.deepEqual(parseConfig(''), { config: defaultConfig, problems: [] });
    assert.deepEqual(parseConfig('version: 1\n'), { config: defaultConfig, problems: [] });
  });

  it('is read with all that the documentation names', () => {
    const { config, problems } = parseConfig(`version: 1
prompts: [{ root: prompts, include: "**/*.prompt.{yml,yaml}" }]
store: files
providers:
  openai: { concurrency: 4 }
  local: { baseURL: "http://127.0.0.1:11434/v1", timeout: 30 }
  demo: { scripted: answers.yml }
defaultProvider: demo
models: { fast: openai/gpt-5.4-mini }
lint: { no-rows: warning, volatile-prefix: off }
evals: { onSave: off, budget: { run: 0.50, day: 5 } }
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(config.providers['openai'], {
      baseURL: 'https://api.openai.com/v1',
      keyEnv: 'OPENAI_API_KEY',
      concurrency: 4,
    });
    assert.deepEqual(config.providers['local'], { baseURL: 'http://127.0.0.1:11434/v1', timeoutMs: 30_000 });
    assert.deepEqual(config.providers['demo'], { scripted: 'answers.yml' });
    assert.deepEqual(config.lint, { 'no-rows': 'warning', 'volatile-prefix': 'off' });
    assert.deepEqual(config.evals, { onSave: 'off', budget: { run: 0.5, day: 5 } });
  });

  it('keeps no endpoint for a provider that answers from a file', () => {
    const { config } = parseConfig('providers: { openai: { scripted: answers.yml } }');
    assert.deepEqual(config.providers['openai'], { scripted: 'answers.yml' });
  });

  it('names the place of each mistake and keeps the rest', () => {
    const text =
      'defaultProvider: opnai\nevals: { onSave: always }\nlint: { no-row: off }\nmodels: { fast: openai/x }\n';
    assert.deepEqual(problemsOf(text), [
      { code: 'invalid-value', message: 'onSave must be manual or off', text: 'always' },
      { code: 'invalid-value', message: 'unknown provider "opnai": did you mean "openai"?', text: 'opnai' },
      { code: 'unknown-field', message: 'unknown problem code "no-row"', text: 'no-row' },
    ]);
    assert.deepEqual(parseConfig(text).config.models, { fast: 'openai/x' });
  });

  it('knows a setting that is nearly right', () => {
    assert.deepEqual(problemsOf('promts: []\n'), [
      { code: 'unknown-field', message: 'unknown setting "promts": did you mean "prompts"?', text: 'promts' },
    ]);
    // Misspelt it would give every prompt another id; of a newer Promptgate it does no harm.
    assert.deepEqual(
      ['promts: []\n', 'rollouts: []\n'].map(text => parseConfig(text).problems[0]?.severity),
      ['error', 'warning'],
    );
    assert.deepEqual(
      problemsOf('providers: { a: { baseUrl: "https://x.example/v1" } }').map(({ text }) => text),
      ['baseUrl', '{ baseUrl: "https://x.example/v1" }'].slice(0, 1),
    );
  });

  it('falls back to the defaults when it is no YAML, and says where', () => {
    const { config, problems } = parseConfig('providers: {\n  openai: [\n');
    assert.deepEqual(config, defaultConfig);
    assert.ok(problems.length > 0);
    assert.ok(problems.every(({ code }) => code === 'yaml-syntax'));
  });

  it('takes a key with nothing behind it as not written yet', () => {
    const text = 'version:\nprompts:\nproviders:\nmodels:\nlint:\nevals:\n';
    assert.deepEqual(parseConfig(text), { config: defaultConfig, problems: [] });
  });

  it('says what a value must be where there is another', () => {
    assert.deepEqual(problemsOf('evals: { budget: 5 }\n'), [
      { code: 'invalid-value', message: 'evals.budget must be a map', text: '5' },
    ]);
  });

  it('tells a few errors of syntax, not one for each bracket', () => {
    assert.equal(parseConfig(`prompts: ${'['.repeat(20_000)}`).problems.length, 1);
  });

  it('never throws', () => {
    for (const text of [
      '[]',
      '1',
      '"',
      '\0',
      '&a [*a]',
      'providers: *nothing',
      '<<: *nothing',
      'constructor: 1',
      '__proto__: 1',
      'toString: {}',
      'defaultProvider: constructor',
      'providers: { "": { scripted: a.yml } }',
      'providers: { a/b: { scripted: a.yml } }',
      'providers: { a: { baseURL: "ftp://x.example" } }',
      'providers: { openai: { timeout: .inf } }',
      'prompts: [{ root: ., include: "" }]',
      'prompts: [{ root: /, include: "**" }]',
      'prompts: [{ root: ../other }]',
      'version: 1\n---\nversion: 1',
      'version: 1\nversion: 1',
      'a: &a\n  b: *a',
      '{{x}}: 1',
      'lint: 3',
      'prompts: []',
      'store: { postgres: env:X }',
    ]) {
      assert.ok(parseConfig(text).problems.length > 0, text);
    }
  });
});
