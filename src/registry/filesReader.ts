import { join } from 'node:path';
import { PromptgateError, systemCode } from '../errors.ts';
import type { Digest } from '../prompt/digest.ts';
import { isPromptId } from '../prompt/id.ts';
import { stateAfter } from './change.ts';
import { decodeEvent, headOf, type StoredEvent } from './event.ts';
import { damagedFile } from './parseStored.ts';
import type { FileSystem } from './fileSystem.ts';
import { readHints, type FilesHints, type HeadHints } from './filesHints.ts';
import { eventInFolder, revisionOf, type RegistryPaths } from './registryPaths.ts';
import { emptyHead, emptyState, type PromptState, type PromptSummary, type VersionSummary } from './store.ts';

/** Reads the release logs of a files registry. */
export interface FilesReader {
  /** All ids that have a log, sorted. */
  ids(): readonly string[];
  summaries(): Promise<readonly PromptSummary[]>;
  /** What changes when a prompt's last event does, by id. */
  heads(): ReadonlyMap<string, string>;
  /** The last event, found without hints; undefined for an unknown prompt. */
  last(id: string): StoredEvent | undefined;
  /** Undefined: no such event. @throws PromptgateError `damaged`, `log-conflict`, `newer-format` */
  event(id: string, revision: number): StoredEvent | undefined;
  /** The bytes of an event as they lie there. */
  eventBytes(id: string, revision: number): { readonly path: string; readonly bytes: Uint8Array } | undefined;
  /** Revisions in the log folder, ascending. */
  revisions(id: string): readonly number[];
  /** All events, oldest first; of a log that is read again with the same head, those that were read before. */
  log(id: string): readonly StoredEvent[];
  state(id: string): Promise<PromptState>;
  /** What the log says of one version. */
  summary(id: string, version: string): Promise<VersionSummary | undefined>;
  /** Where a dataset lies, whatever its suffix. */
  datasetPath(digest: Digest): string | undefined;
  /** Takes over a state that was just committed. */
  remember(state: PromptState, publishRevisions: Readonly<Record<string, number>>): Promise<void>;
}

