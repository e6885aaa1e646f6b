import assert from 'node:assert/strict';
import { inferContract } from '../../src/prompt/contract.ts';
import type { Message, Prompt, Variables } from '../../src/prompt/prompt.ts';

function contract(
  template: Prompt['template'],
  messages: readonly (string | Message)[],
  variables: Variables = {},
): Variables {
  return inferContract({
    template,
    variables,
    messages: messages.map(message =>
      typeof message === 'string' ? { role: 'user', content: message } : message,
    ),
    modelParameters: {},
    responseFormat: 'text',
    testData: [],
    datasets: [],
    evaluators: [],
  });
}

describe('inferContract', () => {
  it('infers required strings in literal mode', () => {
    assert.deepEqual(contract('literal', ['{{a}} {{ b }}', '{{c.d}}']), {
      a: { type: 'string', required: true },
      'c.d': { type: 'string', required: true },
    });
  });

  it('infers required messages for a placeholder', () => {
    assert.deepEqual(contract('literal', [{ placeholder: 'history' }]), {
      history: { type: 'messages', required: true },
    });
  });

  it('keeps the declarations as they are and adds only optional booleans for sections', () => {
    const variables: Variables = { a: { type: 'integer', required: true } };
    assert.deepEqual(contract('mustache', ['{{a}} {{typo}} {{#vip}}x{{/vip}}'], variables), {
      a: { type: 'integer', required: true },
      vip: { type: 'boolean', required: false },
    });
  });

  it('infers from use when mustache is chosen and nothing declared', () => {
    assert.deepEqual(
      contract('mustache', ['{{a}} {{o.x}} {{#s}}{{s}} {{inner}}{{/s}} {{^flag}}{{.}}{{/flag}}']),
      {
        a: { type: 'string', required: true },
        o: { type: 'object', required: true },
        s: { type: 'string', required: false },
        inner: { type: 'string', required: false },
        flag: { type: 'boolean', required: false },
      },
    );
  });
});
