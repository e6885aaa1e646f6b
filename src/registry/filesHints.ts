import { dirname, join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { FileSystem } from './fileSystem.ts';
import type { RegistryPaths } from './registryPaths.ts';

/** Revisions of heads, by id. */
export type HeadHints = Readonly<Record<string, number>>;

/**
 * Where the reader may look first. Hints hold places, never contents: whoever uses one reads the event there and
 * checks it, so that a wrong, stale or missing hint costs time and nothing else.
 */
export interface FilesHints {
  heads(): HeadHints | undefined;
  /** Writes them if they say anything new. */
  saveHeads(now: HeadHints, before: HeadHints | undefined): Promise<void>;
  /** Versions and the revisions that published them. */
  publishes(id: string): Readonly<Record<string, number>> | undefined;
  savePublishes(id: string, revisions: Readonly<Record<string, number>>): Promise<void>;
}

export function readHints(fs: FileSystem, paths: RegistryPaths): FilesHints {
  function read(path: string): Readonly<Record<string, unknown>> | undefined {
    let value: unknown;
    try {
      const bytes = fs.read(path);
      value = bytes && JSON.parse(new TextDecoder().decode(bytes));
    } catch (error) {
      // Torn or unreadable: as good as no hint. What is not about the file is a bug.
      if (!(error instanceof SyntaxError) && systemCode(error) === undefined) throw error;
      return undefined;
    }
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  }

  function revisionsIn(path: string): Readonly<Record<string, number>> | undefined {
    const entries = Object.entries(read(path) ?? {}).filter((entry): entry is [string, number] =>
      isRevision(entry[1]),
    );
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  }

  async function save(path: string, value: unknown): Promise<void> {
    try {
      await makeCache(fs, paths);
      await makeFolders(fs, dirname(path), paths.cache);
      const staging = await fs.makeTemporaryFolder(join(paths.cache, 'tmp', 'hint-'));
      try {
        await fs.write(join(staging, 'hint.json'), JSON.stringify(value));
        await fs.rename(join(staging, 'hint.json'), path);
      } finally {
        await fs.remove(staging);
      }
    } catch (error) {
      // A full or read-only disk: the next reader takes a little longer.
      if (systemCode(error) === undefined) throw error;
    }
  }

  return {
    heads() {
      return revisionsIn(paths.headsHint);
    },
    async saveHeads(now, before) {
      const ids = Object.keys(now);
      const same = ids.every(id => now[id] === before?.[id]);
      if (ids.length === 0 || (same && ids.length === Object.keys(before ?? {}).length)) return;
      await save(paths.headsHint, now);
    },
    publishes(id) {
      return revisionsIn(paths.publishHint(id));
    },
    savePublishes: (id, revisions) => save(paths.publishHint(id), revisions),
  };
}

/** The cache folder ignores itself in git, whoever makes it first. */
export async function makeCache(fs: FileSystem, paths: RegistryPaths): Promise<void> {
  await fs.makeFolder(paths.cache);
  await fs.makeFolder(join(paths.cache, 'tmp'));
  const ignore = join(paths.cache, '.gitignore');
  if (fs.stat(ignore)) return;
  try {
    await fs.write(ignore, '*\n');
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** Makes a folder and those above it, below a folder that exists. */
async function makeFolders(fs: FileSystem, folder: string, base: string): Promise<void> {
  if (folder === base || fs.stat(folder)) return;
  await makeFolders(fs, dirname(folder), base);
  await fs.makeFolder(folder);
}

function isRevision(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
