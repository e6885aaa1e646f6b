import { join } from 'node:path';
import { PromptgateError, systemCode } from '../errors.ts';
import type { Digest } from '../prompt/digest.ts';
import { isPromptId } from '../prompt/id.ts';
import { stateAfter } from './change.ts';
import { headOf, type StoredEvent } from './event.ts';
import type { FileSystem } from './fileSystem.ts';
import { filesLog, type FilesLog } from './filesLog.ts';
import { readHints, type FilesHints, type HeadHints } from './filesHints.ts';
import type { RegistryPaths } from './registryPaths.ts';
import { emptyHead, emptyState, type PromptState, type PromptSummary, type VersionSummary } from './store.ts';

/** Reads what a files registry says of its prompts. */
export interface FilesReader {
  readonly log: FilesLog;
  /** All ids that have a log, sorted. */
  ids(): readonly string[];
  summaries(): Promise<readonly PromptSummary[]>;
  /** What changes when a prompt's last event does, by id. */
  heads(): ReadonlyMap<string, string>;
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
  const log = filesLog(fs, paths);
  /** States by id: taken only for the very head they were read at. */
  const states = new Map<string, PromptState>();

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

  /** The publish events at or before the head: by the hint if it holds for every one of them, else all of the log. */
  async function publishEvents(id: string, head: StoredEvent): Promise<Map<string, StoredEvent>> {
    const hinted = hintedPublishes(id, head);
    if (hinted) return hinted;
    const found = new Map<string, StoredEvent>();
    for (let revision = 1; revision <= head.event.revision; revision++) {
      const at = revision === head.event.revision ? head : log.existing(id, revision);
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
      const at = log.existing(id, revision);
      if (at.event.version) found.set(at.event.version.version, at);
    }
    return found.size === head.event.publishes ? found : undefined;
  }

  function publishAt(id: string, version: string, revision: number): StoredEvent | undefined {
    try {
      const at = log.event(id, revision);
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
        const found = log.lastByHint(id, known?.[id]);
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
    log,
    ids,
    datasetPath,
    async summaries() {
      const { summaries, now, known } = scan();
      await hints.saveHeads(now, known);
      return summaries;
    },
    heads: () =>
      new Map(scan().summaries.map(({ id, head, problem }) => [id, problem ? problem.message : head.hash])),
    async state(id) {
      const head = log.last(id);
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
      const head = log.last(id);
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
