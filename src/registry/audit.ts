import type { Digest } from '../prompt/digest.ts';
import type { VersionSummary } from './store.ts';

/** Something stored, byte for byte, and where: a path below the registry's root, with `/`. */
export interface Stored {
  readonly file: string;
  /** Undefined: it is not there. */
  readonly bytes?: Uint8Array;
}

/** What is stored, whether or not it makes sense. */
export interface Audit {
  ids(): readonly string[];
  /** Ascending. */
  revisions(id: string): readonly number[];
  event(id: string, revision: number): Stored;
  version(id: string, summary: VersionSummary): { readonly json: Stored; readonly source: Stored };
  evidence(digest: Digest): Stored;
  dataset(digest: Digest): Stored;
  /** Files that no event names. @param ids only below these prompts; undefined: everywhere */
  orphans(named: ReadonlySet<string>, ids: readonly string[] | undefined): readonly string[];
}
