import type { Audit } from './audit.ts';
import type { Digest, Target } from '../prompt/digest.ts';
import type { ModelParameters, Prompt } from '../prompt/prompt.ts';
import type { Digests, Evidence } from '../evals/report.ts';

/** The last event: its number from 1, and the sha256 of its stored bytes. Revision 0: no event yet. */
export interface Head {
  readonly revision: number;
  readonly hash: string;
}
export const emptyHead: Head = { revision: 0, hash: '' };

/** A named pointer. The stored shape leaves room for rollouts and segments. */
export interface Label {
  readonly version: string;
  /** Swapped on the label without a new version. */
  readonly model?: string;
  readonly parameters?: ModelParameters;
  /** When it was moved here, ISO 8601, and the revision that did it. */
  readonly since: string;
  readonly revision: number;
}
export type Labels = Readonly<Record<string, Label>>;

export interface FrozenDataset {
  readonly path: string;
  readonly digest: Digest;
}

/** A published snapshot. Created once, never changed or deleted. */
export interface Version {
  readonly schema: 'promptgate/version/1';
  readonly id: string;
  readonly version: string;
  readonly prompt: Prompt;
  readonly target: Target;
  readonly digests: Digests;
  readonly datasets: readonly FrozenDataset[];
  /** Digest of `source`. */
  readonly sourceDigest: Digest;
  /** The file's text as published: LF, no BOM. */
  readonly source: string;
  readonly author: string;
  readonly time: string;
  readonly message: string;
}

/** A version without its bodies, as the log tells it. */
export interface VersionSummary {
  readonly version: string;
  readonly digests: Digests;
  /** sha256 of the stored version file. */
  readonly hash: string;
  readonly author: string;
  readonly time: string;
  readonly message: string;
  /** Digest of the evidence it was published with. */
  readonly evidence?: Digest;
  /** Published without passing evidence, for this reason: shown as *not evaluated*. */
  readonly override?: string;
  /** The number it had before a merge moved it. */
  readonly was?: string;
}

/** What lists need: no bodies, no log. */
export interface PromptSummary {
  readonly id: string;
  readonly head: Head;
  readonly labels: Labels;
  /** Highest published version. */
  readonly latest?: string;
  readonly publishes: number;
  /** Why the prompt's log cannot be read (then the rest is that of an unknown prompt): `log-conflict`, `damaged`. */
  readonly problem?: { readonly code: string; readonly message: string };
}

export interface PromptState extends PromptSummary {
  /** Highest first. */
  readonly versions: readonly VersionSummary[];
}

/** An unknown id has no state yet. */
export function emptyState(id: string): PromptState {
  return { id, head: emptyHead, labels: {}, publishes: 0, versions: [] };
}

export type EventType = 'publish' | 'promote' | 'rollback' | 'remove-label';

/** One entry of the release log. */
export interface ReleaseEvent {
  readonly schema: 'promptgate/event/1';
  /** Made by the client, so that a retry after an unanswered commit is recognised. */
  readonly eventId: string;
  readonly id: string;
  readonly revision: number;
  /** Hash of the event before; '' for the first. */
  readonly prev: string;
  readonly type: EventType;
  readonly author: string;
  readonly time: string;
  readonly message: string;
  /** For publish: what was published. */
  readonly version?: VersionSummary;
  /** For label moves. */
  readonly label?: string;
  readonly from?: string;
  readonly to?: string;
  readonly evidence?: Digest;
  readonly override?: string;
  /** Digest of the policy it passed under; '' without a policy file. */
  readonly policy: Digest | '';
  /** All labels afterwards, and the highest version and number of publishes so far. */
  readonly labels: Labels;
  readonly latest?: string;
  readonly publishes: number;
  /** Set by `registry resolve`: the event id and revision this one replays. */
  readonly replays?: { readonly eventId: string; readonly revision: number };
}

/** An event before the store gives it its place. */
export type NewEvent = Omit<
  ReleaseEvent,
  'schema' | 'id' | 'revision' | 'prev' | 'labels' | 'latest' | 'publishes' | 'version'
>;

/** One event, at most one version, all labels: all or nothing. */
export interface Change {
  readonly event: NewEvent;
  readonly version?: Version & { readonly override?: string; readonly was?: string };
  /** All labels afterwards. */
  readonly labels: Labels;
  /** Content-addressed companions, written before the event. */
  readonly evidence?: readonly Evidence[];
  readonly datasets?: readonly { readonly digest: Digest; readonly path: string; readonly text: string }[];
}

export interface Disposable {
  dispose(): void;
}

/** Where a registry keeps its data. Two writers never both win: commit fails with `conflict` if the head moved. */
export interface Store {
  /** Ids, labels, latest version, head; no bodies. */
  list(): Promise<readonly PromptSummary[]>;
  /** An unknown id is an empty state, not an error. */
  readState(id: string): Promise<PromptState>;
  readVersion(id: string, version: string): Promise<Version | undefined>;
  /** Oldest first, with the hash of each event's stored bytes. */
  readLog(id: string): AsyncIterable<ReleaseEvent & { readonly hash: string }>;
  readEvidence(digest: Digest): Promise<Evidence | undefined>;
  readDataset(digest: Digest): Promise<string | undefined>;
  /**
   * @throws PromptgateError `conflict`, `read-only`, `disk-full`, `cannot-write`, `damaged`; `not-confirmed` alone
   * means that it was committed
   */
  commit(id: string, expectedHead: Head, change: Change): Promise<PromptState>;
  /** Called with the id after each change, ours or another process's. */
  watch(onChange: (id: string) => void): Disposable;
  /** What is stored, byte for byte: what `verify` needs. */
  readonly audit?: Audit;
}
