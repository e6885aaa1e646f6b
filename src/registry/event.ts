import * as v from 'valibot';
import { sha256 } from '../prompt/digest.ts';
import { isLabelName } from './labelName.ts';
import { hex, modelParameters, parameterKeys } from './storedShape.ts';
import { parseStored } from './parseStored.ts';
import { inOrder, sortedRecord, toStoredJson } from './storedJson.ts';
import type { Head, Label, Labels, ReleaseEvent, VersionSummary } from './store.ts';
import { isVersionNumber } from './versionNumber.ts';

/** An event as it is stored: the hash is of its bytes. */
export interface StoredEvent {
  readonly event: ReleaseEvent;
  readonly text: string;
  readonly hash: string;
}

export function headOf(stored: StoredEvent): Head {
  return { revision: stored.event.revision, hash: stored.hash };
}

const digestKeys = ['content', 'target', 'suite'] as const;
function labelInOrder(label: Label): Label {
  const parameters = label.parameters && inOrder(label.parameters, parameterKeys);
  return inOrder({ ...label, parameters }, ['version', 'model', 'parameters', 'since', 'revision']);
}

function labelsInOrder(labels: Labels): Labels {
  return sortedRecord(
    Object.fromEntries(Object.entries(labels).map(([name, label]) => [name, labelInOrder(label)])),
  );
}

function summaryInOrder(summary: VersionSummary): VersionSummary {
  return inOrder({ ...summary, digests: inOrder(summary.digests, digestKeys) }, [
    'version',
    'was',
    'hash',
    'digests',
    'author',
    'time',
    'message',
    'evidence',
    'override',
  ]);
}

/** The one text that an event is stored as. */
export function encodeEvent(event: ReleaseEvent): StoredEvent {
  const ordered = inOrder<ReleaseEvent>(
    {
      ...event,
      version: event.version && summaryInOrder(event.version),
      labels: labelsInOrder(event.labels),
      replays: event.replays && inOrder(event.replays, ['eventId', 'revision']),
    },
    [
      'schema',
      'id',
      'revision',
      'prev',
      'eventId',
      'type',
      'author',
      'time',
      'message',
      'version',
      'label',
      'from',
      'to',
      'evidence',
      'override',
      'policy',
      'replays',
      'latest',
      'publishes',
      'labels',
    ],
  );
  const text = toStoredJson(ordered);
  return { event: ordered, text, hash: sha256(text) };
}

const hexOrNone = v.pipe(v.string(), v.regex(/^([0-9a-f]{64})?$/));
const versionNumber = v.pipe(v.string(), v.check(isVersionNumber, 'Expected a version such as 1.2.0'));
const labelName = v.pipe(v.string(), v.check(isLabelName, 'Expected a label name'));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const text = v.string();
const time = v.pipe(v.string(), v.isoTimestamp());

const summary = v.strictObject({
  version: versionNumber,
  was: v.optional(versionNumber),
  hash: hex,
  digests: v.strictObject({ content: hex, target: hex, suite: hex }),
  author: text,
  time,
  message: text,
  evidence: v.optional(hex),
  override: v.optional(text),
});

const label = v.strictObject({
  version: versionNumber,
  model: v.optional(text),
  parameters: v.optional(modelParameters),
  since: time,
  revision: count,
});

const shared = {
  schema: v.literal('promptgate/event/1'),
  id: text,
  revision: count,
  prev: hexOrNone,
  eventId: v.pipe(text, v.nonEmpty()),
  author: text,
  time,
  message: text,
  evidence: v.optional(hex),
  override: v.optional(text),
  policy: hexOrNone,
  replays: v.optional(v.strictObject({ eventId: text, revision: count })),
  latest: v.optional(versionNumber),
  publishes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  labels: v.record(labelName, label),
};

const eventSchema = v.variant('type', [
  v.strictObject({ ...shared, type: v.literal('publish'), version: summary }),
  v.strictObject({
    ...shared,
    type: v.picklist(['promote', 'rollback']),
    label: labelName,
    from: v.optional(versionNumber),
    to: versionNumber,
  }),
  v.strictObject({
    ...shared,
    type: v.literal('remove-label'),
    label: labelName,
    from: v.optional(versionNumber),
  }),
]);

/**
 * Reads a stored event, strictly.
 * @param where names the file in the error
 * @throws PromptgateError `log-conflict`, `newer-format`, `damaged`
 */
export function decodeEvent(bytes: Uint8Array | string, where: string): StoredEvent {
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
  const value = parseStored(text, { where, schema: 'promptgate/event/1', check: eventSchema });
  return { event: value as ReleaseEvent, text, hash: sha256(bytes) };
}
