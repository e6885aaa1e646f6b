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
 * A cache in a folder, one file per answer; several processes may share it. Now and then a write looks whether
 * the folder has outgrown its bounds; the oldest answers go then. Without write permission or room on the disk
 * it keeps nothing and says nothing.
 */
export function fileCache(
  folder: string,
  { maxBytes = 256 * 1024 * 1024, maxEntries = 100_000 }: FileCacheLimits = {},
): AnswerCache {
  const fileOf = (key: string): string => path.join(folder, key.slice(0, 2), `${key.slice(2)}.json`);
  // Which writes look is a matter of their keys: it needs no count that processes would have to share.
  const every = Math.min(4096, Math.max(1, Math.floor(maxEntries / 8)));
  const looks = (key: string): boolean => Number.parseInt(key.slice(-4), 16) % every === 0;
  let prepared: Promise<void> | undefined;

  return {
    async read(key) {
      try {
        return JSON.parse(await readFile(fileOf(key), 'utf8')) as unknown;
      } catch {
        // Not there, or not whole: ask the model.
        return undefined;
      }
    },
    async write(key, value) {
      const file = fileOf(key);
      const temporary = `${file}.${randomUUID()}.tmp`;
      try {
        await (prepared ??= prepare(folder));
        await writeWithFolder(temporary, JSON.stringify(value));
        await rename(temporary, file);
        if (looks(key)) await prune(folder, { bytes: maxBytes, entries: maxEntries });
      } catch {
        // A cache that cannot be written costs money, not correctness.
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

interface Bounds {
  readonly bytes: number;
  readonly entries: number;
}

interface Entry {
  readonly file: string;
  readonly bytes: number;
  readonly time: number;
}

/** Answers are nobody's history: git leaves the folder out. */
async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
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

async function prune(folder: string, bounds: Bounds): Promise<void> {
  const entries = (await listEntries(folder)).toSorted((a, b) => a.time - b.time);
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  let count = entries.length;
  if (bytes <= bounds.bytes && count <= bounds.entries) return;
  for (const entry of entries) {
    if (bytes <= bounds.bytes * 0.8 && count <= bounds.entries * 0.8) return;
    await rm(entry.file, { force: true });
    bytes -= entry.bytes;
    count--;
  }
}
