import { canonicalJson, sha256 } from '../prompt/digest.ts';
import type { JsonValue } from '../prompt/prompt.ts';
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
  if (!isRecord(value) || !isRecord(value['response'])) return undefined;
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
  return sha256(canonicalJson(address));
}

/** Without the keys that are there but undefined: JSON has no such thing. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
