import { PromptgateError } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import type { Audit, Stored } from './audit.ts';
import { decodeEvidence } from './companion.ts';
import { decodeEvent, encodeEvent } from './event.ts';
import { misfit } from './eventOrder.ts';
import type { ReleaseEvent, Store, Version, VersionSummary } from './store.ts';
import { decodeVersion, wrongDigests } from './version.ts';

export interface Damage {
  readonly id: string;
  /** Path below the registry's root, where there is one. */
  readonly file?: string;
  readonly code:
    | 'version-changed'
    | 'version-missing'
    | 'event-changed'
    | 'chain-broken'
    | 'event-missing'
    | 'log-conflict'
    | 'evidence-changed'
    | 'evidence-missing'
    | 'dataset-changed'
    | 'dataset-missing'
    | 'head-mismatch'
    | 'unreadable';
  readonly message: string;
}

export interface VerifyResult {
  readonly prompts: number;
  readonly events: number;
  readonly versions: number;
  readonly damage: readonly Damage[];
  /** Harmless leftovers of interrupted publishes. */
  readonly orphans: readonly string[];
}

/**
 * Proves that no event before the head was altered and that every version, evidence and dataset is what its
 * event says. `heads`: known heads by id, against which a cut tail shows.
 */
export async function verify(
  store: Store,
  options: { readonly ids?: readonly string[]; readonly heads?: Readonly<Record<string, string>> } = {},
): Promise<VerifyResult> {
  const { audit } = store;
  if (!audit)
    throw new PromptgateError(
      'not-supported',
      'This kind of registry is verified where it is stored, not from here.',
    );
  const heads = options.heads ?? {};
  const ids = options.ids ?? [...new Set([...audit.ids(), ...Object.keys(heads)])].sort();
  const check = new Check(audit);
  let prompts = 0;
  for (const id of ids) {
    if (audit.revisions(id).length > 0) prompts += 1;
    check.log(id, Object.hasOwn(heads, id) ? heads[id] : undefined);
    // Hundreds of logs take seconds: others in this process get their turn.
    await new Promise(resolve => setImmediate(resolve));
  }
  return {
    prompts,
    events: check.events,
    versions: check.versions,
    damage: check.damage,
    orphans: audit.orphans(check.named, options.ids),
  };
}

const bringBack = 'Bring back the file as it was, e.g. with "git checkout -- <file>".';
const bringBackFrom = 'Bring it back from git or a backup.';

/** One walk over the logs, collecting what it finds. */
class Check {
  events = 0;
  versions = 0;
  readonly damage: Damage[] = [];
  /** Every file that an event names, and the events. */
  readonly named = new Set<string>();
  /** Evidence and datasets belong to many versions and are looked at once; the value says whether they are sound. */
  readonly #companions = new Map<string, boolean>();
  readonly #audit: Audit;

  constructor(audit: Audit) {
    this.#audit = audit;
  }

