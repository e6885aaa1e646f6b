import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../src/evals/report.ts';
import { evidenceShelf } from '../../src/project/evidence.ts';
import { sha256 } from '../../src/prompt/digest.ts';
import { memoryStore } from '../../src/registry/memoryStore.ts';

const id = 'shop/hello';
const digests = { content: sha256('a'), target: sha256('b'), suite: sha256('c') };

/** What a run of an edited prompt reports: its content differs from number to number. */
function reportOf(number: number): Report {
  return {
    schema: 'promptgate/report/1',
    prompt: id,
    target: { parameters: {} },
    digests: { ...digests, content: sha256(`text ${number}`) },
    rows: [],
    counts: { passed: 0, failed: 0, errored: 0, skipped: 0 },
    time: new Date(Date.UTC(2026, 10, 20) + number * 1000).toISOString(),
    durationMs: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    scripted: true,
    cancelled: false,
    partial: false,
    unreadable: [],
    evaluators: {},
  };
}

describe('evidence of local runs', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'promptgate-evidence-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is kept by its digests, the oldest no longer than there is room, whatever else lies there', async () => {
    const shelf = evidenceShelf(folder, memoryStore());
    const save = (number: number) =>
      shelf.save(reportOf(number), { randomId: String(number), isLatest: true });
    await save(0);
    const runs = join(folder, 'runs', 'shop', 'hello');
    const torn = `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(16)}.json`;
    await writeFile(join(runs, torn), '');
    for (let number = 1; number <= 90; number++) await save(number);
    assert.equal((await shelf.find(id, reportOf(90).digests))?.time, reportOf(90).time);
    assert.equal(await shelf.find(id, reportOf(0).digests), undefined);
    assert.equal((await shelf.latest(id))?.time, reportOf(90).time);
    const names = await readdir(runs);
    assert.ok(names.length < 90, String(names.length));
    assert.ok(!names.includes(torn));
  });
});
