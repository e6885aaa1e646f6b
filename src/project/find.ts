import { relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { idFromPath } from '../prompt/id.ts';
import type { PromptGlob } from './config.ts';

/** Folders that never hold prompts of one's own. */
export const ignoredFolders = ['node_modules', '.git', '.promptgate', '.vscode-test', 'dist'];

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
    include: glob.include,
    matches: picomatch(glob.include, { dot: false }),
  }));
  const below = (folder: string, path: string): string | undefined => {
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
      const { glob } = await import('tinyglobby');
      const found = new Set<string>();
      for (const matcher of matchers) {
        const paths = await glob(matcher.include, {
          cwd: matcher.folder,
          absolute: true,
          followSymbolicLinks: false,
          ignore: ignoredFolders.map(name => `**/${name}/**`),
        });
        for (const path of paths) found.add(resolve(path));
      }
      return [...found].sort();
    },
    has: path => match(path) !== undefined,
    idOf: path => idFromPath(match(path) ?? below(root, path) ?? path.split(sep).slice(-1).join('/')),
  };
}
