import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { relativeTime } from '../project/relativeTime.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { liveLabel } from './settings.ts';
import { subjectOf, workingCopyUri, type Subject } from './subject.ts';
import { readVersionUri, requireVersion, subjectOfVersion, versionUri } from './versions.ts';

/** One side of a comparison: a version, a label, or the working copy. */
interface Side {
  readonly name: string;
  readonly uri: vscode.Uri;
}

interface SideItem extends vscode.QuickPickItem {
  readonly side?: Side;
}

/** Opens versions, and compares any with any other, with a label, with the working copy. */
export function registerCompare(deps: Deps): vscode.Disposable {
  const { workspace, dialogs } = deps;

  const sidesOf = async ({ project, id }: Subject): Promise<readonly SideItem[]> => {
    const [state, entry] = await Promise.all([project.store.readState(id), workspace.entry(project, id)]);
    const working: SideItem[] = entry?.path
      ? [{ label: '$(edit) working copy', side: { name: 'working copy', uri: vscode.Uri.file(entry.path) } }]
      : [];
    const labels = Object.entries(state.labels).map(([label, { version }]) => ({
      label: `$(tag) ${label}`,
      description: version,
      side: { name: `${label} ${version}`, uri: versionUri(project, id, label) },
    }));
    const versions = state.versions.map(({ version, time, message }) => ({
      label: `$(git-commit) ${version}`,
      description: [relativeTime(time, Date.now()), message].filter(Boolean).join(' · '),
      side: { name: version, uri: versionUri(project, id, version) },
    }));
    return [
      ...working,
      ...(labels.length > 0 ? [separator('labels')] : []),
      ...labels,
      ...(versions.length > 0 ? [separator('versions')] : []),
      ...versions,
    ];
  };

  const pickSide = async (
    items: readonly SideItem[],
    title: string,
    placeHolder: string,
  ): Promise<Side | undefined> =>
    (await dialogs.pick(items, { title, placeHolder, matchOnDescription: true }))?.side;

  const compare = async (argument: unknown): Promise<void> => {
    const subject =
      (await subjectOfDocument(deps, argument)) ??
      (await subjectOf(deps, argument, 'Compare', ({ summary }) => summary?.latest !== undefined));
    if (!subject) return;
    const { id } = subject;
    const items = await sidesOf(subject);
    if (items.filter(({ side }) => side).length < 2) {
      throw new PromptgateError('nothing-to-compare', `${id} has nothing to compare with: publish it first.`);
    }
    const given = subject.version ?? subject.label;
    const left = given
      ? { name: given, uri: versionUri(subject.project, id, given) }
      : await pickSide(items.filter(isNotWorkingCopy), `Compare ${id}`, 'Before');
    if (!left) return;
    const others = items.filter(({ side }) => side?.name !== left.name);
    const right = await pickSide(others, `Compare ${id} ${left.name} with`, 'After');
    if (right) await openDiff(id, left, right);
  };

  const compareWithWorkingCopy = async (argument: unknown): Promise<void> => {
    const subject = (await subjectOfDocument(deps, argument)) ?? (await subjectOf(deps, argument, 'Compare'));
    if (!subject) return;
    const { project, id } = subject;
    const uri = await workingCopyUri(deps, subject);
    const live = liveLabel(uri);
    const { labels } = await project.store.readState(id);
    const ref = subject.label ?? subject.version ?? (labels[live] ? live : await latestOf(project, id));
    const version = await requireVersion(project, id, ref);
    const name = ref === version.version ? ref : `${ref} ${version.version}`;
    await openDiff(id, { name, uri: versionUri(project, id, ref) }, { name: 'working copy', uri });
  };

  const openVersion = async (argument: unknown): Promise<void> => {
    const subject = await subjectOf(deps, argument, 'Open Version');
    if (!subject) return;
    const ref = subject.version ?? subject.label ?? (await latestOf(subject.project, subject.id));
    const { version } = await requireVersion(subject.project, subject.id, ref);
    await vscode.commands.executeCommand('vscode.open', versionUri(subject.project, subject.id, version));
  };

  const openPrompt = async (argument: unknown): Promise<void> => {
    const subject = await subjectOf(deps, argument, 'Open Prompt');
    if (subject) await vscode.commands.executeCommand('vscode.open', await workingCopyUri(deps, subject));
  };

  const copyReference = async (argument: unknown): Promise<void> => {
    const subject = await subjectOf(deps, argument, 'Copy Reference');
    if (!subject) return;
    const { id, label, version } = subject;
    const reference = [id, label ?? version].filter(part => part !== undefined).join('@');
    await vscode.env.clipboard.writeText(reference);
    vscode.window.setStatusBarMessage(`$(check) Copied ${reference}`, 3000);
  };

  return vscode.Disposable.from(
    registerCommand(deps, 'promptgate.compare', compare),
    registerCommand(deps, 'promptgate.compareWithWorkingCopy', compareWithWorkingCopy),
    registerCommand(deps, 'promptgate.openVersion', openVersion),
    registerCommand(deps, 'promptgate.openPrompt', openPrompt),
    registerCommand(deps, 'promptgate.copyReference', copyReference),
  );
}

/** What `vscode.diff` takes: `refund: production 2.3.1 ↔ working copy`. */
export function diffArguments(id: string, left: Side, right: Side): [vscode.Uri, vscode.Uri, string] {
  return [left.uri, right.uri, `${id.slice(id.indexOf('/') + 1)}: ${left.name} ↔ ${right.name}`];
}

async function openDiff(id: string, left: Side, right: Side): Promise<void> {
  await vscode.commands.executeCommand('vscode.diff', ...diffArguments(id, left, right));
}

/** A version's own document, when that is what the command was started from. */
async function subjectOfDocument(deps: Deps, argument: unknown): Promise<Subject | undefined> {
  const uri = argument instanceof vscode.Uri ? argument : undefined;
  return uri && readVersionUri(uri) ? subjectOfVersion(deps, uri) : undefined;
}

async function latestOf(project: Project, id: string): Promise<string> {
  const { latest } = await project.store.readState(id);
  if (latest) return latest;
  throw new PromptgateError('unknown-version', `${id} is not published yet.`);
}

function isNotWorkingCopy({ side }: SideItem): boolean {
  return side?.name !== 'working copy';
}

function separator(label: string): SideItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
