import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mendedPrompt, projectFiles, refundFile, refundPrompt, TestProject } from './cli.ts';

const slowAnswers = `version: 1
latencyMs: 60000
default: Late
`;

describe('promptgate eval', () => {
  let project: TestProject;
  beforeEach(() => (project = new TestProject(projectFiles)));
  afterEach(() => project.dispose());

  const steady = (text: string): string => text.replaceAll(/\d+(\.\d+)? (ms|s)\b/g, '0 ms');

  it('prints a table, then the rows that need a person', async () => {
    const { code, stdout, stderr } = await project.run('eval support/refund');
    assert.equal(code, 1);
    assert.equal(stderr, '');
    assert.equal(
      steady(stdout),
      [
        '   prompt          rows                  cost      time',
        '✗  support/refund  1/2 passed, 1 failed  scripted  0 ms',
        '',
        'support/refund',
        '  ✗ refund-twice  "no promise": output contains "we will refund" (promptgate/not-contains)',
        '',
        '1 of 2 rows passed · 1 prompt · scripted, no cost · 0 ms',
        '',
      ].join('\n'),
    );
  });

  it('gives the same as JSON', async () => {
    const { code, document } = await project.json('eval support/refund');
    assert.equal(code, 1);
    const [prompt] = document.data.prompts;
    assert.deepEqual(prompt.counts, { passed: 1, failed: 1, errored: 0, skipped: 0 });
    assert.equal(prompt.gate.outcome, 'fail');
    assert.deepEqual(
      document.problems.map(({ code: name, file }) => [name, file]),
      [['row-failed', refundFile]],
    );
  });

  it('passes when all rows pass', async () => {
    project.write({ [refundFile]: mendedPrompt });
    const { code, stdout } = await project.run('eval --all --gate');
    assert.equal(code, 0);
    assert.match(stdout, /✓ {2}support\/refund {2}2\/2 passed {2}gate passed 2\/2/);
  });

  it('fails the gate where there is no row, and only the gate', async () => {
    project.write({ [refundFile]: refundPrompt.replace(/testData:[\s\S]*/, '') });
    assert.equal((await project.run('eval support/refund')).code, 0);
    assert.equal((await project.run('eval support/refund --gate')).code, 1);
  });

  it('never takes a part of the rows for a passed gate', async () => {
    const part = await project.run('eval support/refund --row late-delivery --gate');
    assert.equal(part.code, 1);
    assert.equal((await project.run('eval support/refund --row late-delivery')).code, 0);
    const unknown = await project.run('eval support/refund --row late');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /no row "late"\. Rows: late-delivery, refund-twice/);
  });

  it('tells an outage, in the words of the provider, from a failure', async () => {
    project.write({
      'answers.yml':
        'version: 1\nanswers:\n  - error: { kind: server, status: 503, message: The engine is overloaded }\n',
    });
    const { code, stdout } = await project.run('eval support/refund');
    assert.equal(code, 2);
    assert.match(stdout, /!  support\/refund {2}0\/2 passed, 2 errored/);
    assert.match(stdout, /! late-delivery, refund-twice {2}503 The engine is overloaded/);
    assert.match(stdout, /0 of 2 rows passed · 2 without an answer/);
    const { document } = await project.json('eval support/refund --gate');
    assert.deepEqual([...new Set(document.problems.map(problem => problem.code))], ['row-errored']);
  });

  it('says which API key is missing', async () => {
    project.write({ 'promptgate.yml': 'version: 1\nprompts: [{ root: prompts }]\n' });
    project.write({ [refundFile]: refundPrompt.replace('demo/small', 'openai/gpt-5.4-mini') });
    const { code, stdout, stderr } = await project.run('eval support/refund');
    assert.equal(code, 2);
    assert.equal(stderr, 'Next: set OPENAI_API_KEY in the environment.\n');
    assert.match(stdout, /! late-delivery, refund-twice {2}No API key for api\.openai\.com/);
  });

  it('wants to know which prompts', async () => {
    const { code, stderr } = await project.run('eval');
    assert.equal(code, 2);
    assert.match(stderr, /Which prompts\? .*--all or --changed/);
    assert.equal((await project.run('eval support/refund --all')).code, 2);
  });

  it('offers the id that was meant', async () => {
    const { code, stderr } = await project.run('eval support/refnd');
    assert.equal(code, 2);
    assert.match(stderr, /no prompt "support\/refnd"\. Did you mean support\/refund\?/);
  });

  it('passes no gate on what is left of a suite whose dataset is gone', async () => {
    project.write({ [refundFile]: `${mendedPrompt}datasets: [golden.jsonl]\n` });
    const { code, stderr } = await project.run('eval support/refund --gate');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /Dataset "golden\.jsonl" cannot be read: there is no such file\.\nSee: promptgate lint/,
    );
    project.write({ 'prompts/support/golden.jsonl': '{"question":"Where is my parcel?"}\n' });
    assert.equal((await project.run('eval support/refund --gate')).code, 0);
  });

  it('knows no row that a published version does not have', async () => {
    project.write({ [refundFile]: mendedPrompt });
    await project.run('publish support/refund -m x --override x');
    project.write({ [refundFile]: mendedPrompt.replace('id: refund-twice', 'id: refund-again') });
    const version = 'eval support/refund@1.0.0';
    const { code, stderr } = await project.run(`${version} --row refund-again`);
    assert.equal(code, 2);
    assert.match(stderr, /There is no row "refund-again"\. Rows: late-delivery, refund-twice\./);
    assert.equal((await project.run(`${version} --row refund-twice`)).code, 0);
    assert.equal((await project.run(`${version} --row refund-again --suite current`)).code, 0);
  });

  it('goes on after a prompt that cannot be run', async () => {
    project.write({
      [refundFile]: mendedPrompt,
      'prompts/support/broken.prompt.yml': 'messages: [\n',
    });
    const { code, document } = await project.json('eval --all');
    assert.equal(code, 2);
    const [broken, refund] = document.data.prompts;
    assert.equal(broken.failure.code, 'not-evaluable');
    assert.equal(refund.counts.passed, 2);
  });

  it('runs a published version, and compares with one', async () => {
    project.write({ [refundFile]: mendedPrompt });
    await project.run('eval support/refund');
    await project.run('publish support/refund -m First');
    project.write({ [refundFile]: refundPrompt });
    const { code, document } = await project.json('eval support/refund --against 1.0.0 --gate');
    assert.equal(code, 1);
    assert.deepEqual(document.data.prompts[0].against, { version: '1.0.0', label: null });
    assert.deepEqual(document.data.prompts[0].gate.broken, ['refund-twice']);
    const text = await project.run('eval support/refund --against 1.0.0');
    assert.match(text.stdout, /1 worse \(1\.0\.0\)/);
    assert.match(text.stdout, /refund-twice \(passed before\)/);
    await project.run('eval support/refund --against 1.0.0 --markdown out.md');
    assert.match(project.read('out.md'), /\| ❌ \| support\/refund \| patch \| 1 of 2 \| 1 \| 0 \|/);
    const published = await project.json('eval support/refund@1.0.0');
    assert.deepEqual([published.code, published.document.data.prompts[0].version], [0, '1.0.0']);
    assert.equal((await project.run('eval support/refund --against 2.0.0')).code, 2);
  });

  it('compares a real model with no canned answers', async () => {
    project.write({ [refundFile]: mendedPrompt });
    await project.run('eval support/refund');
    await project.run('publish support/refund -m First');
    project.write({ [refundFile]: mendedPrompt.replace('Acme', 'Acme Ltd') });
    const canned = await project.json('eval support/refund');
    assert.equal(canned.document.data.prompts[0].against.version, '1.0.0');
    project.write({
      'promptgate.yml':
        'prompts: [{ root: prompts }]\nproviders: { demo: { baseURL: "http://127.0.0.1:1/v1" } }\ndefaultProvider: demo\n',
    });
    const real = await project.json('eval support/refund');
    assert.equal(real.document.data.prompts[0].against, null);
  });

  it('runs what a branch changed: files, datasets, the configuration', async () => {
    project.write({
      [refundFile]: mendedPrompt,
      'prompts/support/other.prompt.yml': `${refundPrompt}datasets: [golden.jsonl]\n`,
      'prompts/support/golden.jsonl': '{"question":"Where is my parcel?"}\n',
    });
    project.startGit();
    project.commitAll('Start');
    const changed = async (): Promise<readonly string[]> => {
      const { document } = await project.json('eval --changed main');
      return document.data.prompts.map(({ id }: { id: string }) => id);
    };
    assert.deepEqual(await changed(), []);
    project.git('checkout', '-q', '-b', 'work');
    project.write({ 'prompts/support/golden.jsonl': '{"question":"Is my parcel lost?"}\n' });
    assert.deepEqual(await changed(), ['support/other']);
    project.commitAll('New row');
    project.write({ 'prompts/support/new.prompt.yml': mendedPrompt });
    assert.deepEqual((await changed()).toSorted(), ['support/new', 'support/other']);
    project.write({ 'promptgate.yml': `${projectFiles['promptgate.yml']}models: { fast: demo/small }\n` });
    assert.equal((await changed()).length, 3);
    const { code, stderr } = await project.run('eval --changed nowhere');
    assert.equal(code, 2);
    assert.match(stderr, /git merge-base: .*nowhere/);
  });

  it('needs git for what changed', async () => {
    const { code, stderr } = await project.run('eval --changed main');
    assert.equal(code, 2);
    assert.match(stderr, /needs a git repository/);
  });

  it('stops at Ctrl-C with what there is', async () => {
    project.write({ 'answers.yml': slowAnswers });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const { code, document } = await project.json('eval --all', { signal: stop.signal });
    assert.equal(code, 130);
    assert.equal(document.data.cancelled, true);
    assert.equal(document.ok, false);
  });

  it('shows progress on a terminal only, on one line that it clears', async () => {
    const terminal = await project.run('eval support/refund', { tty: true, columns: 40 });
    assert.ok(terminal.stderr.includes('\r\u001B[Ksupport/refund 1/2 …\r\u001B[K'));
    assert.ok(terminal.stderr.endsWith('\r\u001B[K'));
    assert.ok(terminal.stdout.includes('\u001B[31m'));
    const plain = await project.run('eval support/refund', { tty: true, env: { NO_COLOR: '1' } });
    assert.ok(!plain.stdout.includes('\u001B['));
  });

  it('writes Markdown in which answers are text, and JUnit XML', async () => {
    project.write({ 'answers.yml': 'version: 1\ndefault: "we will refund <b>|</b> & more"\n' });
    await project.run('eval support/refund --markdown out.md --junit out.xml');
    const markdown = project.read('out.md');
    assert.match(markdown, /^### Promptgate\n\n\| \| prompt \|/);
    assert.match(markdown, /\| ❌ \| support\/refund \| first version \| 0 of 2 \|/);
    assert.match(markdown, /- ❌ \*\*support\/refund\*\* late-delivery, refund-twice: "no promise": /);
    assert.doesNotMatch(markdown, /<b>/);
    const xml = project.read('out.xml');
    assert.match(xml, /<testsuite name="support\/refund" tests="2" failures="2" errors="0" skipped="0"/);
    assert.match(xml, /<failure message="late-delivery: &quot;no promise&quot;: /);
    const failed = await project.run('eval support/refund --junit none/out.xml');
    assert.equal(failed.code, 2);
    assert.match(failed.stderr, /Cannot write none\/out\.xml/);
    assert.match(failed.stdout, /0 of 2 rows passed/, 'what was paid for is told all the same');
  });

  it('writes one document to stdout, not two', async () => {
    const { code, document } = await project.json('eval support/refund --junit -');
    assert.equal(code, 2);
    assert.match(document.problems[0]?.message ?? '', /--json has stdout for itself/);
    assert.ok(!existsSync(join(project.root, '-')));
    const { stdout, stderr } = await project.run('eval support/refund --markdown -');
    assert.match(stdout, /^### Promptgate/);
    assert.doesNotMatch(stdout, /^prompt /m);
    assert.match(stderr, /support\/refund/);
  });
});
