import assert from 'node:assert/strict';
import { openAiModelNames } from '../../src/evals/modelNames.ts';
import { parseConfig } from '../../src/project/config.ts';
import { lintModel, nameModel } from '../../src/project/models.ts';

const { config } = parseConfig(`
providers:
  local: { baseURL: "http://127.0.0.1:1/v1" }
models: { fast: local/llama-3 }
`);

describe('a model reference', () => {
  it('is split at the first slash when what stands before it is a provider', () => {
    assert.deepEqual(nameModel(config, 'openai/gpt-5.4'), {
      provider: 'openai',
      model: 'gpt-5.4',
      ref: 'openai/gpt-5.4',
    });
    assert.deepEqual(nameModel(config, 'local/meta/llama-3'), {
      provider: 'local',
      model: 'meta/llama-3',
      ref: 'local/meta/llama-3',
    });
  });

  it('goes whole to the default provider otherwise', () => {
    assert.equal(nameModel(config, 'gpt-5.4').ref, 'openai/gpt-5.4');
    assert.deepEqual(nameModel(config, 'mistral-ai/small'), {
      provider: 'openai',
      model: 'mistral-ai/small',
      ref: 'openai/mistral-ai/small',
    });
    assert.equal(nameModel(config, '/odd').model, '/odd');
  });

  it('may be an alias, which is no property that every object has', () => {
    assert.equal(nameModel(config, 'fast').ref, 'local/llama-3');
    assert.equal(nameModel(config, 'constructor').ref, 'openai/constructor');
  });

  it('tells lint when its provider stops serving it', () => {
    const before = lintModel(config, 'openai/gpt-4o', { today: '2026-11-20' });
    assert.equal(before?.retires, '2027-01-14');
    assert.equal(before?.retired, false);
    assert.equal(lintModel(config, 'openai/gpt-4o', { today: '2027-01-14' })?.retired, true);
    assert.equal(lintModel(config, 'local/gpt-4o', { today: '2027-01-14' })?.retires, undefined);
  });

  it('is unknown when it is a misspelling of one that is known', async () => {
    const names = await openAiModelNames();
    const suggest = (model: string) => lintModel(config, model, { today: '2026-11-20', names })?.suggestions;
    assert.deepEqual(suggest('openai/gpt-5.4-mni'), ['openai/gpt-5.4-mini']);
    assert.deepEqual(suggest('fsat'), ['fast']);
  });

  it('is left alone when it may be newer than the table, somebody else’s, or fine-tuned', async () => {
    const names = await openAiModelNames();
    for (const model of [
      'openai/gpt-5.4-mini',
      'openai/gpt-5.4-mini-2026-03-01',
      'openai/gpt-9.9-mini',
      'openai/gpt-7',
      'openai/o5-mini',
      'openai/ft:gpt-4o-mini:acme::abc',
      'openai/nova-large',
      'local/gpt-5.4-mni',
      'text-embedding-3-small',
    ]) {
      assert.equal(lintModel(config, model, { today: '2026-11-20', names })?.known, true, model);
    }
  });
});
