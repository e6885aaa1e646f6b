import { readdirSync, readFileSync, statSync } from 'node:fs';
import { link, mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { systemCode } from '../errors.ts';

/**
 * What the registry needs of a file system; tests put one between that crashes, fills up or has no hard links.
 * Reads are synchronous: a list opens 500 small files, and promises would take ten times as long over each.
 */
export interface FileSystem {
  /** Undefined: no such file. Throws `EISDIR` for a folder. */
  read(path: string): Uint8Array | undefined;
  /** The same as text, in half the time. A byte that is not UTF-8 comes as U+FFFD: such a file is damaged anyway. */
  readText(path: string): string | undefined;
  /** Names in a folder, in no order. Undefined: no such folder. */
  names(path: string): readonly string[] | undefined;
  stat(path: string): FileStat | undefined;
  /** One level; that it exists already is fine. */
  makeFolder(path: string): Promise<void>;
  /** A new folder of a name that nobody else has, beginning with `prefix`. */
  makeTemporaryFolder(prefix: string): Promise<string>;
  /** Creates a file and brings its bytes to the disk. Throws `EEXIST`. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** A second name for a file. Throws `EEXIST`, and some code of its own where there are no hard links. */
  link(from: string, to: string): Promise<void>;
  /** Atomic. A file replaces a file; a folder never replaces a file, nor a folder with anything in it. */
  rename(from: string, to: string): Promise<void>;
  /** A file, or a folder with all in it; that it is gone already is fine. */
  remove(path: string): Promise<void>;
  /** Brings a folder's names to the disk. */
  syncFolder(path: string): Promise<void>;
}

export interface FileStat {
  readonly isFolder: boolean;
  /** Tells a folder from another one that took its name: inodes alone are given out again at once. */
  readonly identity: string;
}

export const nodeFileSystem: FileSystem = {
  read: path => orUndefined(() => readFileSync(path)),
  readText: path => orUndefined(() => readFileSync(path, 'utf8')),
  names: path => orUndefined(() => readdirSync(path)),
  stat(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    return (
      found && {
        isFolder: found.isDirectory(),
        identity: `${found.dev} ${found.ino} ${found.birthtimeMs}`,
      }
    );
  },
  async makeFolder(path) {
    try {
      await mkdir(path);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  },
  makeTemporaryFolder: prefix => mkdtemp(prefix),
  async write(path, bytes) {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  link: (from, to) => link(from, to),
  rename: (from, to) => rename(from, to),
  remove: path => rm(path, { recursive: true, force: true }),
  async syncFolder(path) {
    // Windows opens no folders, and some network file systems sync none: there the names are as safe as they get.
    const unable = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'];
    try {
      const folder = await open(path, 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    } catch (error) {
      if (!unable.includes(systemCode(error) ?? '')) throw error;
    }
  },
};

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = systemCode(error);
    // ENOTDIR: a file lies where a folder of the path should be, so there is nothing of that name either.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
