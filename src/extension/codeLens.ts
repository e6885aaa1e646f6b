import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { formatEstimate, plural } from '../evals/summary.ts';
import { estimate } from '../project/evaluate.ts';
import { configError } from '../project/project.ts';
import type { CommandId } from './commandTable.ts';
import type { Deps } from './deps.ts';
import { detailOf } from './log.ts';
import { liveLabel, onDidChangeSetting, readSetting } from './settings.ts';
import { promptSelector, type OpenPrompt } from './workspace.ts';

/** Milliseconds after the last change when VS Code is told once more. */
const againAfter = 1500;

/** Above a prompt: what is live, what is not, what a run costs, the way to publish. */
export function registerCodeLens({ workspace, standings, log }: Deps): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let again: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    changed.fire();
    // VS Code asks a moment after it was told, but not if the focus leaves the text in that moment: then what is above
    // the prompt would stay as it was until somebody clicks into the text.
    clearTimeout(again);
    again = setTimeout(() => changed.fire(), againAfter);
  };
  return vscode.Disposable.from(
    changed,
    new vscode.Disposable(() => clearTimeout(again)),
    standings.onDidChange(refresh),
    workspace.onDidChangePrompt(refresh),
    workspace.onDidChangeRegistry(refresh),
    workspace.onDidChangeProject(refresh),
    onDidChangeSetting('promptgate.codeLens', refresh),
    onDidChangeSetting('promptgate.gutter', refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.languages.registerCodeLensProvider(promptSelector, {
      onDidChangeCodeLenses: changed.event,
      async provideCodeLenses(document) {
        const open = workspace.get(document.uri);
        if (!open || !readSetting('promptgate.codeLens', document.uri)) return [];
        if (configError(open.project)) return [brokenConfig];
        // Each on its own: a log that cannot be read keeps nobody from running evals.
        const orWhyNot = (made: Promise<vscode.CodeLens[]>, otherwise: string): Promise<vscode.CodeLens[]> =>
          made.catch((error: unknown) => {
            log.warn(`code lens of ${open.id}: ${detailOf(error)}`);
            return [lens(otherwise, 'promptgate.showLog', messageOf(error))];
          });
        return [
          ...(await orWhyNot(standingLens(open, standings), 'Releases cannot be read')),
          ...(await orWhyNot(runLens(open, workspace), 'Evals cannot run')),
          ...(vscode.workspace.isTrusted ? [lens('Publish…', 'promptgate.publish')] : []),
        ];
      },
    }),
  );
}

const top = new vscode.Range(0, 0, 0, 0);

/** Ids, models and labels may all be other ones than meant: nothing else that could be said here is sure. */
const brokenConfig = new vscode.CodeLens(top, {
  title: 'promptgate.yml is broken: evals and releases wait',
  command: 'workbench.actions.view.problems',
});

async function standingLens(
  { project, id, document }: OpenPrompt,
  standings: Deps['standings'],
): Promise<vscode.CodeLens[]> {
  const isSaved = document.uri.scheme === 'file';
  const standing = isSaved
    ? (standings.get(project, id) ?? (await standings.compute(project, id)))
    : undefined;
  const latest = standing?.state.latest;
  if (!standing || !latest) return [lens('Not published', 'promptgate.publish')];
  const live = liveLabel(document.uri);
  const label = standing.state.labels[live];
  // Open still, but renamed or deleted on the disk.
  if (!standing.hasFile)
    return [
      lens(`${live} ${label?.version ?? 'serves nothing'} · this file is gone`, 'promptgate.showHistory'),
    ];
  const count = standing.notLive?.length ?? 0;
  const changes = plural(count, 'change');
  const news =
    count === 0
      ? 'nothing changed'
      : !label
        ? `${changes} since`
        : standing.isPublished && latest !== label.version
          ? `${latest} not live (${changes})`
          : `${changes} not live`;
  const title = label ? `${live} ${label.version} · ${news}` : `${latest}, nothing on ${live} · ${news}`;
  return [lens(title, 'promptgate.compareWithWorkingCopy', 'Compare with the working copy')];
}

async function runLens(
  { project, document }: OpenPrompt,
  workspace: Deps['workspace'],
): Promise<vscode.CodeLens[]> {
  if (!vscode.workspace.isTrusted) {
    const command = { title: 'Trust this folder to run evals', command: 'workbench.trust.manage' };
    return [new vscode.CodeLens(top, command)];
  }
  const copy = await workspace.workingCopy(document.uri);
  if (copy.rows.length === 0) return [];
  const expected = await estimate(project, copy);
  const title = `Run ${plural(expected.rows, 'row')} (${formatEstimate(expected)})`;
  return [lens(title, 'promptgate.runEvals')];
}

/**
 * Without arguments, as the commands take the prompt of the editor that was clicked: VS Code forgets the arguments
 * of a lens as soon as the next ones are computed, and a click in that moment would fail.
 */
function lens(title: string, command: CommandId, tooltip?: string): vscode.CodeLens {
  return new vscode.CodeLens(top, { title, command, tooltip });
}
