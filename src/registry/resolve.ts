import { dirname, join, relative, sep } from 'node:path';
import { PromptgateError } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import { damagedFile } from './parseStored.ts';
import type { PlacedChange } from './change.ts';
import { nodeFileSystem, type FileSystem } from './fileSystem.ts';
import { makeCache } from './filesHints.ts';
import { filesReader } from './filesReader.ts';
import { filesStore } from './filesStore.ts';
import { gitSides, readFork, readFromCommits, type Git } from './gitFork.ts';
import { describeEvent } from './history.ts';
import { registryPaths, type RegistryPaths } from './registryPaths.ts';
import { planReplay, type ForkedLog, type LabelQuestion, type Replay } from './replay.ts';
import type { Version } from './store.ts';
import { verify } from './verify.ts';
import { decodeVersion } from './version.ts';

export type { Git } from './gitFork.ts';
export type { LabelQuestion } from './replay.ts';

export interface ResolveOptions {
  /** The registry's folder. */
  readonly root: string;
  readonly git: Git;
  /** Asked only when both branches moved one label to different ends. Without it such a conflict is refused. */
  readonly choose?: (question: LabelQuestion) => Promise<'ours' | 'theirs'>;
  /** Says what would be done and does nothing. */
  readonly dryRun?: boolean;
  readonly newEventId: () => string;
  readonly author: string;
  /** Milliseconds. */
  readonly now: number;
  readonly fs?: FileSystem;
}

/** What became of one prompt. */
export interface Resolution {
  readonly id: string;
  /** How many events of the other branch stay before ours. */
  readonly kept: number;
  /** One line for each of our events that was put behind them. */
  readonly replayed: readonly string[];
  readonly moved: Replay['moved'];
  readonly questions: readonly LabelQuestion[];
}

/**
 * Settles what git could not merge: theirs stays, ours goes behind it. Asks first and writes then, so that an
 * unanswered question leaves everything as it was; run again after an interruption it comes to the same end.
 * @throws PromptgateError `cannot-resolve`, `needs-choice`, `damaged`
 */
export async function resolveConflicts(options: ResolveOptions): Promise<readonly Resolution[]> {
  const fs = options.fs ?? nodeFileSystem;
  const paths = registryPaths(options.root);
  const reader = filesReader(fs, paths);
  const sides = await gitSides(options.git, reader);
  const plans: { readonly log: ForkedLog; readonly versions: Versions; readonly replay: Replay }[] = [];
  for (const conflict of sides.conflicts) {
    const log = await readFork(sides, conflict, reader);
    const versions = await readVersions(log, { fs, paths }, options.git);
    plans.push({ log, versions, replay: await decide(log, versions, options) });
  }
  if (!options.dryRun)
    for (const { log, versions, replay } of plans) {
      await write({ fs, paths }, { log, versions, replay });
      await check(options, log.id);
      await options.git(['add', '--all', '--', `prompts/${log.id}`]);
    }
  return plans.map(({ log, replay }) => ({
    id: log.id,
    kept: log.theirs.length,
    replayed: replay.placed.map(({ stored }) => describeEvent(stored.event)),
    moved: replay.moved,
    questions: replay.questions,
  }));
}

async function decide(log: ForkedLog, versions: Versions, options: ResolveOptions): Promise<Replay> {
  const eventIds = new Map<number, string>();
  const plan = (answers?: Readonly<Record<string, 'ours' | 'theirs'>>): Replay => {
    let made = 0;
    return planReplay(
      log,
      {
        readVersion: (id, number, side) => versionOf(log, versions, { id, number, side }),
        // Planned twice when there is a question: the same event keeps its id.
        newEventId() {
          made += 1;
          const eventId = eventIds.get(made) ?? options.newEventId();
          eventIds.set(made, eventId);
          return eventId;
        },
        author: options.author,
        time: new Date(options.now).toISOString(),
      },
      answers,
    );
  };
  const first = plan();
  if (first.questions.length === 0 || options.dryRun) return first;
  const { choose } = options;
  if (!choose) {
    const list = first.questions.map(
      ({ label, ours, theirs }) =>
        `${label} (ours ${ours?.version ?? 'removed'}, theirs ${theirs?.version ?? 'removed'})`,
    );
    throw new PromptgateError(
      'needs-choice',
      `Both branches moved a label of ${log.id}: ${list.join(', ')}. Say whose move holds: promptgate registry resolve --take ours, or --take theirs.`,
      { data: { id: log.id, questions: first.questions } },
    );
  }
  const answers: Record<string, 'ours' | 'theirs'> = {};
  for (const question of first.questions) answers[question.label] = await choose(question);
  return plan(answers);
}

