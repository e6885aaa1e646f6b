import assert from 'node:assert/strict';
import picocolors from 'picocolors';
import { listChanges } from '../../src/cli/changes.ts';
import { proposeBump } from '../../src/prompt/bump.ts';
import { diffPrompts } from '../../src/prompt/diff.ts';
import type { Prompt } from '../../src/prompt/prompt.ts';
import { promptSaying } from '../registry/fixtures.ts';

const plain = picocolors.createColors(false);

function lines(from: Prompt, to: Prompt, model?: string): readonly string[] {
  const target = (prompt: Prompt) => ({ model: prompt.model, parameters: prompt.modelParameters });
  const served = { ...target(to), ...(model === undefined ? {} : { model }) };
  const { changes } = proposeBump({ prompt: from, target: target(from) }, { prompt: to, target: served });
  return listChanges(plain, diffPrompts(from, to), changes).map(line => line.trim());
}

describe('changes in the terminal', () => {
  it('are listed once each, with their size only where callers notice them', () => {
    const from = promptSaying('Short.');
    const to = promptSaying('Shorter.', {
      model: 'openai/gpt-5',
      modelParameters: { temperature: 0.4, maxTokens: 100 },
      responseFormat: 'json_object',
      variables: {
        question: { type: 'string', required: true, description: 'What they wrote' },
        tone: { type: 'string', required: true },
      },
      tools: [{ type: 'function', function: { name: 'lookup' } }],
    });
    assert.deepEqual(lines(from, to), [
      '~ model changed from openai/gpt-4o-mini to openai/gpt-5  minor',
      '~ response format changed from text to json_object  major',
      '~ temperature changed from 0.2 to 0.4  minor',
      '+ maxTokens changed from none to 100  minor',
      '+ tool "lookup" added  major',
      '~ variable "question" changed',
      '+ new required variable "tone"  major',
      '~ message 1 (system) changed',
    ]);
  });

  it('tell each part of what changed about one variable or the output', () => {
    const from = promptSaying('x', {
      responseFormat: 'json_schema',
      jsonSchema: '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}',
      variables: { question: { type: 'string', required: false, enum: ['a', 'b'] } },
    });
    const to = {
      ...from,
      jsonSchema: '{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]}',
      variables: { question: { type: 'string', required: true, enum: ['a', 'c'] } },
    } satisfies Prompt;
    const told = lines(from, to);
    assert.equal(told.filter(line => line.includes('variable "question"')).length, 3);
    assert.equal(told.filter(line => line.includes('output property')).length, 2);
    assert.equal(new Set(told).size, 5);
  });

  it('include what no line of the file says: a model that a label swaps', () => {
    const same = promptSaying('x');
    assert.deepEqual(lines(same, same, 'openai/gpt-5'), [
      '~ model changed from openai/gpt-4o-mini to openai/gpt-5  minor',
    ]);
  });
});
