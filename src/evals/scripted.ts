import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { parseDocument } from 'yaml';
import { messageOf, PromptgateError } from '../errors.ts';
import { normalizeText, sha256 } from '../prompt/digest.ts';
import type { JsonValue } from '../prompt/prompt.ts';
import { isJsonObject } from '../prompt/valueType.ts';
import { guardedPattern, type GuardedPattern } from './guardedPattern.ts';
import { CallFailure, type ChatRequest, type ChatResponse, type Provider } from './model.ts';

const texts = v.union(
  [v.pipe(v.string(), v.nonEmpty()), v.array(v.pipe(v.string(), v.nonEmpty()))],
  'must be a text or a list of texts',
);
const milliseconds = v.pipe(v.number('must be milliseconds'), v.minValue(0, 'must not be negative'));
const reply = v.custom<JsonValue>(
  value => value !== undefined && value !== null,
  'must be text, or a map or list sent as JSON',
);

const ruleSchema = v.pipe(
  v.strictObject({
    when: v.optional(
      v.strictObject({
        equals: v.optional(v.string('must be text')),
        contains: v.optional(texts),
        regex: v.optional(v.pipe(v.string('must be text'), v.check(isRegex, 'is not a regular expression'))),
        anywhere: v.optional(texts),
        nowhere: v.optional(texts),
      }),
      {},
    ),
    model: v.optional(v.string('must be the name of a model')),
    reply: v.optional(reply),
    error: v.optional(
      v.strictObject({
        kind: v.picklist(
          [
            'unauthorized',
            'rate-limited',
            'server',
            'bad-request',
            'network',
            'timeout',
            'empty',
            'malformed',
          ],
          'must be one of unauthorized, rate-limited, server, bad-request, network, timeout, empty, malformed',
        ),
        message: v.string('must be text'),
        status: v.optional(v.number('must be a number')),
      }),
    ),
    latencyMs: v.optional(milliseconds),
    usage: v.optional(v.strictObject({ inputTokens: v.number(), outputTokens: v.number() })),
  }),
  v.check(rule => (rule.reply === undefined) !== (rule.error === undefined), 'needs either reply or error'),
);

const scriptSchema = v.strictObject({
  version: v.optional(v.literal(1, 'must be 1')),
  latencyMs: v.optional(milliseconds, 0),
  answers: v.optional(v.array(ruleSchema, 'must be a list'), []),
  default: v.optional(reply),
});
type Script = v.InferOutput<typeof scriptSchema>;
type Rule = v.InferOutput<typeof ruleSchema>;

/**
 * Canned answers from a YAML file: the first rule that holds replies, else `default`. See media/docs/scripted.md.
 * No network, no cost. Embeddings compare words, not meaning.
 * @throws PromptgateError `bad-script`
 */
export function scriptedProvider(name: string, yamlText: string): Provider {
  const script = readScript(name, yamlText);
  const rules = script.answers.map(rule => ({ rule, holds: condition(rule) }));
  return {
    name,
    origin: `scripted:${sha256(normalizeText(yamlText))}`,
    scripted: true,
    concurrency: 20,
    async chat(request, signal) {
      const asked = toAsked(request);
      const rule = rules.find(({ holds }) => holds(asked))?.rule;
      const latencyMs = rule?.latencyMs ?? script.latencyMs;
      if (latencyMs > 0) await sleep(latencyMs, undefined, { signal });
      return answer(name, request, asked, rule, script.default);
    },
    embed({ input }, signal) {
      signal.throwIfAborted();
      return Promise.resolve({ vectors: input.map(wordVector) });
    },
  };
}

function answer(
  name: string,
  request: ChatRequest,
  asked: Asked,
  rule: Rule | undefined,
  otherwise: JsonValue | undefined,
): ChatResponse {
  if (rule?.error !== undefined) throw new CallFailure(rule.error);
  const said = rule === undefined ? otherwise : rule.reply;
  if (said === undefined) {
    const excerpt = asked.last.replace(/\s+/g, ' ').slice(0, 80);
    const message = `No scripted answer in "${name}" for ${request.model}: "${excerpt}${asked.last.length > 80 ? '…' : ''}"`;
    throw new CallFailure({ kind: 'no-script', message });
  }
  return {
    text: typeof said === 'string' ? said : JSON.stringify(said),
    model: request.model,
    usage: rule?.usage,
    finishReason: 'stop',
  };
}

interface Asked {
  readonly model: string;
  /** Text of the last message. */
  readonly last: string;
  /** Text of all messages. */
  readonly all: string;
}

function toAsked({ model, messages }: ChatRequest): Asked {
  const parts = messages.map(({ content }) =>
    typeof content === 'string' ? content : JSON.stringify(content ?? ''),
  );
  return { model, last: parts.at(-1) ?? '', all: parts.join('\n\n') };
}

/** All conditions of a rule must hold; letters' case matters to `equals` and `regex` only. */
function condition({ when, model }: Rule): (asked: Asked) => boolean {
  const { equals, regex } = when;
  const contains = lower(when.contains);
  const anywhere = lower(when.anywhere);
  const nowhere = lower(when.nowhere);
  const search = regex === undefined ? undefined : guardedPattern(new RegExp(regex, 'u'));
  return asked => {
    if (model !== undefined && asked.model !== model && !asked.model.endsWith(`/${model}`)) return false;
    if (equals !== undefined && asked.last.trim() !== equals.trim()) return false;
    if (search !== undefined && !isFound(search, asked.last)) return false;
    const last = asked.last.toLowerCase();
    const all = asked.all.toLowerCase();
    return (
      contains.every(text => last.includes(text)) &&
      anywhere.every(text => all.includes(text)) &&
      !nowhere.some(text => all.includes(text))
    );
  };
}

function isFound(search: GuardedPattern, text: string): boolean {
  try {
    return search(text) !== null;
  } catch (error) {
    throw new CallFailure({ kind: 'no-script', message: `A rule cannot be tried: ${messageOf(error)}.` });
  }
}

function lower(given: string | readonly string[] | undefined): readonly string[] {
  return (given === undefined ? [] : typeof given === 'string' ? [given] : given).map(text =>
    text.toLowerCase(),
  );
}

function isRegex(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

function readScript(name: string, text: string): Script {
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { logLevel: 'silent', merge: true });
  const broken = document.errors[0];
  if (broken !== undefined) throw badScript(name, broken.message.split('\n')[0] ?? broken.message);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    // Aliases that name nothing, or stand for too much.
    throw badScript(name, messageOf(error));
  }
  if (!isJsonObject(value)) throw badScript(name, 'the file must be a map with answers:');
  const parsed = v.safeParse(scriptSchema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const path = v.getDotPath(issue);
  const message = issue.type === 'strict_object' ? 'is not known' : issue.message;
  throw badScript(name, `${path ?? 'the file'} ${message}`);
}

function badScript(name: string, detail: string): PromptgateError {
  return new PromptgateError(
    'bad-script',
    `The answers of the scripted provider "${name}" cannot be read: ${detail}`,
  );
}

const dimensions = 512;

/** A text as counts of its words and their letter triples, hashed to a fixed length: the same everywhere. */
export function wordVector(text: string): readonly number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  const add = (piece: string, weight: number): void => {
    const slot = hash(piece) % dimensions;
    vector[slot] = (vector[slot] ?? 0) + weight;
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    // Short words carry little: "the" in both texts does not make them alike.
    add(word, word.length < 4 ? 0.3 : 1);
    if (word.length < 4) continue;
    for (let at = 0; at + 3 <= word.length; at++) add(`#${word.slice(at, at + 3)}`, 0.3);
  }
  return vector;
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
