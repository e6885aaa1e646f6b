import type { Digest } from '../prompt/digest.ts';
import { conflict, isSameChange, placeChange } from './change.ts';
import type { Stored } from './audit.ts';
import { decodeEvidence } from './companion.ts';
import { headOf, type StoredEvent } from './event.ts';
import { emptyHead, emptyState, type PromptState, type Store, type VersionSummary } from './store.ts';
import { decodeVersion, versionFileName, type StoredVersion } from './version.ts';

interface Kept {
  readonly log: StoredEvent[];
  readonly versions: Map<string, StoredVersion>;
  state: PromptState;
}

/** A registry that is gone with its process: for tests, and for trying things out. Hashes like the others. */
export function memoryStore(): Store {
  const prompts = new Map<string, Kept>();
  const evidence = new Map<Digest, string>();
  const datasets = new Map<Digest, string>();
  const watchers = new Set<(id: string) => void>();

  function stored(
    known: Kept | undefined,
    version: string,
  ): { summary: VersionSummary; files: StoredVersion } | undefined {
    const summary = known?.state.versions.find(other => other.version === version);
    const files = summary && known?.versions.get(versionFileName(summary));
    return summary && files && { summary, files };
  }

  return {
    async list() {
      return [...prompts.values()]
        .map(({ state: { versions: _bodies, ...summary } }) => summary)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async readState(id) {
      return prompts.get(id)?.state ?? emptyState(id);
    },
    async readVersion(id, version) {
      const found = stored(prompts.get(id), version);
      if (!found) return undefined;
      const name = `${id}@${version}`;
      return decodeVersion(found.files, { id, summary: found.summary }, { json: name, source: name });
    },
    async *readLog(id) {
      // A copy: whoever reads slowly must not meet what is committed meanwhile.
      const log = prompts.get(id)?.log.slice() ?? [];
      for (const { event, hash } of log) yield { ...event, hash };
    },
    async readEvidence(digest) {
      const json = evidence.get(digest);
      return json === undefined ? undefined : decodeEvidence(json, digest, digest);
    },
    async readDataset(digest) {
      return datasets.get(digest);
    },
    async commit(id, expectedHead, change) {
      const known = prompts.get(id);
      const last = known?.log.at(-1);
      const since = known?.log.slice(expectedHead.revision) ?? [];
      if (known && since.some(({ event }) => isSameChange(event, change))) return known.state;
      const head = last ? headOf(last) : emptyHead;
      if (head.revision !== expectedHead.revision || head.hash !== expectedHead.hash)
        throw conflict(id, expectedHead, last);
      const placed = placeChange(id, known?.state ?? emptyState(id), change);
      const next: Kept = known ?? { log: [], versions: new Map(), state: placed.state };
      for (const { digest, json } of placed.evidence) evidence.set(digest, json);
      for (const { digest, text } of placed.datasets) datasets.set(digest, text);
      if (placed.version) next.versions.set(versionFileName(placed.version.summary), placed.version);
      next.log.push(placed.stored);
      next.state = placed.state;
      prompts.set(id, next);
      // Later, so that what a watcher throws does not make the commit look failed.
      for (const onChange of watchers) queueMicrotask(() => watchers.has(onChange) && onChange(id));
      return placed.state;
    },
    audit: {
      ids: () => [...prompts.keys()].sort(),
      revisions: id => prompts.get(id)?.log.map(({ event }) => event.revision) ?? [],
      event: (id, revision) => kept(`${id}/log/${revision}`, prompts.get(id)?.log[revision - 1]?.text),
      version(id, summary) {
        const name = versionFileName(summary);
        const files = prompts.get(id)?.versions.get(name);
        return {
          json: kept(`${id}/versions/${name}.json`, files?.json),
          source: kept(`${id}/versions/${name}.yml`, files?.source),
        };
      },
      evidence: digest => kept(`evidence/${digest}`, evidence.get(digest)),
      dataset: digest => kept(`datasets/${digest}`, datasets.get(digest)),
      orphans: () => [],
    },
    watch(onChange) {
      // Wrapped, so that one function that watches twice is called and disposed of as two.
      const watcher = (id: string) => onChange(id);
      watchers.add(watcher);
      return { dispose: () => watchers.delete(watcher) };
    },
  };
}

function kept(file: string, text: string | undefined): Stored {
  return { file, bytes: text === undefined ? undefined : new TextEncoder().encode(text) };
}
