import { sep } from 'node:path';
import type { Project } from '../project/project.ts';
import { indexWorkingCopies } from '../project/promptIndex.ts';
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

/** The ids of a project's prompt files, read once until something in the folder changes. */
export class WorkingCopyIndex {
  readonly #roots: (project: Project) => Promise<readonly string[]>;
  #files: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  #known: ReadonlyMap<string, readonly string[]> = new Map();

  /** @param roots of the projects that lie within one: their files are not its */
  constructor(roots: (project: Project) => Promise<readonly string[]>) {
    this.#roots = roots;
  }

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

  async #read(project: Project): Promise<ReadonlyMap<string, readonly string[]>> {
    const [files, roots] = await Promise.all([indexWorkingCopies(project), this.#roots(project)]);
    return withoutRoots(files, roots);
  }

  /** Other files with the id of this one, as far as is known by now. */
  others(path: string, id: string, open: ReadonlyMap<string, string>): readonly string[] {
    return (withOpen(this.#known, open).get(id) ?? []).filter(other => other !== path);
  }
}

/** Leaves out what lies below these folders. */
export function withoutRoots(
  files: ReadonlyMap<string, readonly string[]>,
  roots: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  if (roots.length === 0) return files;
  const isOwn = (path: string): boolean => !roots.some(root => path.startsWith(root + sep));
  const own = Array.from(files, ([id, paths]) => [id, paths.filter(isOwn)] as const);
  return new Map(own.filter(([, paths]) => paths.length > 0));
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
