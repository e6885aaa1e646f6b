import assert from 'node:assert/strict';
import { lint } from '../../../src/prompt/lint.ts';
import { parsePrompt } from '../../../src/prompt/parse.ts';
import { contextFor } from './context.ts';

// Put together at run time, so that no scanner takes this repository's made-up keys for real ones.
const secrets: Readonly<Record<string, readonly string[]>> = {
  OpenAI: ['sk-', 'proj-q8Zt2LmVx4Rk9WbN7cYd3HfJ6sPgA1eUoTi5'],
  Anthropic: ['sk-', 'ant-api03-q8Zt2LmVx4Rk9WbN7cYd3HfJ6sPgA1eUoTi5'],
  Langfuse: ['sk-', 'lf-2c1f7a9e-8b3d-4e6f-9a0b-5d7c1e3f8a2b'],
  GitHub: ['gh', 'p_9aB8cD7eF6gH5iJ4kL3mN2oP1qR0sT9uV8wX'],
  Slack: ['xox', 'b-2314567890-K3jf8Lq0ZxWv7RtYbN5m'],
  Google: ['AI', 'zaSyD8x2Kq9Lm4Vt7Rb1Nc6Yw3Hf5Jg0PzQeU'],
  Stripe: ['sk_', 'live_8Zt2LmVx4Rk9WbN7cYd3HfJ6'],
  'Hugging Face': ['hf', '_q8ZtLmVx4RkWbN7cYd3HfJ6sPgA1eUoTi5'],
  'a JSON Web Token': [
    'eyJhbGciOiJIUzI1NiJ9',
    '.eyJzdWIiOiIxMjM0NTY3ODkwIn0',
    '.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  ],
  'a private key': ['-----BEGIN RSA ', 'PRIVATE KEY-----'],
};

describe('secret-in-prompt', () => {
  for (const [name, parts] of Object.entries(secrets)) {
    it(`finds a credential of ${name}, marks just it, and does not repeat it`, () => {
      const secret = parts.join('');
      const body = 'MIIEpAIBAAKCAQEA7bq9Zt2LmVx4Rk9WbN7cYd3HfJ6sPgA1eUoTi5q8Zt2Lm';
      const text = `messages:\n  - role: user\n    content: |\n      Use ${secret}\n      ${body}\n`;
      const [problem, ...others] = lint(parsePrompt(text), contextFor('')).filter(
        ({ code }) => code === 'secret-in-prompt',
      );
      assert.ok(problem);
      assert.equal(others.length, 0);
      assert.equal(text.slice(problem.start, problem.end), secret);
      assert.ok(!problem.message.includes(secret));
    });
  }
});
