import assert from 'node:assert/strict';
import { environmentKey, isLoopback } from '../../src/project/apiKeys.ts';

const env = {
  OPENAI_API_KEY: 'sk-openai',
  OTHER_KEY: 'other',
  PROMPTGATE_ALLOW_ORIGINS: 'https://models.example, https://b.example/',
};
const openai = 'https://api.openai.com/v1';

describe('API keys from the environment', () => {
  it('go to the origin they are for', () => {
    assert.equal(environmentKey({ baseURL: openai, keyEnv: 'OPENAI_API_KEY' }, env).apiKey, 'sk-openai');
    assert.equal(environmentKey({ baseURL: openai }, env).apiKey, 'sk-openai');
    assert.equal(
      environmentKey({ baseURL: 'https://models.example/v1', keyEnv: 'OTHER_KEY' }, env).apiKey,
      'other',
    );
    assert.equal(
      environmentKey({ baseURL: 'https://b.example/v1', keyEnv: 'OTHER_KEY' }, env).apiKey,
      'other',
    );
  });

  it('never send the OpenAI key anywhere else, even to an allowed origin', () => {
    const { apiKey, why } = environmentKey(
      { baseURL: 'https://models.example/v1', keyEnv: 'OPENAI_API_KEY' },
      env,
    );
    assert.equal(apiKey, undefined);
    assert.match(why ?? '', /never sent to https:\/\/models\.example/);
    assert.equal(environmentKey({ baseURL: 'https://models.example/v1' }, env).apiKey, undefined);
  });

  it('are not read for an origin that nobody allowed, and say what to do', () => {
    for (const baseURL of [
      'https://evil.example/v1',
      'http://models.example/v1',
      'https://models.example:8443/v1',
      'https://api.openai.com.evil.example/v1',
      openai,
    ]) {
      const { apiKey, why } = environmentKey({ baseURL, keyEnv: 'OTHER_KEY' }, env);
      assert.equal(apiKey, undefined, baseURL);
      assert.match(why ?? '', /PROMPTGATE_ALLOW_ORIGINS/);
    }
  });

  it('are not there when the variable is empty, as CI sets a secret that it does not have', () => {
    const empty = { ...env, OPENAI_API_KEY: '', OTHER_KEY: '' };
    assert.equal(environmentKey({ baseURL: openai }, empty).apiKey, undefined);
    assert.deepEqual(environmentKey({ baseURL: 'https://b.example/v1', keyEnv: 'OTHER_KEY' }, empty), {});
  });

  it('are not needed on this machine', () => {
    for (const origin of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:11434'])
      assert.ok(isLoopback(origin), origin);
    for (const origin of ['https://api.openai.com', 'http://127.example', 'http://localhost.example'])
      assert.ok(!isLoopback(origin), origin);
  });
});