export function filesReader(files: FileSystem, paths: RegistryPaths): FilesReader {
  const fs = explained(files);
  const hints: FilesHints = readHints(files, paths);
  /** Events of the prompt that was read last: planning a release goes over its log several times. */
  let recent: { readonly id: string; readonly events: Map<number, StoredEvent> } = {
    id: '',
    events: new Map(),
  };
  /** The log that was read last, by the hash of its head, which stands for all that is before it. */
  let logs: { readonly head: string; readonly events: readonly StoredEvent[] } = { head: '', events: [] };
  /** Decoded last events by id: taken only when the bytes on the disk have the same hash. */
  const lastEvents = new Map<string, StoredEvent>();
  /** States by id: taken only for the very head they were read at. */
  const states = new Map<string, PromptState>();

  function eventBytes(id: string, revision: number): { path: string; bytes: Uint8Array } | undefined {
    const path = paths.event(id, revision);
    try {
      const bytes = fs.read(path);
      return bytes && { path, bytes };
    } catch (error) {
      if (systemCode(error) !== 'EISDIR') throw error;
      const within = join(path, eventInFolder);
      const bytes = fs.read(within);
      return bytes && { path: within, bytes };
    }
  }

  function eventText(id: string, revision: number): { path: string; text: string } | undefined {
    const path = paths.event(id, revision);
    try {
      const text = fs.readText(path);
      return text === undefined ? undefined : { path, text };
    } catch (error) {
      if (systemCode(error) !== 'EISDIR') throw error;
      const within = join(path, eventInFolder);
      const text = fs.readText(within);
      return text === undefined ? undefined : { path: within, text };
    }
  }

  function event(id: string, revision: number): StoredEvent | undefined {
    const found = eventText(id, revision);
    return found && decoded(id, revision, found);
  }

  function decoded(id: string, revision: number, found: { path: string; text: string }): StoredEvent {
    if (recent.id !== id) recent = { id, events: new Map() };
    const known = recent.events.get(revision);
    if (known?.text === found.text) return known;
    const stored = decodeEvent(found.text, found.path);
    if (stored.event.id !== id || stored.event.revision !== revision)
      throw damagedFile(found.path, `is revision ${stored.event.revision} of ${stored.event.id}`);
    recent.events.set(revision, stored);
    return stored;
  }

  function revisions(id: string): number[] {
    return (fs.names(paths.log(id)) ?? [])
      .map(revisionOf)
      .filter(revision => revision !== undefined)
      .sort((a, b) => a - b);
  }

  function log(id: string): readonly StoredEvent[] {
    const head = last(id);
    if (!head) return [];
    if (logs.head !== head.hash)
      logs = { head: head.hash, events: revisions(id).map(revision => stored(id, revision)) };
    return logs.events;
  }

  /** Of the last event, by its name alone: names of one length sort as their numbers do. */
  function lastRevision(id: string): number | undefined {
    let highest = '';
    for (const name of fs.names(paths.log(id)) ?? [])
      if (name.length > highest.length || (name.length === highest.length && name > highest))
        if (revisionOf(name) !== undefined) highest = name;
    return revisionOf(highest);
  }

  function last(id: string): StoredEvent | undefined {
    let revision: number | undefined;
    // Between the two reads git may be putting another branch there: look again before calling it damage.
    for (let attempt = 0; attempt < 3; attempt++) {
      revision = lastRevision(id);
      if (revision === undefined) return undefined;
      const found = event(id, revision);
      if (found) return found;
    }
    return revision === undefined ? undefined : stored(id, revision);
  }

  /** By the hint when that event is there and the one after it is not; a gap behind it is for `verify` to find. */
  function lastByHint(id: string, hint: number | undefined): StoredEvent | undefined {
    const hinted =
      hint !== undefined && !fs.stat(paths.event(id, hint + 1)) ? eventText(id, hint) : undefined;
    const revision = hinted ? hint : lastRevision(id);
    const read = hinted ?? (revision === undefined ? undefined : eventText(id, revision));
    if (!read || revision === undefined) return undefined;
    const known = lastEvents.get(id);
    const found = known?.text === read.text ? known : decoded(id, revision, read);
    lastEvents.set(id, found);
    return found;
  }

  function ids(): string[] {
    if (fs.stat(paths.root)?.isFolder === false)
      throw new PromptgateError(
        'cannot-read',
        `${paths.root} is a file, where a registry would be a folder. Move it away.`,
        { data: { file: paths.root } },
      );
    const found: string[] = [];
    for (const service of fs.names(paths.prompts) ?? [])
      for (const name of fs.names(join(paths.prompts, service)) ?? []) {
        const id = `${service}/${name}`;
        if (isPromptId(id)) found.push(id);
      }
    return found.sort();
  }

  function stored(id: string, revision: number): StoredEvent {
    const found = event(id, revision);
    if (found) return found;
    throw new PromptgateError(
      'damaged',
      `${paths.event(id, revision)} is missing from the release log. Bring it back, e.g. with "git checkout -- <file>", then run "promptgate verify".`,
      { data: { file: paths.event(id, revision) } },
    );
  }

  /** The publish events at or before the head: by the hint if it holds for every one of them, else all of the log. */
  async function publishEvents(id: string, head: StoredEvent): Promise<Map<string, StoredEvent>> {
    const hinted = hintedPublishes(id, head);
    if (hinted) return hinted;
    const found = new Map<string, StoredEvent>();
    for (let revision = 1; revision <= head.event.revision; revision++) {
      const at = revision === head.event.revision ? head : stored(id, revision);
      if (at.event.version) found.set(at.event.version.version, at);
    }
    await hints.savePublishes(id, revisionsOf(found));
    return found;
  }

  /**
   * A hint only says where to look. It is right exactly if each place holds the publish event of that version and
   * there are as many as the head counts; newer ones are looked for behind the last that it knows.
   */
  function hintedPublishes(id: string, head: StoredEvent): Map<string, StoredEvent> | undefined {
    const places = Object.entries(hints.publishes(id) ?? {});
    const found = new Map<string, StoredEvent>();
    let furthest = 0;
    for (const [version, revision] of places) {
      if (revision > head.event.revision) return undefined;
      const at = publishAt(id, version, revision);
      if (!at) return undefined;
      found.set(version, at);
      furthest = Math.max(furthest, revision);
    }
    if (found.size === 0) return undefined;
    for (
      let revision = head.event.revision;
      revision > furthest && found.size < head.event.publishes;
      revision--
    ) {
      const at = stored(id, revision);
      if (at.event.version) found.set(at.event.version.version, at);
    }
    return found.size === head.event.publishes ? found : undefined;
  }

  function publishAt(id: string, version: string, revision: number): StoredEvent | undefined {
    try {
      const at = event(id, revision);
      return at?.event.version?.version === version ? at : undefined;
    } catch (error) {
      // What is wrong with the file is said by whoever reads the log without the hint.
      if (error instanceof PromptgateError) return undefined;
      throw error;
    }
  }

  function scan(): { summaries: readonly PromptSummary[]; now: HeadHints; known: HeadHints | undefined } {
    const known = hints.heads();
    const now: Record<string, number> = {};
    const summaries: PromptSummary[] = [];
    for (const id of ids()) {
      try {
        const found = lastByHint(id, known?.[id]);
        if (!found) continue;
        now[id] = found.event.revision;
        const { labels, latest, publishes } = found.event;
        summaries.push({ id, head: headOf(found), labels, latest, publishes });
      } catch (error) {
        if (!(error instanceof PromptgateError)) throw error;
        const { code, message } = error;
        summaries.push({ id, head: emptyHead, labels: {}, publishes: 0, problem: { code, message } });
      }
    }
    return { summaries, now, known };
  }

  function datasetPath(digest: Digest): string | undefined {
    const usual = ['jsonl', 'csv']
      .map(suffix => paths.datasetFile(digest, suffix))
      .find(path => fs.stat(path));
    if (usual !== undefined) return usual;
    const name = (fs.names(paths.datasets) ?? []).find(file => file.startsWith(`${digest}.`));
    return name === undefined ? undefined : join(paths.datasets, name);
  }

  return {
    ids,
    last,
    datasetPath,
    event,
    eventBytes,
    revisions,
    log,
    async summaries() {
      const { summaries, now, known } = scan();
      await hints.saveHeads(now, known);
      return summaries;
    },
    heads: () =>
      new Map(scan().summaries.map(({ id, head, problem }) => [id, problem ? problem.message : head.hash])),
    async state(id) {
      const head = last(id);
      if (!head) return emptyState(id);
      const known = states.get(id);
      if (known?.head.hash === head.hash) return known;
      const publishes = await publishEvents(id, head);
      const state = stateAfter(
        head,
        [...publishes.values()].flatMap(({ event: { version } }) => (version ? [version] : [])),
      );
      states.set(id, state);
      return state;
    },
    async summary(id, version) {
      const head = last(id);
      if (!head) return undefined;
      const known = states.get(id);
      if (known?.head.hash === head.hash) return known.versions.find(summary => summary.version === version);
      const revision = hints.publishes(id)?.[version];
      const hinted =
        revision !== undefined && revision <= head.event.revision
          ? publishAt(id, version, revision)
          : undefined;
      return hinted?.event.version ?? (await publishEvents(id, head)).get(version)?.event.version;
    },
    async remember(state, publishRevisions) {
      states.set(state.id, state);
      await hints.savePublishes(state.id, { ...hints.publishes(state.id), ...publishRevisions });
    },
  };
}

function revisionsOf(publishes: ReadonlyMap<string, StoredEvent>): Record<string, number> {
  return Object.fromEntries([...publishes].map(([version, { event }]) => [version, event.revision]));
}

/** Reads that say what a person can do about it. A folder in the place of a file is left to the caller. */
function explained(fs: FileSystem): Pick<FileSystem, 'read' | 'readText' | 'names' | 'stat'> {
  function explain<T>(read: (path: string) => T): (path: string) => T {
    return path => {
      try {
        return read(path);
      } catch (error) {
        const code = systemCode(error);
        if (code === undefined || code === 'EISDIR') throw error;
        throw new PromptgateError('cannot-read', `${path} cannot be read (${code}). Check its permissions.`, {
          cause: error,
          data: { file: path },
        });
      }
    };
  }
  return {
    read: explain(fs.read),
    readText: explain(fs.readText),
    names: explain(fs.names),
    stat: explain(fs.stat),
  };
}
