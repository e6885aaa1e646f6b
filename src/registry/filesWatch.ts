import { watch, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';
import { PromptgateError, systemCode } from '../errors.ts';
import type { FileSystem } from './fileSystem.ts';
import type { RegistryPaths } from './registryPaths.ts';
import type { Disposable } from './store.ts';

export interface WatchOptions {
  /** Folder notifications come in bursts: how long to wait for the last of them. */
  readonly settleMs: number;
  /** How often to look where the system cannot notify; where it can, a fifth as often. */
  readonly pollMs: number;
  /** Opens a notifier for one folder; tests give one that cannot. */
  readonly notify: (folder: string, onEvent: () => void) => FSWatcher;
}

export const defaultWatchOptions: WatchOptions = {
  settleMs: 25,
  pollMs: 2000,
  // Not recursive: on Linux Node would open a notifier for every single file below.
  notify: (folder, onEvent) => watch(folder, { persistent: false }, onEvent),
};

export interface FilesWatch {
  watch(onChange: (id: string) => void): Disposable;
  /** Looks without being notified: for what this process itself changed. */
  lookSoon(): void;
}

/**
 * Calls back when the last event of a prompt is another one, whoever wrote it. Notifications only say when to
 * look; what changed is found by reading the heads, so that a lost or a doubled one does no harm.
 */
export function filesWatch(
  fs: FileSystem,
  paths: RegistryPaths,
  readHeads: () => ReadonlyMap<string, string>,
  options: WatchOptions = defaultWatchOptions,
): FilesWatch {
  const watching = new Set<HeadWatch>();
  return {
    lookSoon() {
      for (const each of watching) each.lookSoon();
    },
    watch(onChange) {
      const each = new HeadWatch({ fs, paths, readHeads, onChange, options });
      watching.add(each);
      return {
        dispose() {
          watching.delete(each);
          each.dispose();
        },
      };
    },
  };
}

interface HeadWatchDeps {
  readonly fs: FileSystem;
  readonly paths: RegistryPaths;
  readonly readHeads: () => ReadonlyMap<string, string>;
  readonly onChange: (id: string) => void;
  readonly options: WatchOptions;
}

class HeadWatch implements Disposable {
  readonly #deps: HeadWatchDeps;
  readonly #notifiers = new Map<string, { readonly notifier: FSWatcher; readonly identity: string }>();
  #heads: ReadonlyMap<string, string>;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #polling: { readonly deaf: boolean; readonly timer: ReturnType<typeof setInterval> } | undefined;
  #disposed = false;

  constructor(deps: HeadWatchDeps) {
    this.#deps = deps;
    // Notifiers first: what happens between the two is then notified of, and not missed.
    this.#placeNotifiers();
    this.#heads = this.#readHeads() ?? new Map();
  }

  look(): void {
    if (this.#disposed) return;
    this.#placeNotifiers();
    const before = this.#heads;
    const found = this.#readHeads();
    if (!found) return;
    this.#heads = found;
    for (const id of new Set([...before.keys(), ...found.keys()]))
      if (!this.#disposed && before.get(id) !== found.get(id)) this.#deps.onChange(id);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#soon);
    clearInterval(this.#polling?.timer);
    for (const { notifier } of this.#notifiers.values()) notifier.close();
    this.#notifiers.clear();
  }

  /** Undefined while the folder cannot be read; looking goes on until it can. */
  #readHeads(): ReadonlyMap<string, string> | undefined {
    try {
      return this.#deps.readHeads();
    } catch (error) {
      if (!(error instanceof PromptgateError) && systemCode(error) === undefined) throw error;
      this.#poll(true);
      return undefined;
    }
  }

  lookSoon(): void {
    if (this.#disposed || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.look();
    }, this.#deps.options.settleMs);
    this.#soon.unref();
  }

  #placeNotifiers(): void {
    const wanted = this.#folders();
    if (!wanted) return this.#poll(true);
    for (const [folder, { notifier, identity }] of this.#notifiers) {
      // A folder that was replaced has another identity: the old notifier is deaf.
      if (wanted.get(folder) === identity) continue;
      notifier.close();
      this.#notifiers.delete(folder);
    }
    let deaf = false;
    for (const [folder, identity] of wanted)
      if (!this.#notifiers.has(folder) && !this.#placeNotifier(folder, identity)) deaf = true;
    this.#poll(deaf);
  }

  /** Undefined while one of them cannot be read. */
  #folders(): ReadonlyMap<string, string> | undefined {
    try {
      return folders(this.#deps.fs, this.#deps.paths);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return undefined;
    }
  }

  #placeNotifier(folder: string, identity: string): boolean {
    try {
      const notifier = this.#deps.options.notify(folder, () => this.lookSoon());
      notifier.on('error', () => {
        notifier.close();
        this.#notifiers.delete(folder);
        this.lookSoon();
      });
      this.#notifiers.set(folder, { notifier, identity });
      return true;
    } catch (error) {
      // Gone again, or the system has no notifier left (ENOSPC on Linux): then looking now and then must do.
      if (systemCode(error) === undefined) throw error;
      return false;
    }
  }

  /** Looking now and then does not end: network folders take notifiers and tell them nothing of other machines. */
  #poll(deaf: boolean): void {
    if (this.#polling?.deaf === deaf) return;
    clearInterval(this.#polling?.timer);
    const { pollMs } = this.#deps.options;
    const timer = setInterval(() => this.look(), deaf ? pollMs : pollMs * 5);
    timer.unref();
    this.#polling = { deaf, timer };
  }
}

/** Each folder in which a release could make a new name, or else the nearest one above it that exists. */
function folders(fs: FileSystem, paths: RegistryPaths): Map<string, string> {
  const found = new Map<string, string>();
  const add = (folder: string): boolean => {
    const stat = fs.stat(folder);
    if (!stat?.isFolder) return false;
    found.set(folder, stat.identity);
    return true;
  };
  let top = paths.prompts;
  while (!add(top) && dirname(top) !== top) top = dirname(top);
  // Tells when the whole registry is moved away, of which nothing below hears.
  add(paths.root);
  for (const service of fs.names(paths.prompts) ?? []) {
    if (!add(join(paths.prompts, service))) continue;
    for (const name of fs.names(join(paths.prompts, service)) ?? []) {
      add(join(paths.prompts, service, name));
      add(join(paths.prompts, service, name, 'log'));
    }
  }
  return found;
}