/** Both files of every version that either side published, by the hash of the version. */
type Versions = ReadonlyMap<string, { readonly json: string; readonly source: string }>;

async function readVersions(log: ForkedLog, { fs, paths }: Tools, git: Git): Promise<Versions> {
  const versions = new Map<string, { readonly json: string; readonly source: string }>();
  async function read(path: string, isRight: (text: string) => boolean): Promise<string> {
    const bytes = fs.read(path);
    const lying = bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    if (lying !== undefined && isRight(lying)) return lying;
    const found = await readFromCommits(git, relative(paths.root, path).split(sep).join('/'));
    const right = found.find(isRight);
    if (right === undefined)
      throw damagedFile(path, lying === undefined ? 'is missing' : 'was changed after it was published');
    return right;
  }
  for (const { event } of [...log.common, ...log.theirs, ...log.ours]) {
    if (!event.version) continue;
    const { hash } = event.version;
    const where = paths.version(log.id, event.version);
    const json = await read(where.json, text => sha256(text) === hash);
    const { sourceDigest } = JSON.parse(json) as Pick<Version, 'sourceDigest'>;
    versions.set(hash, { json, source: await read(where.source, text => sha256(text) === sourceDigest) });
  }
  return versions;
}

function versionOf(
  log: ForkedLog,
  versions: Versions,
  wanted: { readonly id: string; readonly number: string; readonly side: 'ours' | 'theirs' },
): Version {
  const { id, number, side } = wanted;
  const summary = [...log.common, ...log[side]]
    .map(({ event }) => event.version)
    .find(version => version?.version === number);
  const files = summary && versions.get(summary.hash);
  if (!summary || !files) throw new Error(`no event of ${id} publishes ${number}`);
  const name = `${id}@${number}`;
  return decodeVersion(files, { id, summary }, { json: name, source: name });
}

interface Tools {
  readonly fs: FileSystem;
  readonly paths: RegistryPaths;
}

/** Versions first, then the log from its end, so that the conflict stands until all behind it is in place. */
async function write(
  tools: Tools,
  plan: { readonly log: ForkedLog; readonly versions: Versions; readonly replay: Replay },
): Promise<void> {
  const { fs, paths } = tools;
  const { log, versions } = plan;
  const { placed } = plan.replay;
  await makeCache(fs, paths);
  const kept = new Set<string>();
  for (const { event } of [...log.common, ...log.theirs]) {
    const files = event.version && versions.get(event.version.hash);
    if (!event.version || !files) continue;
    const where = paths.version(log.id, event.version);
    kept.add(where.json);
    if (!fs.stat(where.source)) await replace(tools, where.source, files.source);
    if (!fs.stat(where.json)) await replace(tools, where.json, files.json);
  }
  for (const { version } of placed) {
    if (!version) continue;
    const where = paths.version(log.id, version.summary);
    await replace(tools, where.source, version.source);
    await replace(tools, where.json, version.json);
    kept.add(where.json);
  }
  const events = [...log.theirs, ...placed.map(({ stored }: PlacedChange) => stored)];
  for (const { event, text } of events.reverse())
    await replace(tools, paths.event(log.id, event.revision), text);
  for (const { event } of log.ours) {
    if (!event.version) continue;
    const where = paths.version(log.id, event.version);
    if (kept.has(where.json)) continue;
    await fs.remove(where.json);
    await fs.remove(where.source);
  }
  await fs.syncFolder(paths.log(log.id));
}

async function replace({ fs, paths }: Tools, path: string, text: string): Promise<void> {
  const folder = await fs.makeTemporaryFolder(join(paths.cache, 'tmp', 'resolve-'));
  try {
    const file = join(folder, 'file');
    await fs.write(file, text);
    if (fs.stat(path)?.isFolder) await fs.remove(path);
    await fs.rename(file, path);
    await fs.syncFolder(dirname(path));
  } finally {
    await fs.remove(folder);
  }
}

async function check({ root, fs }: ResolveOptions, id: string): Promise<void> {
  const { damage } = await verify(filesStore(root, { fs }), { ids: [id] });
  const [first] = damage;
  if (first)
    throw new PromptgateError('damaged', `${id} was merged, but verify finds: ${first.message}`, {
      data: { damage },
    });
}
