import { writeFileSync } from 'node:fs';
import type { FileSystem } from '../../src/registry/fileSystem.ts';

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by a test`), { code });
}

/** As FAT, and some network folders: real files beneath, but no second names. */
export function withoutHardLinks(fs: FileSystem): FileSystem {
  return { ...fs, link: async () => Promise.reject(systemError('EPERM')) };
}

/** Calls `before` ahead of every call, with its number from 1; what it throws is what the call throws. */
export function counted(
  fs: FileSystem,
  before: (call: number, name: keyof FileSystem, args: readonly unknown[]) => void,
): FileSystem {
  let calls = 0;
  const watched = Object.entries(fs).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      calls += 1;
      before(calls, name as keyof FileSystem, args);
      return (method as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(watched) as FileSystem;
}

export class Crash extends Error {}

/** A process that dies at its n-th call; half of what it was writing may be on the disk. After that nothing works. */
export function crashingAt(fs: FileSystem, at: number): { readonly fs: FileSystem; crashed(): boolean } {
  let crashed = false;
  return {
    crashed: () => crashed,
    fs: counted(fs, (call, name, args) => {
      if (call < at) return;
      if (!crashed && name === 'write') {
        const [path, bytes] = args as [string, string | Uint8Array];
        writeFileSync(path, bytes.slice(0, bytes.length / 2));
      }
      crashed = true;
      throw new Crash(`crashed in ${name}`);
    }),
  };
}
