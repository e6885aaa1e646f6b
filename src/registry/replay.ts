import { proposeBump, type Bump } from '../prompt/bump.ts';
import { placeChange, stateAfter, type PlacedChange } from './change.ts';
import type { StoredEvent } from './event.ts';
import { labelOf } from './label.ts';
import { toStoredJson } from './storedJson.ts';
import {
  emptyState,
  type Change,
  type Label,
  type Labels,
  type PromptState,
  type ReleaseEvent,
  type Version,
} from './store.ts';
import { bumpBetween, isSmaller, nextVersion } from './versionNumber.ts';

/** Two release logs of one prompt that part behind a common beginning. */
export interface ForkedLog {
  readonly id: string;
  /** What both share, oldest first. */
  readonly common: readonly StoredEvent[];
  /** What stays as it is. */
  readonly theirs: readonly StoredEvent[];
  /** What is put behind it. */
  readonly ours: readonly StoredEvent[];
}

/** Both sides moved one label, to different ends: nobody but a person can know which one is meant. */
export interface LabelQuestion {
  readonly id: string;
  readonly label: string;
  /** As it will be numbered; undefined: removed. */
  readonly ours: Label | undefined;
  readonly theirs: Label | undefined;
}

export interface Replay {
  readonly placed: readonly PlacedChange[];
  /** Versions whose number was taken. */
  readonly moved: readonly { readonly was: string; readonly version: string }[];
  readonly questions: readonly LabelQuestion[];
}

export interface ReplayContext {
  /** A version that is common to both or this side's own: one number may stand for two. */
  readonly readVersion: (id: string, number: string, side: 'ours' | 'theirs') => Version;
  readonly newEventId: () => string;
  readonly author: string;
  /** ISO 8601. */
  readonly time: string;
}

/**
 * Puts our events behind theirs. Evidence stays good, as it is bound to digests and not to events. Events that
 * theirs holds already, from an earlier or an interrupted resolve, are not repeated.
 * @param answers for each label of `questions`: whose end holds; without an answer ours does
 */
export function planReplay(
  log: ForkedLog,
  context: ReplayContext,
  answers: Readonly<Record<string, 'ours' | 'theirs'>> = {},
): Replay {
  const theirEvents = [...log.common, ...log.theirs];
  const ends = stateOf(log.id, theirEvents);
  const numbers = new Map<string, string>();
  const published = new Map<string, Version>();
  const placed: PlacedChange[] = [];
  const moved: { was: string; version: string }[] = [];
  let state = ends;
  let latest = log.common.at(-1)?.event.latest;

  for (const { event } of log.ours) {
    const held = theirEvents.find(other => originOf(other.event).eventId === originOf(event).eventId)?.event;
    if (event.version && held?.version) numbers.set(event.version.version, held.version.version);
    if (!held) {
      const version = event.version && renumbered(event, { state, context, latest, id: log.id, published });
      if (event.version && version) {
        numbers.set(event.version.version, version.version);
        published.set(version.version, version);
        if (version.version !== event.version.version)
          moved.push({ was: event.version.version, version: version.version });
      }
      const next = placeChange(log.id, state, replayOf(event, version, { state, context, numbers }));
      placed.push(next);
      state = next.state;
    }
    latest = event.latest;
  }

  const questions = placed.length === 0 ? [] : questionsOf(log, ends.labels, state.labels);
  for (const { label, theirs } of questions) {
    if (answers[label] !== 'theirs') continue;
    const next = placeChange(log.id, state, keepTheirs(label, theirs, state, context));
    placed.push(next);
    state = next.state;
  }
  return { placed, moved, questions };
}

/** The state that a whole log leaves behind. */
function stateOf(id: string, log: readonly StoredEvent[]): PromptState {
  const last = log.at(-1);
  if (!last) return emptyState(id);
  return stateAfter(
    last,
    log.flatMap(({ event: { version } }) => (version ? [version] : [])),
  );
}

