import { createHash } from 'node:crypto';
import { PromptgateError } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import { decodeEvent, type StoredEvent } from './event.ts';
import type { FilesReader } from './filesReader.ts';
import type { ForkedLog } from './replay.ts';
import { eventFileName, revisionOf } from './registryPaths.ts';
import { hasConflictMarkers } from './storedJson.ts';

/** Runs git in the registry's folder and gives what it prints. Rejects when git fails. */
export type Git = (args: readonly string[]) => Promise<string>;

/** A prompt whose log git could not merge. */
export interface Conflict {
  readonly id: string;
  /** The first revision that both sides have. */
  readonly revision: number;
}

/** Both sides of git's unmerged events: of a merge, a rebase, a cherry-pick or a stash. */
export interface GitSides {
  readonly conflicts: readonly Conflict[];
  /** Every text that may be this event, on either side. */
  candidates(id: string, revision: number): Promise<readonly Candidate[]>;
}

export interface Candidate {
  readonly text: string;
  /** Undefined: it stands in the folder and may be either side's. */
  readonly side?: 'ours' | 'theirs';
}

export async function gitSides(git: Git, reader: FilesReader): Promise<GitSides> {
  const unmerged = (await listStages(git, ['--unmerged', '-z', '--', 'prompts'])).filter(
    ({ stage }) => stage > 0,
  );
  const sides = await sidesOfStages(git);
  const conflicts = new Map<string, number>();
  const add = (id: string, revision: number) =>
    conflicts.set(id, Math.min(revision, conflicts.get(id) ?? Number.POSITIVE_INFINITY));
  for (const { id, revision } of unmerged) add(id, revision);
  for (const id of reader.ids())
    for (const revision of reader.log.revisions(id)) {
      if (revision >= (conflicts.get(id) ?? Number.POSITIVE_INFINITY)) break;
      const found = reader.log.bytes(id, revision);
      if (found && hasConflictMarkers(new TextDecoder().decode(found.bytes))) add(id, revision);
    }
  const listed = new Map<string, Promise<readonly Stage[]>>();
  const cached = new Map<string, Promise<readonly Candidate[]>>();

  async function find(id: string, revision: number): Promise<readonly Candidate[]> {
    const stages = listed.get(id) ?? listStages(git, ['--stage', '-z', '--', `prompts/${id}/log`]);
    listed.set(id, stages);
    const found: Candidate[] = [];
    const lying = reader.log.bytes(id, revision);
    const texts = lying ? [new TextDecoder().decode(lying.bytes)] : [];
    for (const { stage, path, blob, ...of } of await stages) {
      if (of.revision !== revision) continue;
      if (stage === 0 && !(lying && blob === blobName(lying.bytes)))
        texts.push(await git(['show', `:0:./${path}`]));
      if (stage === 2 || stage === 3)
        found.push({ text: await git(['show', `:${stage}:./${path}`]), side: sides[stage] });
    }
    for (const text of texts) {
      const both = splitConflict(text);
      if (both) found.push({ text: both.ours, side: 'ours' }, { text: both.theirs, side: 'theirs' });
      else found.push({ text });
    }
    return found;
  }

  return {
    conflicts: [...conflicts]
      .map(([id, revision]) => ({ id, revision }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    candidates(id, revision) {
      const key = `${id} ${revision}`;
      const found = cached.get(key) ?? find(id, revision);
      cached.set(key, found);
      return found;
    },
  };
}

interface Stage {
  readonly id: string;
  readonly revision: number;
  readonly stage: number;
  readonly path: string;
  readonly blob: string;
}

async function listStages(git: Git, options: readonly string[]): Promise<readonly Stage[]> {
  const listed = await git(['ls-files', ...options]);
  return listed.split('\0').flatMap(line => {
    const match = /^\d+ ([0-9a-f]+) (\d)\t(prompts\/([^/]+\/[^/]+)\/log\/([^/]+)(?:\/event\.json)?)$/.exec(
      line,
    );
    const [, blob = '', stage = '', path = '', id = '', name = ''] = match ?? [];
    const revision = revisionOf(name);
    return revision === undefined ? [] : [{ id, revision, stage: Number(stage), path, blob }];
  });
}

/** What git calls these bytes, so that it need not be asked for what lies there already. */
function blobName(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/**
 * The texts of files that one of the branches has and the merge took away: the other one had given them up,
 * since it had moved the version to another number.
 */
export async function readFromCommits(git: Git, path: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const commit of ['HEAD', 'MERGE_HEAD', 'REBASE_HEAD', 'CHERRY_PICK_HEAD', 'ORIG_HEAD'])
    found.push(...(await shown(git, `${commit}:./${path}`)));
  return found;
}

/**
 * Whose events stay. In a merge the other branch's do. In a rebase, a cherry-pick or a stash git calls what is
 * there already "ours" (stage 2), and what is being put on top of it is what has to be replayed.
 */
async function sidesOfStages(git: Git): Promise<Readonly<Record<2 | 3, 'ours' | 'theirs'>>> {
  const merging = (await shown(git, 'MERGE_HEAD')).length > 0;
  return merging ? { 2: 'ours', 3: 'theirs' } : { 2: 'theirs', 3: 'ours' };
}

/** What `git show` prints, or nothing where there is no such thing. */
async function shown(git: Git, object: string): Promise<readonly string[]> {
  try {
    return [await git(['show', object])];
  } catch {
    // Git tells "does not exist" from other failures only in words of the user's language.
    return [];
  }
}

/** Both sides of a file with conflict markers, in any of git's styles; undefined for a file without. */
export function splitConflict(text: string): { readonly ours: string; readonly theirs: string } | undefined {
  if (!hasConflictMarkers(text)) return undefined;
  let side: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  const ours: string[] = [];
  const theirs: string[] = [];
  for (const line of text.split(/(?<=\n)/)) {
    if (/^<{7}( |$)/m.test(line)) side = 'ours';
    else if (/^\|{7}( |$)/m.test(line) && side === 'ours') side = 'base';
    else if (/^={7}$/m.test(line) && (side === 'ours' || side === 'base')) side = 'theirs';
    else if (/^>{7}( |$)/m.test(line)) side = 'both';
    else {
      if (side === 'both' || side === 'ours') ours.push(line);
      if (side === 'both' || side === 'theirs') theirs.push(line);
    }
  }
  return { ours: ours.join(''), theirs: theirs.join('') };
}

/**
 * Follows both sides from where they part. Which side an event is of shows from the hash of the event that it
 * continues, so that it does not matter what of it git has merged already.
 * @throws PromptgateError `cannot-resolve`
 */
export async function readFork(sides: GitSides, conflict: Conflict, reader: FilesReader): Promise<ForkedLog> {
  const { id, revision: first } = conflict;
  const common: StoredEvent[] = [];
  for (let revision = 1; revision < first; revision++) {
    const stored = reader.log.event(id, revision);
    if (!stored) throw cannotResolve(id, `event ${revision}, before the conflict, is missing`);
    common.push(stored);
  }
  async function follow(side: 'ours' | 'theirs'): Promise<StoredEvent[]> {
    const chain: StoredEvent[] = [];
    for (let prev = common.at(-1)?.hash ?? '', revision = first; ; revision++) {
      const next = (await sides.candidates(id, revision))
        .filter(candidate => candidate.side === side || (candidate.side === undefined && revision > first))
        .map(({ text }) => decoded(text, id, revision))
        .find(stored => stored?.event.prev === prev);
      if (!next) return chain;
      chain.push(next);
      prev = next.hash;
    }
  }
  const [ours, theirs] = [await follow('ours'), await follow('theirs')];
  if (ours.length === 0 || theirs.length === 0)
    throw cannotResolve(
      id,
      `the ${ours.length === 0 ? 'one' : 'other'} side of event ${first} cannot be read`,
    );
  return { id, common, ours, theirs };
}

function decoded(text: string, id: string, revision: number): StoredEvent | undefined {
  try {
    const stored = decodeEvent(text, eventFileName(revision));
    return stored.event.id === id && stored.event.revision === revision && stored.hash === sha256(text)
      ? stored
      : undefined;
  } catch (error) {
    // One of several candidates: the others may be whole. One that is only too new must not be passed over.
    if (error instanceof PromptgateError && error.code !== 'newer-format') return undefined;
    throw error;
  }
}

function cannotResolve(id: string, why: string): PromptgateError {
  return new PromptgateError(
    'cannot-resolve',
    `The release log of ${id} cannot be resolved: ${why}. Take one side whole, e.g. "git checkout --theirs -- .promptgate/prompts/${id}/log", and release the other one again.`,
    { data: { id } },
  );
}
