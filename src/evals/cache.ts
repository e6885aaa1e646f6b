import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PromptgateError, systemCode } from '../errors.ts';
import { canonicalJson, sha256 } from '../prompt/digest.ts';
import type { JsonValue } from '../prompt/prompt.ts';
import { isJsonObject } from '../prompt/valueType.ts';
import type { ChatRequest, ChatResponse } from './model.ts';

/** Answers by content address. A miss or a broken entry is `undefined`; writing never fails a run. */
export interface AnswerCache {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

/** Raised when requests are put on the wire differently, so that old answers no longer count. */
const wireVersion = 1;

/** Address of a chat answer: everything that reaches the model, where it is sent, and which repeat it is. */
export function chatKey(origin: string, request: ChatRequest, repeat = 0): string {
  return keyOf({ kind: 'chat', wireVersion, origin, repeat, request: plain(request) });
}

/** Address of one text's embedding. */
export function embeddingKey(origin: string, model: string, text: string): string {
  return keyOf({ kind: 'embedding', wireVersion, origin, model, text });
}

export interface CachedChat {
  readonly response: ChatResponse;
  readonly latencyMs: number;
}

/** @returns undefined unless the entry is whole */
export function asCachedChat(value: unknown): CachedChat | undefined {
  if (!isJsonObject(value) || !isJsonObject(value['response'])) return undefined;
  if (typeof value['response']['text'] !== 'string' || typeof value['latencyMs'] !== 'number')
    return undefined;
  return value as unknown as CachedChat;
}

/** Vectors are kept as single precision: a quarter of the room that JSON takes. */
export function packVector(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}

export function unpackVector(value: unknown): readonly number[] | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

function keyOf(address: JsonValue): string {
  return sha256(canonicalOr(address));
}

/** Half a character (a lone surrogate) has no canonical form, but a model may well answer one. */
function canonicalOr(address: JsonValue): string {
  try {
    return canonicalJson(address);
  } catch (error) {
    if (!(error instanceof PromptgateError)) throw error;
    return JSON.stringify(address);
  }
}

/** Without the keys that are there but undefined: JSON has no such thing. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

export interface FileCacheLimits {
  readonly maxBytes?: number;
  readonly maxEntries?: number;
}

/**
 * A cache in a folder, one file per answer; several processes may share it. When it grows beyond its bounds
 * the oldest answers go. Without write permission or room on the disk it keeps nothing and says nothing.
 */
export function fileCache(
  folder: string,
  { maxBytes = 256 * 1024 * 1024, maxEntries = 100_000 }: FileCacheLimits = {},
): AnswerCache {
  const fileOf = (key: string): string => path.join(folder, key.slice(0, 2), `${key.slice(2)}.json`);
  let prepared: Promise<Room> | undefined;
  let pruning: Promise<void> | undefined;

  async function write(key: string, value: unknown): Promise<void> {
    const room = await (prepared ??= prepare(folder));
    const file = fileOf(key);
    const text = JSON.stringify(value);
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      await writeWithFolder(temporary, text);
      await rename(temporary, file);
    } catch {
      // A cache that cannot be written costs money, not correctness.
      await rm(temporary, { force: true }).catch(() => undefined);
      return;
    }
    room.bytes += text.length;
    room.entries++;
    if (room.bytes > maxBytes || room.entries > maxEntries) {
      pruning ??= prune(folder, { bytes: maxBytes * 0.8, entries: maxEntries * 0.8 }, room).finally(() => {
        pruning = undefined;
      });
      await pruning;
    }
  }

  return {
    async read(key) {
      try {
        return JSON.parse(await readFile(fileOf(key), 'utf8')) as unknown;
      } catch {
        // Not there, or not whole: ask the model.
        return undefined;
      }
    },
    write,
  };
}

/** What the folder holds, roughly: other processes write too. */
interface Room {
  bytes: number;
  entries: number;
}

interface Entry {
  readonly file: string;
  readonly bytes: number;
  readonly time: number;
}

async function prepare(folder: string): Promise<Room> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // There already, or not writable: then every write says so.
  }
  const entries = await listEntries(folder);
  return { bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0), entries: entries.length };
}

async function writeWithFolder(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

async function listEntries(folder: string): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  try {
    for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!item.isFile() || !/\.(json|tmp)$/.test(item.name)) continue;
      const file = path.join(item.parentPath, item.name);
      const known = await stat(file).catch(() => undefined);
      if (known !== undefined) found.push({ file, bytes: known.size, time: known.mtimeMs });
    }
  } catch {
    // Gone meanwhile: nothing to count.
  }
  return found;
}

async function prune(folder: string, target: Room, room: Room): Promise<void> {
  const entries = (await listEntries(folder)).toSorted((a, b) => a.time - b.time);
  room.bytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  room.entries = entries.length;
  for (const { file, bytes } of entries) {
    if (room.bytes <= target.bytes && room.entries <= target.entries) return;
    await rm(file, { force: true }).catch(() => undefined);
    room.bytes -= bytes;
    room.entries--;
  }
}
