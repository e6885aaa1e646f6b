import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Prompt } from '../../src/prompt/prompt.ts';
import { nodeFileSystem } from '../../src/registry/fileSystem.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { splitConflict } from '../../src/registry/gitFork.ts';
import { readHistory } from '../../src/registry/history.ts';
import { resolveConflicts, type LabelQuestion, type ResolveOptions } from '../../src/registry/resolve.ts';
import { verify } from '../../src/registry/verify.ts';
import {
  at,
  evidenceFor,
  id,
  moving,
  newEventId,
  promptSaying,
  publishing,
  versionSaying,
  withFolder,
} from './fixtures.ts';
import { Crash, crashingAt } from './troubledFileSystem.ts';

const run = promisify(execFile);

class Repository {
  readonly root: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.root = join(folder, '.promptgate');
  }

  readonly git = async (args: readonly string[]): Promise<string> => {
    const named = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', '-c', 'core.editor=true'];
    const { stdout } = await run('git', [...named, ...args], { cwd: this.root, maxBuffer: 1e8 });
    return stdout;
  };

  async start(): Promise<void> {
    await nodeFileSystem.makeFolder(this.root);
    await run('git', ['init', '-q', '-b', 'main'], { cwd: this.#folder });
    await writeFile(join(this.#folder, '.gitattributes'), '.promptgate/** -text\n');
  }

  async save(message: string): Promise<void> {
    await this.git(['add', '--all', '..']);
    await this.git(['commit', '-q', '--allow-empty', '-m', message]);
  }

  /** Merges and expects git not to manage it. */
  async mergeInVain(branch: string, ...more: string[]): Promise<void> {
    await assert.rejects(this.git(['merge', '-q', ...more, branch]));
  }

  async publish(number: string, text: string, prompt: Partial<Prompt> = {}): Promise<void> {
    const store = filesStore(this.root);
    const state = await store.readState(id);
    const version = versionSaying(number, text, { prompt: promptSaying(text, prompt), author: text });
    await store.commit(id, state.head, publishing(state, version, { evidence: evidenceFor(version) }));
  }

  async promote(label: string, to: string, model?: string): Promise<void> {
    const store = filesStore(this.root);
    const state = await store.readState(id);
    await store.commit(id, state.head, moving(state, label, to, { model }));
  }

  resolve(more: Partial<ResolveOptions> = {}) {
    return resolveConflicts({
      root: this.root,
      git: this.git,
      newEventId,
      author: 'Merger <m@example.com>',
      now: at(300),
      ...more,
    });
  }

  /** The log in a few words, oldest first, after checking that it and git are in order. */
  async log(): Promise<readonly string[]> {
    const store = filesStore(this.root);
    const { damage, orphans } = await verify(store);
    assert.deepEqual(damage, []);
    assert.deepEqual(orphans, []);
    assert.equal(await this.git(['ls-files', '--unmerged']), '');
    assert.equal(await this.git(['ls-files', '--others', '--exclude-standard', '..']), '');
    await this.save('merged');
    const log = await Array.fromAsync(store.readLog(id));
    return log.map(({ type, version, label, from, to }) =>
      type === 'publish'
        ? `${version?.version} ${version?.author}`
        : `${type} ${label} ${from ?? '-'}>${to ?? '-'}`,
    );
  }

  async labels(): Promise<Readonly<Record<string, string>>> {
    const { labels } = await filesStore(this.root).readState(id);
    return Object.fromEntries(Object.entries(labels).map(([name, label]) => [name, label.version]));
  }
}

const noQuestion = async (question: LabelQuestion): Promise<'ours' | 'theirs'> => {
  throw new Error(`asked about ${question.label}`);
};

/** A repository with 1.0.0 on production in `main`; then both branches release, and `ours` merges `theirs`. */
async function withFork(
  branches: {
    readonly ours: (repo: Repository) => Promise<void>;
    readonly theirs: (repo: Repository) => Promise<void>;
  },
  use: (repo: Repository) => Promise<void>,
  merge = (repo: Repository) => repo.mergeInVain('theirs'),
): Promise<void> {
  await withFolder(async folder => {
    const repo = new Repository(folder);
    await repo.start();
    await repo.publish('1.0.0', 'base');
    await repo.promote('production', '1.0.0');
    await repo.save('base');
    await repo.git(['checkout', '-q', '-b', 'theirs']);
    await branches.theirs(repo);
    await repo.save('theirs');
    await repo.git(['checkout', '-q', 'main']);
    await branches.ours(repo);
    await repo.save('ours');
    await merge(repo);
    await use(repo);
  });
}

describe('registry resolve', () => {
  it('finds nothing to do without a conflict', () =>
    withFolder(async folder => {
      const repo = new Repository(folder);
      await repo.start();
      await repo.publish('1.0.0', 'base');
      await repo.save('base');
      assert.deepEqual(await repo.resolve({ choose: noQuestion }), []);
    }));

  it('needs one file to conflict when two branches publish, and keeps both releases', () =>
    withFork(
      { ours: repo => repo.publish('1.0.1', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
      async repo => {
        const unmerged = await repo.git(['diff', '--name-only', '--diff-filter=U', '--relative']);
        assert.equal(unmerged.trim(), `prompts/${id}/log/000003.json`);
        await assert.rejects(filesStore(repo.root).readState(id), { code: 'log-conflict' });
        const before = (await readdir(join(repo.root, 'prompts', id, 'versions'))).length;

        const [resolution] = await repo.resolve({ choose: noQuestion });
        assert.deepEqual(resolution?.moved, [{ was: '1.0.1', version: '1.0.2' }]);
        assert.equal(resolution?.kept, 1);
        assert.match(
          resolution?.replayed[0] ?? '',
          /published 1\.0\.2 \(was 1\.0\.1 before a merge\) by ours/,
        );

        assert.deepEqual(await repo.log(), [
          '1.0.0 base',
          'promote production ->1.0.0',
          '1.0.1 theirs',
          '1.0.2 ours',
        ]);
        const store = filesStore(repo.root);
        const mine = await store.readVersion(id, '1.0.2');
        assert.equal(mine?.version, '1.0.2');
        assert.deepEqual(mine?.prompt, promptSaying('ours'));
        const [summary] = (await store.readState(id)).versions;
        assert.equal(summary?.was, '1.0.1');
        assert.ok(summary?.evidence !== undefined && (await store.readEvidence(summary.evidence)));
        assert.equal((await readdir(join(repo.root, 'prompts', id, 'versions'))).length, before);
      },
    ));

  it('says in each replayed event which one it replays, and changes nothing else of it', () =>
    withFork(
      { ours: repo => repo.publish('1.0.1', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
      async repo => {
        const path = `prompts/${id}/log/000003.json`;
        const ours = JSON.parse(await repo.git(['show', `:2:./${path}`])) as Record<string, unknown>;
        const theirs = await repo.git(['show', `:3:./${path}`]);
        await repo.resolve();
        assert.equal(await readFile(join(repo.root, path), 'utf8'), theirs);
        const replayed = (await readHistory(filesStore(repo.root), id))[0]?.event;
        assert.deepEqual(replayed?.replays, { eventId: ours['eventId'], revision: 3 });
        for (const key of ['author', 'time', 'message', 'evidence', 'policy'] as const)
          assert.equal(replayed?.[key], ours[key]);
      },
    ));

  it('leaves a number that only we took', () =>
    withFork(
      { ours: repo => repo.publish('1.1.0', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
      async repo => {
        const [resolution] = await repo.resolve({ choose: noQuestion });
        assert.deepEqual(resolution?.moved, []);
        assert.deepEqual((await repo.log()).slice(2), ['1.0.1 theirs', '1.1.0 ours']);
      },
    ));

  it('moves a number as far as what changed against theirs demands', () =>
    withFork(
      {
        ours: repo => repo.publish('1.0.1', 'ours'),
        // Theirs asks callers for a variable that ours does not know: going on to ours takes it away again.
        theirs: repo =>
          repo.publish('1.0.1', 'theirs', {
            variables: {
              question: { type: 'string', required: true },
              tone: { type: 'string', required: true },
            },
          }),
      },
      async repo => {
        const [resolution] = await repo.resolve({ choose: noQuestion });
        assert.deepEqual(resolution?.moved, [{ was: '1.0.1', version: '2.0.0' }]);
        assert.deepEqual((await repo.log()).slice(2), ['1.0.1 theirs', '2.0.0 ours']);
      },
    ));

  it('carries label moves of ours along to the new numbers, three events against one', () =>
    withFork(
      {
        async ours(repo) {
          await repo.publish('1.0.1', 'ours');
          await repo.promote('staging', '1.0.1', 'openai/gpt-5');
          await repo.publish('1.0.2', 'ours again');
        },
        theirs: repo => repo.publish('1.0.1', 'theirs'),
      },
      async repo => {
        const [resolution] = await repo.resolve({ choose: noQuestion });
        assert.deepEqual(resolution?.moved, [
          { was: '1.0.1', version: '1.0.2' },
          { was: '1.0.2', version: '1.0.3' },
        ]);
        assert.deepEqual((await repo.log()).slice(2), [
          '1.0.1 theirs',
          '1.0.2 ours',
          'promote staging ->1.0.2',
          '1.0.3 ours again',
        ]);
        assert.deepEqual(await repo.labels(), { production: '1.0.0', staging: '1.0.2' });
        assert.equal((await filesStore(repo.root).readState(id)).labels['staging']?.model, 'openai/gpt-5');
      },
    ));

  it('keeps all of theirs, one event against three', () =>
    withFork(
      {
        ours: repo => repo.publish('1.0.1', 'ours'),
        async theirs(repo) {
          await repo.publish('1.0.1', 'theirs');
          await repo.publish('1.0.2', 'theirs again');
          await repo.promote('production', '1.0.2');
        },
      },
      async repo => {
        await repo.resolve({ choose: noQuestion });
        assert.deepEqual((await repo.log()).slice(2), [
          '1.0.1 theirs',
          '1.0.2 theirs again',
          'promote production 1.0.0>1.0.2',
          '1.0.3 ours',
        ]);
        assert.deepEqual(await repo.labels(), { production: '1.0.2' });
      },
    ));

  it('asks nothing when both moved a label to the same version, or each another label', () =>
    withFork(
      {
        async ours(repo) {
          await repo.promote('staging', '1.0.0');
          await repo.promote('beta', '1.0.0');
        },
        async theirs(repo) {
          await repo.promote('staging', '1.0.0');
          await repo.promote('canary', '1.0.0');
        },
      },
      async repo => {
        await repo.resolve({ choose: noQuestion });
        await repo.log();
        assert.deepEqual(await repo.labels(), {
          beta: '1.0.0',
          canary: '1.0.0',
          production: '1.0.0',
          staging: '1.0.0',
        });
      },
    ));

  const bothPromote = {
    async ours(repo: Repository) {
      await repo.publish('1.0.1', 'ours');
      await repo.promote('production', '1.0.1');
    },
    async theirs(repo: Repository) {
      await repo.publish('1.0.1', 'theirs');
      await repo.promote('production', '1.0.1');
    },
  };

  for (const [answer, serves] of [
    ['ours', '1.0.2'],
    ['theirs', '1.0.1'],
  ] as const)
    it(`asks when both moved one label to different versions, and ends where it is told: ${answer}`, () =>
      withFork(bothPromote, async repo => {
        const asked: LabelQuestion[] = [];
        await repo.resolve({
          choose: async question => {
            asked.push(question);
            return answer;
          },
        });
        assert.deepEqual(
          asked.map(({ label, ours, theirs }) => [label, ours?.version, theirs?.version]),
          [['production', '1.0.2', '1.0.1']],
        );
        const log = await repo.log();
        assert.deepEqual(log.slice(2, 6), [
          '1.0.1 theirs',
          'promote production 1.0.0>1.0.1',
          '1.0.2 ours',
          'promote production 1.0.1>1.0.2',
        ]);
        assert.deepEqual(log.slice(6), answer === 'ours' ? [] : ['promote production 1.0.2>1.0.1']);
        assert.deepEqual(await repo.labels(), { production: serves });
      }));

  it('writes nothing while a question is open', () =>
    withFork(bothPromote, async repo => {
      const before = await repo.git(['status', '--porcelain']);
      await assert.rejects(repo.resolve(), {
        code: 'needs-choice',
        message: /production \(ours 1\.0\.2, theirs 1\.0\.1\)/,
      });
      const [dry] = await repo.resolve({ dryRun: true });
      assert.equal(dry?.questions.length, 1);
      assert.equal(await repo.git(['status', '--porcelain']), before);
    }));

  it('works from conflict markers alone, in every style of git', async () => {
    for (const style of ['merge', 'zdiff3'])
      await withFork(
        { ours: repo => repo.publish('1.0.1', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
        async repo => {
          // Someone committed the file as git left it.
          await repo.save('a mistake');
          await repo.resolve({ choose: noQuestion });
          assert.deepEqual((await repo.log()).slice(2), ['1.0.1 theirs', '1.0.2 ours'], style);
        },
        async repo => {
          await repo.git(['config', 'merge.conflictStyle', style]);
          await repo.mergeInVain('theirs');
        },
      );
  });

  it('puts what is rebased behind what is there already', () =>
    withFork(
      { ours: repo => repo.publish('1.0.1', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
      async repo => {
        await repo.resolve({ choose: noQuestion });
        await repo.git(['rebase', '--continue']);
        assert.deepEqual((await repo.log()).slice(2), ['1.0.1 theirs', '1.0.2 ours']);
      },
      async repo => {
        await assert.rejects(repo.git(['rebase', '-q', 'theirs']));
      },
    ));

  it('settles first releases of one prompt on two branches', () =>
    withFolder(async folder => {
      const repo = new Repository(folder);
      await repo.start();
      await repo.save('empty');
      await repo.git(['checkout', '-q', '-b', 'theirs']);
      await repo.publish('1.0.0', 'theirs');
      await repo.save('theirs');
      await repo.git(['checkout', '-q', 'main']);
      await repo.publish('1.0.0', 'ours');
      await repo.save('ours');
      await repo.mergeInVain('theirs');
      await repo.resolve({ choose: noQuestion });
      assert.deepEqual(await repo.log(), ['1.0.0 theirs', '1.0.1 ours']);
    }));

  it('does not repeat what an earlier resolve on the other branch has replayed already', () =>
    withFork(
      { ours: repo => repo.publish('1.0.1', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
      async repo => {
        // Both branches merge each other and resolve on their own; then these two meet.
        await repo.resolve();
        await repo.save('resolved by us');
        await repo.git(['checkout', '-q', 'theirs']);
        await repo.mergeInVain('main~1');
        await repo.resolve();
        await repo.save('resolved by them');
        await repo.mergeInVain('main');
        const [resolution] = await repo.resolve({ choose: noQuestion });
        assert.deepEqual(resolution?.replayed, []);
        assert.deepEqual((await repo.log()).slice(2), ['1.0.1 theirs', '1.0.2 ours']);
      },
    ));

  it('comes to the same end when it is interrupted at any call and run again', () =>
    withFork(
      {
        async ours(repo) {
          await repo.publish('1.0.1', 'ours');
          await repo.promote('staging', '1.0.1');
          await repo.publish('1.0.2', 'ours again');
        },
        theirs: repo => repo.publish('1.0.1', 'theirs'),
      },
      async repo => {
        let interruptions = 0;
        for (let call = 40; ; call += 6) {
          const dying = crashingAt(nodeFileSystem, call);
          try {
            await repo.resolve({ fs: dying.fs });
            break;
          } catch (error) {
            assert.ok(error instanceof Crash, String(error));
            interruptions += 1;
          }
        }
        assert.ok(interruptions > 10);
        await repo.resolve();
        assert.deepEqual((await repo.log()).slice(2), [
          '1.0.1 theirs',
          '1.0.2 ours',
          'promote staging ->1.0.2',
          '1.0.3 ours again',
        ]);
      },
    )).timeout(60_000);

  it('leaves it to a newer Promptgate when one side was written by one, and does not offer to drop that side', () =>
    withFork(
      {
        ours: repo => repo.publish('1.0.1', 'ours'),
        async theirs(repo) {
          await repo.promote('production', '1.0.0', 'openai/gpt-5');
          const path = join(repo.root, `prompts/${id}/log/000003.json`);
          const text = await readFile(path, 'utf8');
          await writeFile(path, text.replace('"model":', '"rollout": { "weight": 0.05 },\n      "model":'));
        },
      },
      async repo => {
        const before = await repo.git(['status', '--porcelain']);
        await assert.rejects(repo.resolve(), {
          code: 'newer-format',
          message: /000003\.json was written by a newer Promptgate \(labels\.production\.rollout/,
        });
        assert.equal(await repo.git(['status', '--porcelain']), before);
      },
    ));

  it('says what to do by hand when one side is beyond reading', () =>
    withFork(
      { ours: repo => repo.publish('1.0.1', 'ours'), theirs: repo => repo.publish('1.0.1', 'theirs') },
      async repo => {
        const path = join(repo.root, `prompts/${id}/log/000003.json`);
        await writeFile(path, '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n');
        await repo.save('worse');
        await assert.rejects(repo.resolve(), { code: 'cannot-resolve', message: /git checkout --theirs/ });
      },
    ));
});

describe('conflict markers', () => {
  it('split into the two texts they stand between, hunk by hunk', () => {
    const text =
      'a\n<<<<<<< HEAD\nb\n||||||| base\nx\n=======\nc\n>>>>>>> o\nd\n<<<<<<< HEAD\n=======\ne\n>>>>>>> o\n';
    assert.deepEqual(splitConflict(text), { ours: 'a\nb\nd\n', theirs: 'a\nc\nd\ne\n' });
    assert.equal(splitConflict('{ "message": "<<<<<<< HEAD" }\n'), undefined);
  });
});
