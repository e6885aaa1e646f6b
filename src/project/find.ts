import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, normalize, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { systemCode } from '../errors.ts';
import { idFromPath } from '../prompt/id.ts';
import type { PromptGlob } from './config.ts';

/** Folders that never hold prompts of one's own. */
const ignoredFolders = ['node_modules', '.git', '.promptgate', '.vscode-test', 'dist'];

/** Which files are prompts, and under which id. */
export interface PromptFiles {
  /** Absolute paths, sorted. */
  find(): Promise<readonly string[]>;
  has(path: string): boolean;
  idOf(path: string): string;
}

export function promptFiles(root: string, globs: readonly PromptGlob[]): PromptFiles {
  const matchers = globs.map(glob => ({
    folder: resolve(root, glob.root),
    isDeep: mayMatchBelow(glob.include),
    matches: picomatch(glob.include, { dot: false }),
  }));
  const below = (folder: string, path: string): string | undefined => {
    // Nearly all are as we found them, and need not be resolved: in a list of 500 prompts it shows.
    if (path.startsWith(folder + sep) && isPlain(path))
      return path.slice(folder.length + 1).replaceAll(sep, '/');
    const inner = relative(folder, path);
    return inner === '' || inner.startsWith('..') || resolve(folder, inner) !== resolve(path)
      ? undefined
      : inner.split(sep).join('/');
  };
  const match = (path: string) => {
    for (const matcher of matchers) {
      const inner = below(matcher.folder, path);
      if (inner === undefined || inner.split('/').some(part => ignoredFolders.includes(part))) continue;
      if (matcher.matches(inner)) return inner;
    }
    return undefined;
  };
  return {
    async find() {
      const found = new Set<string>();
      for (const matcher of matchers) {
        for await (const path of filesBelow(matcher.folder, matcher.isDeep)) {
          if (matcher.matches(below(matcher.folder, path) ?? '')) found.add(path);
        }
      }
      return [...found].sort();
    },
    has: path => match(path) !== undefined,
    idOf: path => idFromPath(match(path) ?? below(root, path) ?? path.split(sep).slice(-1).join('/')),
  };
}

/** Whether nothing in an absolute path leads up, stays or is empty. */
function isPlain(path: string): boolean {
  return normalize(path) === path;
}

/** Whether a pattern may match in folders further in, so that they are worth a look: `*.prompt.yml` may not. */
function mayMatchBelow(include: string): boolean {
  return include.includes('/') || include.includes('**');
}

/** Every file below a folder, or just of it, but for links and for folders that never hold prompts. A missing folder has none. */
async function* filesBelow(folder: string, isDeep: boolean): AsyncGenerator<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    // Not there, or not for us to read: other folders still count.
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile()) yield path;
    else if (isDeep && entry.isDirectory() && !ignoredFolders.includes(entry.name))
      yield* filesBelow(path, isDeep);
  }
}
