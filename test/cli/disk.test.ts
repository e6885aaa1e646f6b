import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mendedPrompt, projectFiles, refundFile, TestProject } from './cli.ts';

// A real small disk, filled to the last block, where this process may mount one; test/registry/crash.test.ts shows
// the same call by call with a file system that only says so.

describe('the CLI on a disk that is full or read-only', () => {
  let project: TestProject;
  let mounted: string | undefined;

  before(async function () {
    project = new TestProject({ ...projectFiles, [refundFile]: mendedPrompt });
    assert.equal((await project.run('eval support/refund')).code, 0);
    assert.equal((await project.run('publish support/refund -m First')).code, 0);
    assert.equal((await project.run('promote support/refund@1.0.0 staging')).code, 0);
    project.write({ [refundFile]: mendedPrompt.replace('for Acme', 'for Acme, kindly') });
    assert.equal((await project.run('eval support/refund')).code, 0);
    const folder = mkdtempSync(join(tmpdir(), 'promptgate-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=800k', 'tmpfs', folder], { stdio: 'pipe' });
      mounted = folder;
    } catch {
      rmSync(folder, { recursive: true });
      this.skip();
    }
  });
  after(() => {
    project.dispose();
    if (mounted === undefined) return;
    execFileSync('umount', [mounted]);
    rmSync(mounted, { recursive: true });
  });
  beforeEach(() => {
    for (const name of readdirSync(mounted ?? '')) rmSync(join(mounted ?? '', name), { recursive: true });
    cpSync(project.root, mounted ?? '', { recursive: true });
  });

  const filler = () => join(mounted ?? '', 'filler');
  /** Leaves so many bytes of the disk. */
  function fill(free: number): void {
    let size = 0;
    try {
      for (; ; size += 4096) writeFileSync(filler(), Buffer.alloc(4096), { flag: 'a' });
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
    truncateSync(filler(), Math.max(0, size - free));
  }
  const run = (line: string) => project.run(`${line} -C ${mounted}`);

  it('says so, releases nothing, loses nothing, and publishes once there is space', async () => {
    const before = (await run('history support/refund')).stdout;
    let refused = 0;
    for (let free = 0; ; free += 8192) {
      fill(free);
      const { code, stderr } = await run('publish support/refund -m Kindly');
      assert.equal((await run('verify')).code, 0);
      rmSync(filler());
      if (code === 0) break;
      refused += 1;
      assert.equal(code, 2);
      assert.match(stderr, /no space left to write \S+\. Nothing was released\. Free some space/);
      assert.equal((await run('history support/refund')).stdout, before);
    }
    assert.ok(refused > 1);
    assert.match((await run('history support/refund')).stdout, /published 1\.0\.1/);
    const verified = await run('verify');
    assert.equal(verified.code, 0);
    assert.doesNotMatch(verified.stdout, /leftover/);
  });

  it('still lists, shows, evaluates and says what it thinks of the evidence', async () => {
    fill(0);
    for (const line of ['list --changes', 'show support/refund', 'eval support/refund --fresh', 'lint']) {
      const { code, stderr } = await run(line);
      assert.equal(code, 0, `${line}: ${stderr}`);
    }
  });

  it('leaves no half of a policy behind when a registry is started', async () => {
    const policy = join(mounted ?? '', '.promptgate/policy.yml');
    fill(0);
    const { code, stderr } = await run('init');
    assert.equal(code, 2);
    assert.match(stderr, /Cannot write .*policy\.yml.*no space/);
    assert.ok(!existsSync(policy));
    rmSync(filler());
    assert.equal((await run('init')).code, 0);
    assert.equal((await run('promote support/refund@1.0.0 beta')).code, 0);
  });

  it('reads a registry that it cannot write, and says how it could', async () => {
    execFileSync('mount', ['-o', 'remount,ro', mounted ?? '']);
    try {
      for (const line of ['list', 'history support/refund', 'verify', 'diff support/refund'])
        assert.equal((await run(line)).code, 0, line);
      const { code, stderr } = await run('promote support/refund@1.0.0 beta');
      assert.equal(code, 2);
      assert.match(
        stderr,
        /cannot be written \(EROFS\)\. Nothing was released\. Make the folder \.promptgate writable/,
      );
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', mounted ?? '']);
    }
  });
});
