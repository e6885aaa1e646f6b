import assert from 'node:assert/strict';
import { verbs } from '../../src/cli/verbs.ts';
import { checkSchema, TestProject, type CliDocument } from './cli.ts';

describe('arguments of the CLI', () => {
  const project = new TestProject();
  after(() => project.dispose());

  it('print a version', async () => {
    const { code, stdout } = await project.run('--version');
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('list every verb in the help', async () => {
    const { code, stdout } = await project.run('--help');
    assert.equal(code, 0);
    for (const { words } of verbs) assert.match(stdout, new RegExp(`^  ${words.split(' ')[0]}\\b`, 'm'));
  });

  for (const { words } of verbs) {
    it(`explain "${words}" with examples`, async () => {
      const { code, stdout, stderr } = await project.run(`${words} --help`);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^Usage: promptgate ${words} `));
      assert.match(stdout, new RegExp(`\\n  \\$ promptgate ${words}`));
    });
  }

  it('offer the verb that was meant', async () => {
    const { code, stdout, stderr } = await project.run('pubish support/refund');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^promptgate: unknown command 'pubish'\n\(Did you mean publish\?\)/);
  });

  it('end with 2 and the usage when one is missing, unknown or wrong', async () => {
    for (const [line, usage] of [
      ['promote support/refund@1.0.0', 'promote [options] <id@version> <label>'],
      ['lint --nonsense', 'lint [options] [paths-or-ids...]'],
      ['lint --severity loud', 'lint [options] [paths-or-ids...]'],
      ['eval --concurrency many', 'eval [options] [references...]'],
      ['eval --concurrency 2.5', 'eval [options] [references...]'],
      ['history support/refund -n 0', 'history [options] <id>'],
      ['show', 'show [options] <reference>'],
      ['show a/b c/d', 'show [options] <reference>'],
    ] as const) {
      const { code, stderr } = await project.run(line);
      assert.equal(code, 2, line);
      assert.ok(stderr.includes(`Usage: promptgate ${usage}`), stderr);
    }
  });

  it('end with 2 and the help when there is no verb', async () => {
    const { code, stdout, stderr } = await project.run('');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Usage: promptgate <verb>/);
  });

  it('give a JSON document even when they are wrong', async () => {
    for (const [line, schema] of [
      ['promote support/refund@1.0.0 --json', 'promptgate/promote/1'],
      ['registry resolve --take both --json', 'promptgate/registry-resolve/1'],
      ['nonsense --json', 'promptgate/error/1'],
    ] as const) {
      const { code, stdout } = await project.run(line);
      assert.equal(code, 2);
      const document = JSON.parse(stdout) as CliDocument;
      checkSchema(document);
      assert.equal(document.schema, schema);
      assert.equal(document.ok, false);
      assert.equal(document.problems[0]?.code, 'bad-arguments');
    }
  });

  it('have a JSON schema for every verb', () => {
    for (const { name } of verbs) {
      checkSchema({ schema: `promptgate/${name}/1`, ok: false, data: null, problems: [] });
    }
  });
});
