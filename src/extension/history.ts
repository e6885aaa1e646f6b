import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { readLog } from '../project/versions.ts';
import { labelOf, pointerText } from '../registry/label.ts';
import type { ReleaseEvent } from '../registry/store.ts';
import { exactTime, relativeTime } from '../project/relativeTime.ts';
import { registerCommand, runCommand } from './commands.ts';
import { diffArguments } from './compare.ts';
import type { Deps } from './deps.ts';
import { subjectOf } from './subject.ts';
import { versionUri } from './versions.ts';

interface EventItem extends vscode.QuickPickItem {
  readonly event: ReleaseEvent;
}

/** Who released what, when and why, newest first; choosing an entry shows what it changed. */
export function registerHistory(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.showHistory', async argument => {
    const subject = await subjectOf(
      deps,
      argument,
      'Show History',
      ({ summary }) => summary !== undefined && summary.head.revision > 0,
    );
    if (!subject) return;
    const { project, id } = subject;
    const log = await readLog(project, id);
    if (log.length === 0) {
      throw new PromptgateError('no-history', `${id} has no history yet: nothing was published.`);
    }
    const now = project.host.now();
    const items = log.toReversed().map((event): EventItem => ({
      label: `${icons[event.type]} ${titleOf(event, eventBefore(log, event))}`,
      description: `${relativeTime(event.time, now)} · ${nameOf(event.author)}`,
      detail: [event.message, event.override && `without evidence: ${event.override}`, exactTime(event.time)]
        .filter(Boolean)
        .join(' · '),
      event,
    }));
    const chosen = await deps.dialogs.pick(items, {
      title: `History of ${id}`,
      placeHolder: 'Choose an entry to see what it changed',
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (!chosen) return;
    const { event } = chosen;
    // Of a label that was removed there is left what it served.
    const to = event.version?.version ?? event.to ?? event.from;
    const from = event.from ?? (event.version && versionBefore(log, event));
    if (to === undefined) return;
    if (from === undefined || from === to) {
      await runCommand('promptgate.openVersion', { project, id, version: to });
      return;
    }
    const sides = [from, to].map(name => ({ name, uri: versionUri(project, id, name) }));
    const [left, right] = sides;
    if (left && right) await vscode.commands.executeCommand('vscode.diff', ...diffArguments(id, left, right));
  });
}

const icons: Record<ReleaseEvent['type'], string> = {
  publish: '$(package)',
  promote: '$(arrow-up)',
  rollback: '$(discard)',
  'remove-label': '$(trash)',
};

function titleOf(event: ReleaseEvent, before: ReleaseEvent | undefined): string {
  const { type, version, label = '', from } = event;
  const [was, now] = [before, event].map(each => each && labelOf(each.labels, label));
  const moved = `${pointerText(was, now)} → ${pointerText(now, was)}`;
  switch (type) {
    case 'publish':
      return `published ${version?.version ?? ''}`;
    case 'promote':
      return from === undefined ? `${label}: ${pointerText(now, was)}` : `${label}: ${moved}`;
    case 'rollback':
      return `${label} rolled back: ${moved}`;
    case 'remove-label':
      return `${label} removed`;
  }
}

/** The version that was the highest before this one was published. */
function versionBefore(log: readonly ReleaseEvent[], event: ReleaseEvent): string | undefined {
  return eventBefore(log, event)?.latest;
}

function eventBefore(log: readonly ReleaseEvent[], event: ReleaseEvent): ReleaseEvent | undefined {
  return log[log.findIndex(({ eventId }) => eventId === event.eventId) - 1];
}

/** `Ana Ruiz <ana@example.com>` → `Ana Ruiz`. */
function nameOf(author: string): string {
  return author.replace(/\s*<[^>]*>$/, '') || author;
}
