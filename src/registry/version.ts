import * as v from 'valibot';
import { contentDigest, sha256, targetDigest } from '../prompt/digest.ts';
import type { Prompt } from '../prompt/prompt.ts';
import { damagedFile, parseStored } from './event.ts';
import { inOrder, toStoredJson } from './storedJson.ts';
import type { Version, VersionSummary } from './store.ts';
import { isVersionNumber } from './versionNumber.ts';

/** A version as it is stored: the frozen form with its digests, and beside it the source as published. */
export interface StoredVersion {
  readonly json: string;
  readonly source: string;
  /** sha256 of `json`. */
  readonly hash: string;
}

const promptKeys: readonly (keyof Prompt)[] = [
  'id',
  'name',
  'description',
  'model',
  'modelParameters',
  'responseFormat',
  'jsonSchema',
  'tools',
  'toolChoice',
  'template',
  'variables',
  'messages',
  'testData',
  'datasets',
  'evaluators',
  'gate',
  'metadata',
];

/** The one text that a version is stored as. Rows and variables keep the order of their file. */
export function encodeVersion(version: Version): StoredVersion {
  const { schema, id, author, time, message, sourceDigest } = version;
  const json = toStoredJson({
    schema,
    id,
    version: version.version,
    author,
    time,
    message,
    digests: inOrder(version.digests, ['content', 'target', 'suite']),
    target: inOrder(version.target, ['model', 'parameters']),
    sourceDigest,
    datasets: version.datasets.map(dataset => inOrder(dataset, ['path', 'digest'])),
    prompt: inOrder(version.prompt, promptKeys),
  });
  return { json, source: version.source, hash: sha256(json) };
}

/** `2.4.0-9f3c1a2b4d5e`: what both files of a version are called, before their suffix. */
export function versionFileName(summary: Pick<VersionSummary, 'version' | 'hash'>): string {
  return `${summary.version}-${summary.hash.slice(0, 12)}`;
}

const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const record = v.record(v.string(), v.unknown());
const versionSchema = v.strictObject({
  schema: v.literal('promptgate/version/1'),
  id: v.string(),
  version: v.pipe(v.string(), v.check(isVersionNumber, 'Expected a version such as 1.2.0')),
  author: v.string(),
  time: v.pipe(v.string(), v.isoTimestamp()),
  message: v.string(),
  digests: v.strictObject({ content: hex, target: hex, suite: hex }),
  target: v.strictObject({ model: v.optional(v.string()), parameters: record }),
  sourceDigest: hex,
  datasets: v.array(v.strictObject({ path: v.string(), digest: hex })),
  prompt: v.looseObject({
    modelParameters: record,
    responseFormat: v.picklist(['text', 'json_object', 'json_schema']),
    template: v.picklist(['literal', 'mustache']),
    variables: record,
    messages: v.array(
      v.union([
        v.looseObject({ role: v.string(), content: v.string() }),
        v.looseObject({ placeholder: v.string() }),
      ]),
    ),
    testData: v.array(record),
    datasets: v.array(v.string()),
    evaluators: v.array(v.looseObject({ name: v.string() })),
  }),
});

/**
 * Reads a stored version and proves it against what the log says of it.
 * @throws PromptgateError `damaged`, `newer-format`
 */
export function decodeVersion(
  stored: { readonly json: Uint8Array | string; readonly source: Uint8Array | string },
  expected: { readonly id: string; readonly summary: VersionSummary },
  where: { readonly json: string; readonly source: string },
): Version {
  const { id, summary } = expected;
  if (sha256(stored.json) !== summary.hash)
    throw damagedFile(
      where.json,
      'was changed after it was published (its sha256 is not the one in the release log)',
    );
  const frozen = parseStored(toText(stored.json), {
    where: where.json,
    schema: 'promptgate/version/1',
    check: versionSchema,
  }) as Omit<Version, 'source'>;
  if (frozen.id !== id || frozen.version !== summary.version)
    throw damagedFile(where.json, `is ${frozen.id}@${frozen.version}, not ${id}@${summary.version}`);
  if (sha256(stored.source) !== frozen.sourceDigest)
    throw damagedFile(
      where.source,
      'was changed after it was published (its sha256 is not the one in the version)',
    );
  return { ...frozen, source: toText(stored.source) };
}

/** What of a version's digests can be computed again from its frozen form, and does not agree. */
export function wrongDigests(version: Version): readonly string[] {
  const wrong: string[] = [];
  if (contentDigest(version.prompt) !== version.digests.content) wrong.push('contentDigest');
  if (targetDigest(version.target) !== version.digests.target) wrong.push('targetDigest');
  if (sha256(version.source) !== version.sourceDigest) wrong.push('sourceDigest');
  return wrong;
}

function toText(bytes: Uint8Array | string): string {
  // A BOM is kept: the source as published has none, so one that is there was added.
  return typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
