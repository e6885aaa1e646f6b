import { PromptgateError } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import { decodeEvent, type StoredEvent } from './event.ts';
import type { FilesReader } from './filesReader.ts';
import type { ForkedLog } from './replay.ts';
import { eventFileName, eventInFolder, revisionOf } from './registryPaths.ts';
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
  const stages = await unmerged(git);
  const sides = await sidesOfStages(git);
  const conflicts = new Map<string, number>();
  const add = (id: string, revision: number) =>
    conflicts.set(id, Math.min(revision, conflicts.get(id) ?? Number.POSITIVE_INFINITY));
  for (const { id, revision } of stages) add(id, revision);
  for (const id of reader.ids())
    for (const revision of reader.revisions(id)) {
      if (conflicts.has(id) && revision >= (conflicts.get(id) ?? 0)) break;
      const found = reader.eventBytes(id, revision);
      if (found && hasConflictMarkers(new TextDecoder().decode(found.bytes))) add(id, revision);
    }

  return {
    conflicts: [...conflicts]
      .map(([id, revision]) => ({ id, revision }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    async candidates(id, revision) {
      const found: Candidate[] = [];
      for (const stage of stages)
        if (stage.id === id && stage.revision === revision && (stage.stage === 2 || stage.stage === 3))
          found.push({
            text: await git(['show', `:${stage.stage}:./${stage.path}`]),
            side: sides[stage.stage],
          });
      const lying = reader.eventBytes(id, revision);
      const texts = lying ? [new TextDecoder().decode(lying.bytes)] : [];
      const path = `prompts/${id}/log/${eventFileName(revision)}`;
      for (const name of [path, `${path}/${eventInFolder}`])
        texts.push(...(await shown(git, `:0:./${name}`)));
      for (const text of texts) {
        const both = splitConflict(text);
        if (both) found.push({ text: both.ours, side: 'ours' }, { text: both.theirs, side: 'theirs' });
        else found.push({ text });
      }
      return found;
    },
  };
}

interface Stage {
  readonly id: string;
  readonly revision: number;
  readonly stage: number;
  readonly path: string;
}

async function unmerged(git: Git): Promise<readonly Stage[]> {
  const listed = await git(['ls-files', '--unmerged', '-z', '--', 'prompts']);
  return listed.split('\0').flatMap(line => {
    const match = /^\d+ [0-9a-f]+ (\d)\t(prompts\/([^/]+\/[^/]+)\/log\/([^/]+)(?:\/event\.json)?)$/.exec(
      line,
    );
    const revision = revisionOf(match?.[4] ?? '');
    if (!match || revision === undefined) return [];
    return [{ id: match[3] ?? '', revision, stage: Number(match[1]), path: match[2] ?? '' }];
  });
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
    const stored = reader.event(id, revision);
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
    // One of several candidates: the others may be whole.
    if (error instanceof PromptgateError) return undefined;
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
