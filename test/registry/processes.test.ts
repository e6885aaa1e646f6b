import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesStore } from '../../src/registry/filesStore.ts';
import { verify } from '../../src/registry/verify.ts';
import { id, publishing, versionSaying, withFolder } from './fixtures.ts';

const script = fileURLToPath(new URL('releaser.ts', import.meta.url));

interface Releaser {
  /** Revision and hash of each release that was answered. */
  readonly answered: readonly string[];
  readonly conflicts: number;
}

/** Runs a releasing process to its end, or kills it some milliseconds after it is ready. */
function release(
  root: string,
  name: string,
  options: { readonly limit: number; readonly killAfterMs?: number },
) {
  return new Promise<Releaser>((resolve, reject) => {
    const child = spawn(process.execPath, [script, root, name, String(options.limit)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    let killing: ReturnType<typeof setTimeout> | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (options.killAfterMs !== undefined && killing === undefined && output.includes('ready\n'))
        killing = setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    });
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(killing);
      const expected = options.killAfterMs === undefined ? code === 0 : signal === 'SIGKILL';
      if (!expected) return reject(new Error(`${name} ended with ${code ?? signal}: ${errors}`));
      // The last line of a killed process may be cut off.
      const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
      resolve({
        answered: lines.filter(line => /^\d+ [0-9a-f]{64}$/.test(line)),
        conflicts: Number(lines.find(line => line.startsWith('conflicts '))?.slice(10) ?? 0),
      });
    });
  });
}

async function readLines(root: string): Promise<readonly string[]> {
  const log = await Array.fromAsync(filesStore(root).readLog(id));
  return log.map(event => `${event.revision} ${event.hash}`);
}

describe('several processes that release one prompt', () => {
  it('each win their own revisions: none is lost, none is taken twice, no version number repeats', () =>
    withFolder(async folder => {
      const root = join(folder, '.promptgate');
      const releasers = await all(
        ['ana', 'ben', 'cleo', 'dan'].map(name => release(root, name, { limit: 75 })),
      );
      const answered = releasers.flatMap(releaser => releaser.answered);
      assert.equal(answered.length, 300);
      assert.deepEqual([...answered].sort(byRevision), await readLines(root));
      assert.ok(
        releasers.reduce((sum, { conflicts }) => sum + conflicts, 0) > 0,
        'they never met, so that this shows nothing',
      );
      const { versions } = await filesStore(root).readState(id);
      assert.equal(new Set(versions.map(({ version }) => version)).size, versions.length);
      assert.deepEqual((await verify(filesStore(root))).damage, []);
    })).timeout(60_000);

  it('lose nothing that was answered and leave nothing half-written when they are killed at any moment', () =>
    withFolder(async folder => {
      const root = join(folder, '.promptgate');
      const answered: string[] = [];
      async function killMany(name: string): Promise<void> {
        for (let kill = 0; kill < 20; kill++) {
          const releaser = await release(root, name, { limit: 0, killAfterMs: Math.random() * 60 });
          answered.push(...releaser.answered);
          await filesStore(root).readState(id);
          await filesStore(root).list();
        }
      }
      await all(['ana', 'ben', 'cleo'].map(killMany));

      const log = await readLines(root);
      assert.deepEqual(
        answered.filter(line => !log.includes(line)),
        [],
      );
      assert.ok(answered.length > 0, 'they were all killed before they released anything');
      const store = filesStore(root);
      const { damage, events } = await verify(store);
      assert.deepEqual(damage, []);
      const state = await store.readState(id);
      const later = await store.commit(
        id,
        state.head,
        publishing(state, versionSaying('9.0.0', 'after all that')),
      );
      assert.equal(later.head.revision, events + 1);
    })).timeout(60_000);
});

function byRevision(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

/** As Promise.all, but nobody is still at work in the folder when one has failed. */
async function all<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
