import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFiles, TestProject } from './cli.ts';

const bin = resolve(import.meta.dirname, '../../dist/promptgate.cjs');
const environment = { ...process.env, NODE_COMPILE_CACHE: undefined, NO_COLOR: '1' };

describe('the built promptgate', () => {
  let project: TestProject;
  before(function () {
    if (!existsSync(bin)) this.skip();
  });
  beforeEach(() => (project = new TestProject(projectFiles)));
  afterEach(() => project?.dispose());

  const run = (args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise(done => {
      const child = execFile(
        process.execPath,
        [bin, ...args],
        { cwd: project.root, env: environment },
        (_error, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });

  it('lints, evaluates and ends with the code of main', async () => {
    assert.deepEqual(await run(['lint']), { code: 0, stdout: '✓ 1 prompt: no problems\n', stderr: '' });
    const evaluated = await run(['eval', '--all']);
    assert.equal(evaluated.code, 1);
    assert.match(evaluated.stdout, /refund-twice {2}"no promise"/);
    assert.equal((await run(['nonsense'])).code, 2);
  });

  it('ends at Ctrl-C with 130 and what there is', async () => {
    project.write({ 'answers.yml': 'version: 1\nlatencyMs: 60000\ndefault: Late\n' });
    const child = spawn(process.execPath, [bin, 'eval', '--all'], { cwd: project.root, env: environment });
    let output = '';
    child.stdout.on('data', data => (output += data));
    child.stderr.on('data', data => (output += data));
    const timer = setInterval(() => child.kill('SIGINT'), 700);
    const code = await new Promise(done => child.on('close', done));
    clearInterval(timer);
    assert.equal(code, 130, output);
    assert.match(output, /Stopped/);
  });

  it('is quiet when its reader has seen enough', () => {
    const { stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `"${process.execPath}" "${bin}" --help | head -n 1; "${process.execPath}" "${bin}" list --json | true`,
      ],
      { cwd: project.root, encoding: 'utf8', env: environment },
    );
    assert.match(stdout, /^Usage: promptgate/);
    assert.equal(stderr, '');
  });

  it('asks for Node 22 in a file that older ones can read', () => {
    const text = readFileSync(bin, 'utf8');
    assert.match(text, /^#!\/usr\/bin\/env node\n/);
    assert.ok(text.length < 4000, 'the check must not drag the program along');
    assert.doesNotMatch(text, /\?\.|\?\?|#[a-z]+\s*[=(;]|catch\s*\{/, 'syntax of a newer Node');
    // Where there is an older Node, it must say so itself.
    const older = ['/usr/bin/node', '/usr/local/bin/node'].find(path => {
      const version = existsSync(path) ? spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout : '';
      return /^v(1\d|20|21)\./.test(version);
    });
    if (older === undefined) return;
    const { status, stderr } = spawnSync(older, [bin, '--version'], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /needs Node\.js 22 or newer; this is v/);
  });

  it('prints nothing but the document with --json', async () => {
    const { stdout } = await run(['list', '--json', '-C', join(project.root, 'prompts')]);
    assert.equal(JSON.parse(stdout).data.root, project.root);
  });
});
