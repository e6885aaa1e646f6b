import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { findGitRoot } from '../project/git.ts';
import type { Project } from '../project/project.ts';
import type { Plan } from '../registry/apply.ts';
import { readHistory } from '../registry/history.ts';
import type { PromptState, Store } from '../registry/store.ts';
import { relativeTime } from '../project/relativeTime.ts';
import type { Deps } from './deps.ts';
import type { MessageAction } from './dialogs.ts';
import { diffArguments } from './compare.ts';
import { versionUri } from './versions.ts';

// What publish, promote, roll back and remove label share.

/**
 * Commits a plan if the registry is still as it was reviewed, and tells what holds now.
 * @returns who was faster, and with what: to be reviewed again; undefined: it is released
 */
export async function releaseReviewed<P extends Plan>(
  deps: Pick<Deps, 'dialogs'>,
  project: Project,
  release: {
    readonly reviewed: Plan;
    readonly plan: P;
    readonly apply: (store: Store, plan: P) => Promise<PromptState>;
    /** What holds then, without a full stop. */
    readonly text: string;
    /** What comes next. */
    readonly actions?: readonly MessageAction[];
  },
): Promise<string | undefined> {
  const { reviewed, plan } = release;
  if (plan.expectedHead.hash !== reviewed.expectedHead.hash) return whoWasFaster(project, plan.id);
  try {
    await release.apply(project.store, plan);
  } catch (error) {
    if (!(error instanceof PromptgateError && error.code === 'conflict')) throw error;
    return whoWasFaster(project, plan.id);
  }
  tellReleased(deps, project, release.text, release.actions);
  return undefined;
}

async function whoWasFaster(project: Project, id: string): Promise<string> {
  const [last] = await readHistory(project.store, id);
  if (!last) return 'The registry changed meanwhile.';
  return `Changed meanwhile, ${relativeTime(last.event.time, project.host.now())}: ${last.text}.`;
}

/** The one notification of a release: what holds now, how far it reaches, what comes next. */
function tellReleased(
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
