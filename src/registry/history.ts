import { labelOf, pointerText } from './label.ts';
import type { ReleaseEvent, Store } from './store.ts';
import { bumpBetween } from './versionNumber.ts';

export interface HistoryEntry {
  readonly event: ReleaseEvent & { readonly hash: string };
  /** One line: `published 2.4.0 (minor) by Ana: shorter answers`. */
  readonly text: string;
}

/** What happened to a prompt, newest first. */
export async function readHistory(store: Store, id: string): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  let before: ReleaseEvent | undefined;
  for await (const event of store.readLog(id)) {
    entries.push({ event, text: describeEvent(event, before) });
    before = event;
  }
  return entries.reverse();
}

/** @param before the event before it in the log, from which the size of a bump is known */
export function describeEvent(event: ReleaseEvent, before?: ReleaseEvent): string {
  const message = event.message.trim().split('\n', 1)[0];
  return `${whatHappened(event, before)} by ${authorName(event.author)}${message ? `: ${message}` : ''}`;
}

function whatHappened(event: ReleaseEvent, before: ReleaseEvent | undefined): string {
  const { label = '', from, to = '' } = event;
  const [was, now] = [before, event].map(each => each && labelOf(each.labels, label));
  switch (event.type) {
    case 'publish': {
      const version = event.version?.version ?? '';
      const notes = [
        before ? bumpBetween(before.latest, version) : undefined,
        event.version?.was === undefined ? undefined : `was ${event.version.was} before a merge`,
        event.version?.override === undefined ? undefined : `not evaluated: ${event.version.override}`,
      ].filter(note => note !== undefined);
      return `published ${version}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
    }
    case 'promote': {
      const model = now?.model === undefined ? '' : ` with ${now.model}`;
      return `promoted ${to} → ${label}${model}${from === undefined ? '' : ` (was ${from})`}`;
    }
    case 'rollback':
      return `rolled back ${from === undefined ? '' : `${pointerText(was, now)} `}→ ${pointerText(now, was)} on ${label}`;
    case 'remove-label':
      return `removed ${label}${from === undefined ? '' : ` (was ${from})`}`;
  }
}

/** `Ana Ruiz` of `Ana Ruiz <ana@example.com>`. */
export function authorName(author: string): string {
  return /^\s*(.*?\S)\s*<[^<>]*>\s*$/.exec(author)?.[1] ?? (author.trim() || 'someone');
}
