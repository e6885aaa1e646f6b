import { join } from 'node:path';
import { PromptgateError, systemCode } from '../errors.ts';
import { decodeEvent, type StoredEvent } from './event.ts';
import type { FileSystem } from './fileSystem.ts';
import { damagedFile } from './parseStored.ts';
import { eventInFolder, revisionOf, type RegistryPaths } from './registryPaths.ts';

/** Reads events. What was decoded before is taken only for the very text that is on the disk now. */
export interface FilesLog {
  /** Revisions in the log folder, ascending. */
  revisions(id: string): readonly number[];
  /** The bytes of an event as they lie there. */
  bytes(id: string, revision: number): { readonly path: string; readonly bytes: Uint8Array } | undefined;
  /** Undefined: no such event. @throws PromptgateError `damaged`, `log-conflict`, `newer-format` */
  event(id: string, revision: number): StoredEvent | undefined;
  /** @throws PromptgateError `damaged` also when it is missing */
  existing(id: string, revision: number): StoredEvent;
  /** The last event, found without hints; undefined for an unknown prompt. */
  last(id: string): StoredEvent | undefined;
  /** By the hint when that event is there and the one after it is not; a gap behind it is for `verify` to find. */
  lastByHint(id: string, hint: number | undefined): StoredEvent | undefined;
  /** All events, oldest first; of a log that is read again with the same head, those that were read before. */
  all(id: string): readonly StoredEvent[];
}

export function filesLog(
  fs: Pick<FileSystem, 'read' | 'readText' | 'names' | 'stat'>,
  paths: RegistryPaths,
): FilesLog {
  /** Events of the prompt that was read last: planning a release goes over its log several times. */
  let recent: { readonly id: string; readonly events: Map<number, StoredEvent> } = {
    id: '',
    events: new Map(),
  };
  /** The log that was read last, by the hash of its head, which stands for all that is before it. */
  let whole: { readonly head: string; readonly events: readonly StoredEvent[] } = { head: '', events: [] };
  /** Decoded last events by id. */
  const lastEvents = new Map<string, StoredEvent>();

  /** An event is a file, or where there are no hard links a folder with the file in it. */
  function at<T>(
    id: string,
    revision: number,
    read: (path: string) => T | undefined,
  ): { path: string; found: T } | undefined {
    let path = paths.event(id, revision);
    let found: T | undefined;
    try {
      found = read(path);
    } catch (error) {
      if (systemCode(error) !== 'EISDIR') throw error;
      path = join(path, eventInFolder);
      found = read(path);
    }
    return found === undefined ? undefined : { path, found };
  }

  function textAt(id: string, revision: number): { path: string; text: string } | undefined {
    const text = at(id, revision, fs.readText);
    return text && { path: text.path, text: text.found };
  }

  function event(id: string, revision: number): StoredEvent | undefined {
    const found = textAt(id, revision);
    return found && decoded(id, revision, found);
  }

  function decoded(id: string, revision: number, found: { path: string; text: string }): StoredEvent {
    if (recent.id !== id) recent = { id, events: new Map() };
    const known = recent.events.get(revision);
    if (known?.text === found.text) return known;
    const stored = decodeEvent(found.text, found.path);
    if (stored.event.id !== id || stored.event.revision !== revision)
      throw damagedFile(found.path, `is revision ${stored.event.revision} of ${stored.event.id}`);
    recent.events.set(revision, stored);
    return stored;
  }

  function revisions(id: string): number[] {
    return (fs.names(paths.log(id)) ?? [])
      .map(revisionOf)
      .filter(revision => revision !== undefined)
      .sort((a, b) => a - b);
  }

  function all(id: string): readonly StoredEvent[] {
    const head = last(id);
    if (!head) return [];
    if (whole.head !== head.hash)
      whole = { head: head.hash, events: upTo(head.event.revision).map(revision => existing(id, revision)) };
    return whole.events;
  }

  /** By number, not by what is there: an event that is missing is said to be. */
  function upTo(revision: number): number[] {
    return Array.from({ length: revision }, (_, index) => index + 1);
  }

  /** Of the last event, by its name alone: names of one length sort as their numbers do. */
  function lastRevision(id: string): number | undefined {
    let highest = '';
    for (const name of fs.names(paths.log(id)) ?? [])
      if (name.length > highest.length || (name.length === highest.length && name > highest))
        if (revisionOf(name) !== undefined) highest = name;
    return revisionOf(highest);
  }

  function last(id: string): StoredEvent | undefined {
    let revision: number | undefined;
    // Between the two reads git may be putting another branch there: look again before calling it damage.
    for (let attempt = 0; attempt < 3; attempt++) {
      revision = lastRevision(id);
      if (revision === undefined) return undefined;
      const found = event(id, revision);
      if (found) return found;
    }
    return revision === undefined ? undefined : existing(id, revision);
  }

  function lastByHint(id: string, hint: number | undefined): StoredEvent | undefined {
    const hinted = hint !== undefined && !fs.stat(paths.event(id, hint + 1)) ? textAt(id, hint) : undefined;
    const revision = hinted ? hint : lastRevision(id);
    const read = hinted ?? (revision === undefined ? undefined : textAt(id, revision));
    if (!read || revision === undefined) return undefined;
    const known = lastEvents.get(id);
    const found = known?.text === read.text ? known : decoded(id, revision, read);
    lastEvents.set(id, found);
    return found;
  }

  function existing(id: string, revision: number): StoredEvent {
    const found = event(id, revision);
    if (found) return found;
    throw new PromptgateError(
      'damaged',
      `${paths.event(id, revision)} is missing from the release log. Bring it back, e.g. with "git checkout -- <file>", then run "promptgate verify".`,
      { data: { file: paths.event(id, revision) } },
    );
  }

  return {
    revisions,
    bytes(id, revision) {
      const bytes = at(id, revision, fs.read);
      return bytes && { path: bytes.path, bytes: bytes.found };
    },
    event,
    existing,
    last,
    lastByHint,
    all,
  };
}
