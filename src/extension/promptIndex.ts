import { readFile, stat } from 'node:fs/promises';
import type { Project } from '../project/project.ts';
import type { PromptSummary } from '../registry/store.ts';

/** A prompt of a project: what its folder and its registry know of it together. */
export interface PromptEntry {
  readonly id: string;
  /** First segment of the id. */
  readonly service: string;
  readonly name: string;
  /** Absolute path of the working copy; absent when only the registry has the prompt. */
  readonly path?: string;
  /** Further files with the same id. */
  readonly others: readonly string[];
  /** Absent when it was never published. */
  readonly summary?: PromptSummary;
}

/** The ids of a project's prompt files, without parsing them: 500 files are looked at when the tree opens. */
export class PromptIndex {
  readonly #written = new Map<string, { readonly stamp: string; readonly id: string | undefined }>();
  #files: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  #known: ReadonlyMap<string, readonly string[]> = new Map();

  /** Something in the folder changed. */
  forget(): void {
    this.#files = undefined;
  }

  /** The files of each id. `open` has the ids of what editors hold, which may not be saved. */
  async files(
    project: Project,
    open: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    if (!this.#files) {
      const reading = (this.#files = this.#read(project));
      reading.then(
        files => (this.#known = files),
        () => this.#files === reading && (this.#files = undefined),
      );
    }
    return withOpen(await this.#files, open);
  }

  /** Other files with the id of this one, as far as is known by now. */
  others(path: string, id: string, open: ReadonlyMap<string, string>): readonly string[] {
    return (withOpen(this.#known, open).get(id) ?? []).filter(other => other !== path);
  }

  async #read(project: Project): Promise<ReadonlyMap<string, readonly string[]>> {
    const paths = await project.findPromptFiles();
    const files = new Map<string, string[]>();
    const ids = await inBatches(paths, 64, async path => project.idOf(path, await this.#writtenId(path)));
    ids.forEach((id, index) => {
      const path = paths[index];
      if (path === undefined) return;
      const known = files.get(id);
      if (known) known.push(path);
      else files.set(id, [path]);
    });
    return files;
  }

  async #writtenId(path: string): Promise<string | undefined> {
    try {
      const { mtimeMs, size } = await stat(path);
      const stamp = `${mtimeMs}:${size}`;
      const known = this.#written.get(path);
      if (known?.stamp === stamp) return known.id;
      const id = writtenId(await readFile(path, 'utf8'));
      this.#written.set(path, { stamp, id });
      return id;
    } catch {
      // Deleted or unreadable since it was found: opening it will say so.
      return undefined;
    }
  }
}

/** The value of a top-level `id:`, read from the text alone. */
export function writtenId(text: string): string | undefined {
  const line = /^(?:id|"id"|'id'):[ \t]+(.+)$/m.exec(text)?.[1];
  const value = line && /^(?:"([^"]*)"|'([^']*)'|([^\s#"'&*!|>][^#\r]*?))[ \t]*(?:#.*)?\r?$/.exec(line);
  return value ? (value[1] ?? value[2] ?? value[3]) : undefined;
}

/** The id that an editor holds wins over the one on the disk. A file that is on no disk any more is none. */
function withOpen(
  files: ReadonlyMap<string, readonly string[]>,
  open: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  if (open.size === 0) return files;
  const merged = new Map<string, string[]>();
  for (const [id, paths] of files) {
    for (const path of paths) {
      const present = open.get(path) ?? id;
      const known = merged.get(present);
      if (known) known.push(path);
      else merged.set(present, [path]);
    }
  }
  for (const paths of merged.values()) paths.sort();
  return merged;
}

/** Ids of folder and registry together, sorted. */
export function mergeEntries(
  files: ReadonlyMap<string, readonly string[]>,
  summaries: readonly PromptSummary[],
): readonly PromptEntry[] {
  const published = new Map(summaries.map(summary => [summary.id, summary]));
  const ids = [...new Set([...files.keys(), ...published.keys()])].sort();
  return ids.map(id => {
    const [path, ...others] = files.get(id) ?? [];
    const slash = id.indexOf('/');
    return {
      id,
      service: slash === -1 ? 'default' : id.slice(0, slash),
      name: id.slice(slash + 1),
      path,
      others,
      summary: published.get(id),
    };
  });
}

async function inBatches<T, R>(
  items: readonly T[],
  size: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += size) {
    results.push(...(await Promise.all(items.slice(at, at + size).map(map))));
  }
  return results;
}
