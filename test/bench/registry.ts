// `node test/bench/registry.ts [prompts] [events]`: how long a large registry takes to list and to read, with read
// hints and without. Least of several runs, each with a new store, as a new process would have.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../src/prompt/digest.ts';
import { encodeEvent } from '../../src/registry/event.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { registryPaths } from '../../src/registry/registryPaths.ts';
import type { Labels } from '../../src/registry/store.ts';

const [prompts = 500, events = 400] = process.argv.slice(2).map(Number);
const root = mkdtempSync(join(tmpdir(), 'promptgate-bench-registry-'));
const ids = Array.from({ length: prompts }, (_, index) => `service-${index % 12}/prompt-${index}`);

/** Only logs: every second event publishes, the others promote. */
function writeLog(id: string): void {
  const paths = registryPaths(root);
  mkdirSync(paths.log(id), { recursive: true });
  let prev = '';
  let labels: Labels = {};
  let latest = '1.0.0';
  for (let revision = 1; revision <= events; revision++) {
    const time = new Date(Date.UTC(2026, 0, 1) + revision * 3_600_000).toISOString();
    const author = 'Ana Ruiz <ana@example.com>';
    const common = {
      schema: 'promptgate/event/1',
      eventId: `${id}-${revision}`,
      id,
      revision,
      prev,
    } as const;
    const publishes = Math.ceil(revision / 2);
    if (revision % 2 === 1) latest = `1.${publishes}.0`;
    const label = revision % 4 === 0 ? 'production' : 'staging';
    const from = labels[label]?.version;
    if (revision % 2 === 0) labels = { ...labels, [label]: { version: latest, since: time, revision } };
    const digest = sha256(`${id} ${latest}`);
    const digests = { content: digest, target: digest, suite: digest };
    const message = 'Clearer wording';
    const happened =
      revision % 2 === 1
        ? ({
            type: 'publish',
            version: { version: latest, hash: digest, digests, author, time, message },
          } as const)
        : ({ type: 'promote', label, from, to: latest } as const);
    const stored = encodeEvent({
      ...common,
      author,
      time,
      message,
      policy: '',
      ...happened,
      labels,
      latest,
      publishes,
    });
    writeFileSync(paths.event(id, revision), stored.text);
    prev = stored.hash;
  }
}

async function least(
  what: string,
  measured: () => Promise<unknown>,
  before: () => void = () => {},
): Promise<void> {
  let wall = Number.POSITIVE_INFINITY;
  let processor = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 7; run++) {
    before();
    const used = process.cpuUsage();
    const start = performance.now();
    await measured();
    wall = Math.min(wall, performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    processor = Math.min(processor, (user + system) / 1000);
  }
  console.log(`${wall.toFixed(1).padStart(8)} ms, processor ${processor.toFixed(1).padStart(6)} ms  ${what}`);
}

const forget = () => rmSync(join(root, 'cache'), { recursive: true, force: true });
try {
  for (const id of ids) writeLog(id);
  const [first = ''] = ids;
  console.log(`${prompts} prompts × ${events} events`);
  await least('list without hints, and writing them', () => filesStore(root).list(), forget);
  await least('list with hints', () => filesStore(root).list());
  const store = filesStore(root);
  await least('list again in the same process', () => store.list());
  await least('one state without hints, and writing them', () => filesStore(root).readState(first), forget);
  await least('one state with hints', () => filesStore(root).readState(first));
  await least('one state again in the same process', () => store.readState(first));
  await least('all of one log', () => Array.fromAsync(filesStore(root).readLog(first)));
} finally {
  rmSync(root, { recursive: true, force: true });
}
