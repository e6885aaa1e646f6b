import * as v from 'valibot';
import { contentDigest, sha256, targetDigest } from '../prompt/digest.ts';
import { roles, variableTypes, type Prompt } from '../prompt/prompt.ts';
import { changedFile, damagedFile, parseStored } from './parseStored.ts';
import { hex, modelParameters, optional } from './storedShape.ts';
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

const record = v.record(v.string(), v.unknown());
/** Strict all the way: what is not known here would be left out of digests, runs and diffs in silence. */
const versionSchema = v.strictObject({
  schema: v.literal('promptgate/version/1'),
  id: v.string(),
  version: v.pipe(v.string(), v.check(isVersionNumber, 'Expected a version such as 1.2.0')),
  author: v.string(),
  time: v.pipe(v.string(), v.isoTimestamp()),
  message: v.string(),
  digests: v.strictObject({ content: hex, target: hex, suite: hex }),
  target: v.strictObject({ model: v.optional(v.string()), parameters: modelParameters }),
  sourceDigest: hex,
  datasets: v.array(v.strictObject({ path: v.string(), digest: hex })),
  prompt: v.strictObject({
    ...optional(v.unknown(), [
      'id',
      'name',
      'description',
      'model',
      'jsonSchema',
      'tools',
      'toolChoice',
      'metadata',
    ]),
    modelParameters,
    responseFormat: v.picklist(['text', 'json_object', 'json_schema']),
    template: v.picklist(['literal', 'mustache']),
    variables: v.record(
      v.string(),
      v.strictObject({
        type: v.picklist(variableTypes),
        required: v.boolean(),
        ...optional(v.unknown(), [
          'items',
          'enum',
          'default',
          'description',
          'example',
          'volatile',
          'untrusted',
        ]),
      }),
    ),
    messages: v.array(
      v.union([
        v.strictObject({ role: v.picklist(roles), content: v.string() }),
        v.strictObject({ placeholder: v.string() }),
      ]),
    ),
    testData: v.array(record),
    datasets: v.array(v.string()),
    evaluators: v.array(
      v.strictObject({
        name: v.string(),
        ...optional(v.unknown(), ['string', 'llm', 'uses', 'with', 'threshold']),
      }),
    ),
    gate: v.optional(v.strictObject({ passRate: v.optional(v.number()) })),
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
    throw changedFile(where.json, stored.json, {
      hash: summary.hash,
      what: 'was changed after it was published (its sha256 is not the one in the release log)',
    });
  const frozen = parseStored(toText(stored.json), {
    where: where.json,
    schema: 'promptgate/version/1',
    check: versionSchema,
    proven: true,
  }) as Omit<Version, 'source'>;
  if (frozen.id !== id || frozen.version !== summary.version)
    throw damagedFile(where.json, `is ${frozen.id}@${frozen.version}, not ${id}@${summary.version}`);
  if (sha256(stored.source) !== frozen.sourceDigest)
    throw changedFile(where.source, stored.source, {
      hash: frozen.sourceDigest,
      what: 'was changed after it was published (its sha256 is not the one in the version)',
    });
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
