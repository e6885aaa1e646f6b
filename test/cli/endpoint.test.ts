import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startModelServer, type ModelServer, type Reply } from '../modelServer.ts';
import { mendedPrompt, refundFile, TestProject, type CliResult } from './cli.ts';

// `promptgate eval` against an endpoint over HTTP, as CI meets it on a bad day.

const prompt = mendedPrompt.replace('demo/small', 'local/small');

const withEndpoint = (baseURL: string, more = '') => ({
  [refundFile]: prompt,
  'promptgate.yml': `version: 1\nprompts: [{ root: prompts }]\nproviders:\n  local: { baseURL: "${baseURL}"${more} }\n`,
});

describe('promptgate eval against an endpoint', () => {
  let server: ModelServer;
  let project: TestProject;

  before(async () => (server = await startModelServer()));
  after(() => server.stop());
  beforeEach(() => {
    server.reset();
    project = new TestProject(withEndpoint(server.baseURL));
  });
  afterEach(() => project.dispose());

  const answer = (reply: Reply | string): void => server.replyWith(() => reply);

  /** Both rows errored for this one reason, said once; the exit code tells an outage. */
  async function outage(reason: RegExp, flags = '', more = project): Promise<CliResult> {
    const result = await more.run(`eval support/refund ${flags}`);
    assert.equal(result.code, 2, result.stdout + result.stderr);
    assert.match(result.stdout, /^! {2}support\/refund {2}0\/2 passed, 2 errored/m);
    assert.match(result.stdout, reason);
    assert.match(result.stdout, /0 of 2 rows passed · 2 without an answer/);
    const { document } = await more.json(`eval support/refund ${flags} --gate`);
    assert.deepEqual([...new Set(document.problems.map(({ code }) => code))], ['row-errored']);
    return result;
  }

  it('passes rows by what the model answers, says what it cost and keeps the answers', async () => {
    answer({ text: 'A colleague looks into it.', usage: { prompt_tokens: 20, completion_tokens: 8 } });
    const { code, stdout } = await project.run('eval support/refund --gate');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /✓ {2}support\/refund {2}2\/2 passed {2}gate passed 2\/2 {2}(unknown|\$)/);
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[0]?.body.model, 'small');
    assert.equal((await project.run('eval support/refund')).code, 0);
    assert.equal(server.requests.length, 2, 'answered from the cache');
    await project.run('eval support/refund --fresh');
    assert.equal(server.requests.length, 4);
  });

  it('fails rows whose answer is wrong, apart from those without one', async () => {
    server.replyWith((_, index) =>
      index === 0 ? 'we will refund you' : { status: 400, message: 'This model has no such parameter' },
    );
    const { code, stdout } = await project.run('eval support/refund --concurrency 1');
    assert.equal(code, 2);
    assert.match(stdout, /0\/2 passed, 1 failed, 1 errored/);
    assert.match(stdout, /✗ late-delivery {2}"no promise"/);
    assert.match(
      stdout,
      /! refund-twice {2}127\.0\.0\.1:\d+ answered 400: .*This model has no such parameter/,
    );
  });

  it('says that an API key was refused, and does not try again', async () => {
    answer({ status: 401, message: 'Incorrect API key provided' });
    await outage(
      /! late-delivery, refund-twice {2}127\.0\.0\.1:\d+ answered 401: .*Incorrect API key provided/,
    );
    assert.equal(server.requests.length, 4, 'once for each row and run');
  });

  it('waits as long as a busy provider asks it to, then goes on', async () => {
    server.replyWith((_, index) =>
      index === 0
        ? { status: 429, message: 'Rate limit reached', retryAfter: 0 }
        : 'A colleague looks into it.',
    );
    assert.equal((await project.run('eval support/refund')).code, 0);
    assert.equal(server.requests.length, 3);
  });

  it('says that a quota is used up, in the provider’s words', async () => {
    answer({ status: 429, message: 'You exceeded your current quota', retryAfter: 0 });
    await outage(/answered 429: .*You exceeded your current quota/);
  });

  it('says that the provider failed', async () => {
    answer({ status: 500, message: 'The server had an error', retryAfter: 0 });
    await outage(/answered 500: .*The server had an error/);
  });

  it('gives up on a call that hangs', async () => {
    answer({ fault: 'hang' });
    await outage(/No answer from 127\.0\.0\.1:\d+ within 0\.1 s/, '--timeout 0.1');
    assert.equal(server.abandoned, server.requests.length);
  });

  it('gives up on an answer that stops halfway', async () => {
    answer({ fault: 'stalled-body' });
    await outage(/No answer from 127\.0\.0\.1:\d+ within 0\.1 s/, '--timeout 0.1');
  });

  it('says that an answer is not JSON, as that of a proxy that wants a login', async () => {
    answer({ fault: 'not-json' });
    await outage(/The reply of 127\.0\.0\.1:\d+ is not JSON/);
  });

  it('tells a model that says nothing from one that says the wrong thing', async () => {
    for (const fault of ['no-choices', 'no-content'] as const) {
      answer({ fault });
      await outage(/late-delivery, refund-twice {2}\S/, '--fresh');
    }
  });

  it('says where nothing answers', async () => {
    const port = await freePort();
    const down = new TestProject(withEndpoint(`http://127.0.0.1:${port}/v1`));
    try {
      await outage(new RegExp(`Cannot reach 127\\.0\\.0\\.1:${port}: nothing answers there`), '', down);
    } finally {
      down.dispose();
    }
  });

  it('sends no API key to where it was not given for, and says what to set', async () => {
    const far = new TestProject(withEndpoint('https://models.example.com/v1', ', keyEnv: MODELS_KEY'));
    try {
      const env = { MODELS_KEY: 'sk-secret' };
      const { code, stdout } = await far.run('eval support/refund', { env });
      assert.equal(code, 2);
      assert.match(stdout, /No API key for models\.example\.com\. .*PROMPTGATE_ALLOW_ORIGINS/);
      assert.doesNotMatch(stdout, /sk-secret/);
      const unset = await far.run('eval support/refund');
      assert.match(unset.stdout, /No API key for models\.example\.com\./);
      assert.equal(
        unset.stderr,
        'Next: set MODELS_KEY in the environment, and PROMPTGATE_ALLOW_ORIGINS=https://models.example.com, ' +
          'which lets it be sent there.\n',
      );
    } finally {
      far.dispose();
    }
  });

  it('keeps the rows that were answered when it is stopped', async () => {
    const stop = new AbortController();
    server.replyWith((_, index) => {
      if (index === 0) return 'A colleague looks into it.';
      stop.abort();
      return { fault: 'hang' };
    });
    const { code, stdout, stderr } = await project.run('eval support/refund --concurrency 1', {
      signal: stop.signal,
    });
    assert.equal(code, 130);
    assert.match(stdout, /1\/1 passed|1 of 1 row passed|1\/2 passed/);
    assert.match(stderr, /Stopped: the results above are partial/);
  });

  it('publishes nothing on the evidence of an outage', async () => {
    answer({ status: 500, retryAfter: 0 });
    await project.run('eval support/refund');
    const { code, document } = await project.json('publish support/refund -m First');
    assert.equal(code, 1);
    assert.equal(document.data.gate.outcome, 'errored');
    assert.deepEqual(
      document.problems.map(problem => problem.code),
      ['gate'],
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}
