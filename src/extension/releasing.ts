import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { findGitRoot } from '../project/git.ts';
import type { Project } from '../project/project.ts';
import type { Plan } from '../registry/apply.ts';
import { readHistory } from '../registry/history.ts';
import type { PromptState } from '../registry/store.ts';
import { relativeTime } from '../project/relativeTime.ts';
import type { Deps } from './deps.ts';
import type { MessageAction } from './dialogs.ts';
import { diffArguments } from './compare.ts';
import { versionUri } from './versions.ts';

// What publish, promote, roll back and remove label share.

export type Committed =
  { readonly state: PromptState } | { /** Who was faster, and with what. */ readonly notice: string };

/** Commits a plan if the registry is still as it was reviewed; else says who changed it, to be reviewed again. */
export async function commitReviewed<P extends Plan>(
  project: Project,
  reviewed: Plan,
  plan: P,
  apply: (plan: P) => Promise<PromptState>,
): Promise<Committed> {
  if (plan.expectedHead.hash !== reviewed.expectedHead.hash)
    return { notice: await whoWasFaster(project, plan.id) };
  try {
    return { state: await apply(plan) };
  } catch (error) {
    if (!(error instanceof PromptgateError && error.code === 'conflict')) throw error;
    return { notice: await whoWasFaster(project, plan.id) };
  }
}

async function whoWasFaster(project: Project, id: string): Promise<string> {
  const [last] = await readHistory(project.store, id);
  if (!last) return 'The registry changed meanwhile.';
  return `Changed meanwhile, ${relativeTime(last.event.time, project.host.now())}: ${last.text}.`;
}

/** The one notification of a release: what holds now, how far it reaches, what comes next. */
export function tellReleased(
  { dialogs }: Pick<Deps, 'dialogs'>,
  project: Project,
  text: string,
  actions: readonly MessageAction[] = [],
): void {
  const isInGit = findGitRoot(project.root) !== undefined;
  const push: MessageAction = {
    title: 'Open Source Control',
    run: () => vscode.commands.executeCommand('workbench.view.scm'),
  };
  dialogs.tell(
    'info',
    isInGit ? `${text}. Recorded here, not yet pushed.` : `${text}.`,
    isInGit ? [...actions, push] : actions,
  );
}

/** Two versions side by side; without a second, the first against the working copy. */
export async function openVersionDiff(
  project: Project,
  id: string,
  from: string | undefined,
  to: string | vscode.Uri,
): Promise<void> {
  const right =
    typeof to === 'string'
      ? { name: to, uri: versionUri(project, id, to) }
      : { name: 'working copy', uri: to };
  if (from === undefined) await vscode.commands.executeCommand('vscode.open', right.uri);
  else {
    const left = { name: from, uri: versionUri(project, id, from) };
    await vscode.commands.executeCommand('vscode.diff', ...diffArguments(id, left, right));
  }
}