  log(id: string, head: string | undefined): void {
    const hashes = new Set<string>();
    const contents = new Map<string, string>();
    let before: { readonly file: string; readonly hash: string; readonly event?: ReleaseEvent } | undefined;
    let revisionBefore = 0;
    for (const revision of this.#audit.revisions(id)) {
      const stored = this.#audit.event(id, revision);
      this.events += 1;
      this.named.add(stored.file);
      const whole = revision === revisionBefore + 1;
      if (!whole) this.#missingEvents(id, revisionBefore + 1, revision - 1);
      const event = this.#event(id, revision, stored);
      if (event && whole) this.#link(id, stored.file, event, before);
      const hash = stored.bytes ? sha256(stored.bytes) : '';
      hashes.add(hash);
      if (event) this.#named(id, stored.file, event, contents);
      before = { file: stored.file, hash, event };
      revisionBefore = revision;
    }
    if (head !== undefined && !hashes.has(head))
      this.#report({
        id,
        code: 'head-mismatch',
        message: `The known head ${head.slice(0, 12)} is not in the release log of ${id}: the log was cut or replaced. ${bringBackFrom}`,
      });
  }

  #report(damage: Damage): void {
    this.damage.push(damage);
  }

  #missingEvents(id: string, first: number, last: number): void {
    const which = first === last ? `event ${first} is` : `events ${first} to ${last} are`;
    this.#report({
      id,
      file: this.#audit.event(id, first).file,
      code: 'event-missing',
      message: `In the release log of ${id}, ${which} missing. ${bringBackFrom}`,
    });
  }

  #event(id: string, revision: number, stored: Stored): ReleaseEvent | undefined {
    const { file, bytes } = stored;
    if (!bytes) {
      this.#report({
        id,
        file,
        code: 'unreadable',
        message: `${file} cannot be read. Check its permissions.`,
      });
      return undefined;
    }
    try {
      const { event, text } = decodeEvent(bytes, file);
      if (event.id === id && event.revision === revision && encodeEvent(event).text === text) return event;
      const what =
        event.id === id && event.revision === revision
          ? 'is not written as Promptgate writes it'
          : `is revision ${event.revision} of ${event.id}`;
      this.#report({ id, file, code: 'event-changed', message: `${file} ${what}. ${bringBack}` });
    } catch (error) {
      if (!(error instanceof PromptgateError)) throw error;
      const codes = { 'log-conflict': 'log-conflict', 'newer-format': 'unreadable' } as const;
      const code = codes[error.code as keyof typeof codes] ?? 'event-changed';
      this.#report({ id, file, code, message: error.message });
    }
    return undefined;
  }

  /** Whether an event follows the one before it: by its hash, and by what it says happened. */
  #link(
    id: string,
    file: string,
    event: ReleaseEvent,
    before: { readonly file: string; readonly hash: string; readonly event?: ReleaseEvent } | undefined,
  ): void {
    if (event.prev !== (before?.hash ?? '')) {
      const changed = before !== undefined && event.prev !== '';
      this.#report({
        id,
        file: changed ? before.file : file,
        code: changed ? 'event-changed' : 'chain-broken',
        message: changed
          ? `${before.file} is not the event that ${file} was written behind: one of them was changed. ${bringBack}`
          : `${file} does not continue the release log. ${bringBack}`,
      });
      return;
    }
    if (before && !before.event) return;
    const wrong = misfit(before?.event, event);
    if (wrong !== undefined)
      this.#report({ id, file, code: 'event-changed', message: `${file}: ${wrong}. ${bringBack}` });
  }

  #named(id: string, file: string, event: ReleaseEvent, contents: Map<string, string>): void {
    if (event.version) {
      this.versions += 1;
      contents.set(event.version.version, event.version.digests.content);
      this.#version(id, event.version);
    }
    for (const [name, label] of Object.entries(event.labels))
      if (!contents.has(label.version))
        this.#report({
          id,
          file,
          code: 'version-missing',
          message: `${file}: ${name} points to ${label.version}, which no event before has published. ${bringBack}`,
        });
    if (event.evidence === undefined) return;
    const about = event.version?.version ?? event.to ?? '';
    this.#evidence(id, event.evidence, { version: about, content: contents.get(about) });
  }

  #version(id: string, summary: VersionSummary): void {
    const { json, source } = this.#audit.version(id, summary);
    this.named.add(json.file).add(source.file);
    if (!json.bytes || !source.bytes) {
      const { file } = json.bytes ? source : json;
      const message = `${id}@${summary.version} has lost ${file}. ${bringBackFrom}`;
      this.#report({ id, file, code: 'version-missing', message });
      return;
    }
    let version: Version;
    try {
      version = decodeVersion(
        { json: json.bytes, source: source.bytes },
        { id, summary },
        { json: json.file, source: source.file },
      );
    } catch (error) {
      if (!(error instanceof PromptgateError)) throw error;
      const file = typeof error.data['file'] === 'string' ? error.data['file'] : json.file;
      const code = error.code === 'newer-format' ? 'unreadable' : 'version-changed';
      this.#report({ id, file, code, message: error.message });
      return;
    }
    const wrong = [...wrongDigests(version), ...disagreements(version, summary)];
    if (wrong.length > 0)
      this.#report({
        id,
        file: json.file,
        code: 'version-changed',
        message: `${json.file} was published with a wrong ${wrong.join(', ')}: publish a new version, and do not use this one.`,
      });
    for (const { path, digest } of version.datasets) this.#dataset(id, path, digest);
  }

  #dataset(id: string, path: string, digest: string): void {
    const stored = this.#audit.dataset(digest);
    this.named.add(stored.file);
    this.#companion(id, digest, () => {
      if (!stored.bytes)
        return {
          code: 'dataset-missing',
          file: stored.file,
          message: `Dataset ${path} of ${id} is missing: ${stored.file}. ${bringBackFrom}`,
        };
      if (sha256(stored.bytes) === digest) return undefined;
      return {
        code: 'dataset-changed',
        file: stored.file,
        message: `${stored.file} was changed after it was written (it is named by its sha256). ${bringBack}`,
      };
    });
  }

  #evidence(
    id: string,
    digest: string,
    about: { readonly version: string; readonly content?: string },
  ): void {
    const { file, bytes } = this.#audit.evidence(digest);
    this.named.add(file);
    this.#companion(id, `${digest} ${about.content ?? ''}`, () => {
      if (!bytes)
        return {
          code: 'evidence-missing',
          file,
          message: `Evidence for ${id} is missing: ${file}. ${bringBackFrom}`,
        };
      try {
        const evidence = decodeEvidence(bytes, digest, file);
        if (about.content === undefined || evidence.digests.content === about.content) return undefined;
        return {
          code: 'evidence-changed',
          file,
          message: `${file} is not about ${id}@${about.version}, for which the release log names it. ${bringBack}`,
        };
      } catch (error) {
        if (!(error instanceof PromptgateError)) throw error;
        return { code: 'evidence-changed', file, message: error.message };
      }
    });
  }

  /** Said for each prompt that needs it, looked at once. */
  #companion(id: string, key: string, find: () => Omit<Damage, 'id'> | undefined): void {
    if (this.#companions.get(key) === true) return;
    const damage = find();
    this.#companions.set(key, damage === undefined);
    if (
      damage &&
      !this.damage.some(other => other.id === id && other.file === damage.file && other.code === damage.code)
    )
      this.#report({ id, ...damage });
  }
}

function disagreements(version: Version, summary: VersionSummary): readonly string[] {
  const keys = ['author', 'time', 'message'] as const;
  const digests = ['content', 'target', 'suite'] as const;
  return [
    ...keys.filter(key => version[key] !== summary[key]),
    ...digests.filter(key => version.digests[key] !== summary.digests[key]).map(key => `${key}Digest`),
  ];
}