/** The first event that an event stands for, through any number of merges. */
function originOf(event: ReleaseEvent): { readonly eventId: string; readonly revision: number } {
  return event.replays ?? { eventId: event.eventId, revision: event.revision };
}

/** Our version under its own number, or when theirs took it, under the next one that its changes allow. */
function renumbered(
  event: ReleaseEvent,
  at: {
    readonly state: PromptState;
    readonly context: ReplayContext;
    readonly latest: string | undefined;
    readonly id: string;
    /** Ours, replayed already, by their new numbers. */
    readonly published: ReadonlyMap<string, Version>;
  },
): Change['version'] {
  const summary = event.version;
  if (!summary) return undefined;
  const { state, context, latest, id, published } = at;
  const ours = context.readVersion(id, summary.version, 'ours');
  const kept = { ...ours, override: summary.override, was: summary.was };
  if (state.latest === undefined || !state.versions.some(({ version }) => version === summary.version))
    return kept;
  const below = published.get(state.latest) ?? context.readVersion(id, state.latest, 'theirs');
  const own = bumpBetween(latest, summary.version) ?? 'patch';
  const version = nextVersion(state.latest, larger(own, proposeBump(below, ours).bump ?? 'patch'));
  return { ...kept, version, was: summary.was ?? summary.version };
}

function larger(a: Bump, b: Bump): Bump {
  return isSmaller(a, b) ? b : a;
}

function replayOf(
  event: ReleaseEvent,
  version: Change['version'],
  at: {
    readonly state: PromptState;
    readonly context: ReplayContext;
    readonly numbers: ReadonlyMap<string, string>;
  },
): Change {
  const { state, context, numbers } = at;
  const { type, author, time, message, label, to, evidence, override, policy } = event;
  const number = (old: string) => numbers.get(old) ?? old;
  const labels: Record<string, Label> = { ...state.labels };
  if (label !== undefined) {
    const pointer = labelOf(event.labels, label);
    if (pointer)
      labels[label] = { ...pointer, version: number(pointer.version), revision: state.head.revision + 1 };
    else delete labels[label];
  }
  return {
    event: {
      eventId: context.newEventId(),
      type,
      author,
      time,
      message,
      label,
      from: label === undefined ? undefined : labelOf(state.labels, label)?.version,
      to: to === undefined ? undefined : number(to),
      evidence,
      override,
      policy,
      replays: originOf(event),
    },
    version,
    labels,
  };
}

/** Labels that both sides moved and that do not end at the same place. */
function questionsOf(log: ForkedLog, theirs: Labels, ours: Labels): readonly LabelQuestion[] {
  const moved = (events: readonly StoredEvent[]) =>
    new Set(events.flatMap(({ event: { label } }) => label ?? []));
  const theirLabels = moved(log.theirs);
  return [...moved(log.ours)]
    .filter(label => theirLabels.has(label))
    .map(label => ({ id: log.id, label, ours: labelOf(ours, label), theirs: labelOf(theirs, label) }))
    .filter(question => placeOf(question.ours) !== placeOf(question.theirs))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

function placeOf(label: Label | undefined): string {
  return label ? toStoredJson([label.version, label.model, label.parameters]) : '';
}

function keepTheirs(
  label: string,
  theirs: Label | undefined,
  state: PromptState,
  context: ReplayContext,
): Change {
  const { [label]: now, ...others } = state.labels;
  const { author, time } = context;
  const message = 'kept where the other branch had it, when the two were merged';
  const event = {
    eventId: context.newEventId(),
    author,
    time,
    message,
    label,
    from: now?.version,
    policy: '',
  } as const;
  if (!theirs) return { event: { ...event, type: 'remove-label' }, labels: others };
  const pointer: Label = { ...theirs, since: time, revision: state.head.revision + 1 };
  return {
    event: { ...event, type: 'promote', to: theirs.version },
    labels: { ...others, [label]: pointer },
  };
}
