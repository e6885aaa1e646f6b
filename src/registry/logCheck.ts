import { PromptgateError } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import type { Audit, Stored } from './audit.ts';
import { bringBack, bringBackFrom, type Damage, type Findings } from './damage.ts';
import { decodeEvent, encodeEvent } from './event.ts';
import { misfit } from './eventOrder.ts';
import { ContentCheck } from './contentCheck.ts';
import type { ReleaseEvent } from './store.ts';

/** Walks release logs: whether each event is whole and follows the one before it. */
export class LogCheck {
  events = 0;
  versions = 0;
  readonly #audit: Audit;
  readonly #findings: Findings;
  readonly #contents: ContentCheck;

  constructor(audit: Audit, findings: Findings) {
    this.#audit = audit;
    this.#findings = findings;
    this.#contents = new ContentCheck(audit, findings);
  }

  check(id: string, head: string | undefined): void {
    const hashes = new Set<string>();
    const contents = new Map<string, string>();
    const uncheckedBefore = this.#findings.unchecked.length;
    let before: { readonly file: string; readonly hash: string; readonly event?: ReleaseEvent } | undefined;
    let revisionBefore = 0;
    for (const revision of this.#audit.revisions(id)) {
      const stored = this.#audit.event(id, revision);
      this.events += 1;
      this.#findings.named.add(stored.file);
      const whole = revision === revisionBefore + 1;
      if (!whole) this.#missingEvents(id, revisionBefore + 1, revision - 1);
      const event = this.#event(id, revision, stored);
      if (event && whole) this.#link(id, stored.file, event, before);
      const hash = stored.bytes ? sha256(stored.bytes) : '';
      hashes.add(hash);
      if (event) {
        this.#named(id, event, contents);
        // What cannot be read may have published it.
        if (this.#findings.unchecked.length === uncheckedBefore)
          this.#pointers(id, stored.file, event, contents);
      }
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
    this.#findings.damage.push(damage);
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
      const { event, hash } = decodeEvent(bytes, file);
      // By the hash of the bytes: a BOM, or a byte that is not UTF-8, is gone from the decoded text.
      if (event.id === id && event.revision === revision && encodeEvent(event).hash === hash) return event;
      const what =
        event.id === id && event.revision === revision
          ? 'is not written as Promptgate writes it'
          : `is revision ${event.revision} of ${event.id}`;
      this.#report({ id, file, code: 'event-changed', message: `${file} ${what}. ${bringBack}` });
    } catch (error) {
      if (!(error instanceof PromptgateError)) throw error;
      const { message } = error;
      if (error.code === 'newer-format') this.#findings.unchecked.push({ id, file, message });
      else
        this.#report({
          id,
          file,
          code: error.code === 'log-conflict' ? 'log-conflict' : 'event-changed',
          message,
        });
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

  #named(id: string, event: ReleaseEvent, contents: Map<string, string>): void {
    if (event.version) {
      this.versions += 1;
      contents.set(event.version.version, event.version.digests.content);
      this.#contents.version(id, event.version);
    }
    if (event.evidence === undefined) return;
    const about = event.version?.version ?? event.to ?? '';
    this.#contents.evidence(id, event.evidence, { version: about, content: contents.get(about) });
  }

  #pointers(id: string, file: string, event: ReleaseEvent, contents: ReadonlyMap<string, string>): void {
    for (const [name, label] of Object.entries(event.labels))
      if (!contents.has(label.version))
        this.#report({
          id,
          file,
          code: 'version-missing',
          message: `${file}: ${name} points to ${label.version}, which no event before has published. ${bringBack}`,
        });
  }
}
