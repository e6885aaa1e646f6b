import { sha256, type Digest } from '../prompt/digest.ts';
import { isPromptId } from '../prompt/id.ts';
import { PromptgateError } from '../errors.ts';
import { datasetSuffix, encodeEvidence } from './companion.ts';
import { encodeEvent, headOf, type StoredEvent } from './event.ts';
import { misfit } from './eventOrder.ts';
import { describeEvent } from './history.ts';
import { isLabelName } from './labelName.ts';
import type { Change, Head, PromptState, ReleaseEvent, VersionSummary } from './store.ts';
import { encodeVersion, wrongDigests, type StoredVersion } from './version.ts';
import { highestFirst, highestVersion, isVersionNumber } from './versionNumber.ts';

/** A change, turned into everything that a store writes for it. */
export interface PlacedChange {
  readonly stored: StoredEvent;
  readonly version?: StoredVersion & { readonly summary: VersionSummary };
  readonly evidence: readonly { readonly digest: Digest; readonly json: string }[];
  readonly datasets: readonly { readonly digest: Digest; readonly suffix: string; readonly text: string }[];
  readonly state: PromptState;
}

/**
 * Gives a change its place behind a state. Pure, and the same for every store, so that they all hash alike.
 * A change that contradicts itself is the caller's bug.
 */
export function placeChange(id: string, state: PromptState, change: Change): PlacedChange {
  const problem = contradiction(id, state, change);
  if (problem !== undefined) throw new Error(`change of ${id}: ${problem}`);
  const { version } = change;
  const stored = version && encodeVersion(version);
  const summary: VersionSummary | undefined =
    version && stored
      ? {
          version: version.version,
          was: version.was,
          hash: stored.hash,
          digests: version.digests,
          author: version.author,
          time: version.time,
          message: version.message,
          evidence: change.event.evidence,
          override: version.override,
        }
      : undefined;
  const latest = highestVersion([
    ...(state.latest === undefined ? [] : [state.latest]),
    ...(summary ? [summary.version] : []),
  ]);
  const publishes = state.publishes + (summary ? 1 : 0);
  const event: ReleaseEvent = {
    schema: 'promptgate/event/1',
    id,
    revision: state.head.revision + 1,
    prev: state.head.hash,
    ...change.event,
    version: summary,
    labels: change.labels,
    latest,
    publishes,
  };
  const placed = encodeEvent(event);
  const wrong = misfit(state, placed.event);
  if (wrong !== undefined) throw new Error(`change of ${id}: ${wrong}`);
  return {
    stored: placed,
    version: stored && placed.event.version && { ...stored, summary: placed.event.version },
    evidence: (change.evidence ?? []).map(encodeEvidence),
    datasets: (change.datasets ?? []).map(({ digest, path, text }) => ({
      digest,
      suffix: datasetSuffix(path),
      text,
    })),
    state: stateAfter(
      placed,
      placed.event.version ? [placed.event.version, ...state.versions] : state.versions,
    ),
  };
}

/** The state that an event leaves behind. */
export function stateAfter(last: StoredEvent, versions: readonly VersionSummary[]): PromptState {
  const { id, labels, latest, publishes } = last.event;
  return {
    id,
    head: headOf(last),
    labels,
    ...(latest === undefined ? {} : { latest }),
    publishes,
    versions: highestFirst(versions),
  };
}

function contradiction(id: string, state: PromptState, change: Change): string | undefined {
  const { event, version, labels } = change;
  if (!isPromptId(id)) return 'not a prompt id';
  if ((event.type === 'publish') !== (version !== undefined))
    return 'only a publish has a version, and each one has';
  if (event.type !== 'publish' && event.label === undefined) return 'no label';
  if (
    (event.type === 'promote' || event.type === 'rollback') &&
    labels[event.label ?? '']?.version !== event.to
  )
    return `the label does not serve ${event.to ?? 'any version'} afterwards`;
  if (event.type === 'remove-label' && event.label !== undefined && Object.hasOwn(labels, event.label))
    return 'the label is still there';
  if (version) {
    if (version.id !== id) return `the version is of ${version.id}`;
    if (!isVersionNumber(version.version)) return `not a version number: ${version.version}`;
    if (state.versions.some(({ version: taken }) => taken === version.version))
      return `${version.version} is taken`;
    const wrong = wrongDigests(version);
    if (wrong.length > 0) return `the version's ${wrong.join(', ')} is not that of its content`;
  }
  const known = new Set([...state.versions.map(({ version: number }) => number), version?.version]);
  for (const [name, label] of Object.entries(labels)) {
    if (!isLabelName(name)) return `not a label name: ${name}`;
    if (!known.has(label.version)) return `${name} points to ${label.version}, which does not exist`;
  }
  for (const dataset of change.datasets ?? [])
    if (sha256(dataset.text) !== dataset.digest) return `${dataset.path} is not what its digest says`;
  return undefined;
}

/**
 * Whether an event that is already in the log is this very change: a commit whose answer got lost.
 * @throws Error when the id was used for something else
 */
export function isSameChange(event: ReleaseEvent, change: Change): boolean {
  if (event.eventId !== change.event.eventId) return false;
  const { type, label, to } = change.event;
  if (
    event.type !== type ||
    event.label !== label ||
    event.to !== to ||
    event.version?.version !== change.version?.version
  )
    throw new Error(`event id ${event.eventId} was used for another change`);
  return true;
}

/** Someone else changed the prompt since the plan was made. */
export function conflict(id: string, expected: Head, last: StoredEvent | undefined): PromptgateError {
  const happened = last
    ? `${describeEvent(last.event)} (${last.event.time}, revision ${last.event.revision})`
    : 'its release log is gone';
  return new PromptgateError(
    'conflict',
    `${id} was changed by someone else meanwhile: ${happened}. Nothing was written. Look at what is there now and do it again.`,
    {
      data: {
        id,
        expected,
        head: last ? headOf(last) : undefined,
        author: last?.event.author,
        time: last?.event.time,
      },
    },
  );
}
