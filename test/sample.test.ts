import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSample } from '../.ci/sample.ts';
import { evaluateWorkingCopy } from '../src/project/evaluate.ts';
import { openProject } from '../src/project/project.ts';
import { findWorkingCopy } from '../src/project/workingCopy.ts';
import { verify } from '../src/registry/verify.ts';

const committed = join(import.meta.dirname, '..', 'media', 'sample');

describe('the sample workspace', () => {
  let folder: string;
  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'promptgate-sample-'));
    await buildSample(folder);
  });
  after(() => rm(folder, { recursive: true }));

  const open = (root: string) =>
    openProject(root, {
      env: {},
      now: () => Date.parse('2026-11-20T09:00:00Z'),
      randomId: () => 'test',
      author: async () => 'Test <test@example.com>',
    });

  it('has just the registry that its script makes', async () => {
    const made = await registryOf(folder);
    const kept = await registryOf(committed);
    assert.ok(made.size > 80, `only ${made.size} files`);
    assert.deepEqual([...kept.keys()], [...made.keys()]);
    for (const [path, text] of made)
      assert.equal(kept.get(path), text, `${path} is stale: node .ci/sample.ts`);
  });

  it('has a registry that verifies', async () => {
    const { store } = await open(committed);
    const result = await verify(store);
    assert.deepEqual(result.damage, []);
    assert.deepEqual(result.orphans, []);
    assert.equal(result.prompts, 6);
  });

  it('has one prompt with a lint problem, with its fix', async () => {
    const project = await open(folder);
    const copies = await Promise.all(
      (await project.findPromptFiles()).map(path => findWorkingCopy(project, project.idOf(path, undefined))),
    );
    const errors = copies.flatMap(copy =>
      copy.problems
        .filter(({ severity }) => severity === 'error')
        .map(problem => ({ id: copy.id, ...problem })),
    );
    assert.deepEqual(
      errors.map(({ id, code }) => [id, code]),
      [['support/refund', 'undefined-variable']],
    );
    assert.match(errors[0]?.message ?? '', /Did you mean 'customer'/i);
    assert.equal(errors[0]?.fixes?.[0]?.edits[0]?.text, 'customer');
  });

  it('has one prompt with a failing row, and all rows of the others pass', async () => {
    const project = await open(folder);
    const failing: Record<string, string[]> = {};
    for (const path of await project.findPromptFiles()) {
      const id = project.idOf(path, undefined);
      if (id === 'support/refund') continue;
      const report = await evaluateWorkingCopy(project, await findWorkingCopy(project, id));
      assert.equal(
        report.counts.errored,
        0,
        JSON.stringify(report.rows.filter(row => row.verdict === 'errored')),
      );
      assert.equal(report.counts.skipped, 0);
      assert.equal(report.scripted, true);
      const failed = report.rows.filter(row => row.verdict === 'failed').map(row => row.id);
      if (failed.length > 0) failing[id] = failed;
    }
    assert.deepEqual(failing, { 'support/escalation': ['data-deletion'] });
  });
});

/** Every file of a registry but its cache, by path. */
async function registryOf(root: string): Promise<ReadonlyMap<string, string>> {
  const registry = join(root, '.promptgate');
  const entries = await readdir(registry, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(registry.length + 1))
    .filter(path => !path.startsWith('cache'))
    .sort();
  return new Map(
    await Promise.all(paths.map(async path => [path, await readFile(join(registry, path), 'utf8')] as const)),
  );
}
