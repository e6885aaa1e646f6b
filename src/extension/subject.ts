import { relative } from 'node:path';
import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { configFileName } from '../project/config.ts';
import { configError, type Project } from '../project/project.ts';
import type { Deps } from './deps.ts';
import type { PromptEntry } from './promptEntries.ts';

/** What a command is about. Tree items are subjects; CodeLenses pass one; the palette asks for one. */
export interface Subject {
  readonly project: Project;
  readonly id: string;
  readonly version?: string;
  readonly label?: string;
  /** The document that the command was started from: another file may have the same id. */
  readonly uri?: vscode.Uri;
}

/** The first of these that says what the command is about: its argument, the active editor, the user. */
export async function subjectOf(
  deps: Pick<Deps, 'workspace' | 'dialogs'>,
  argument: unknown,
  title: string,
  accept: (entry: PromptEntry) => boolean = () => true,
): Promise<Subject | undefined> {
  if (isSubject(argument)) return argument;
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  const open = uri && deps.workspace.get(uri);
  if (open) return { project: open.project, id: open.id, uri: open.document.uri };
  if (argument instanceof vscode.Uri) return subjectOfFile(deps, argument);
  return pickSubject(deps, title, accept);
}

export function isSubject(value: unknown): value is Subject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'project' in value &&
    'id' in value &&
    typeof value.id === 'string' &&
    value.project !== undefined
  );
}

/**
 * The working copy's address: the document that the command was started from, else the file with the prompt's id.
 * @throws PromptgateError `not-saved` of a document on no disk, `duplicate-id`, `no-working-copy`
 */
export async function workingCopyUri(deps: Pick<Deps, 'workspace'>, subject: Subject): Promise<vscode.Uri> {
  if (subject.uri?.scheme === 'file') return subject.uri;
  if (subject.uri) {
    throw new PromptgateError('not-saved', `Save ${subject.id} to a file first: it is on no disk yet.`);
  }
  await requireOneFile(deps, subject);
  const entry = await deps.workspace.entry(subject.project, subject.id);
  if (entry?.path) return vscode.Uri.file(entry.path);
  for (const { document, project, id } of deps.workspace.prompts) {
    if (project === subject.project && id === subject.id && document.uri.scheme === 'file')
      return document.uri;
  }
  throw new PromptgateError(
    'no-working-copy',
    `${subject.id} has no prompt file in this workspace: only its published versions are here. Open a version and choose "Restore Version" to get a file again.`,
  );
}

/** Which of two files is meant by their id, nobody knows. @throws PromptgateError `duplicate-id` */
export async function requireOneFile(
  { workspace }: Pick<Deps, 'workspace'>,
  { project, id }: Subject,
): Promise<void> {
  const entry = await workspace.entry(project, id);
  if (entry?.path === undefined || entry.others.length === 0) return;
  const [first, ...others] = [entry.path, ...entry.others].map(path => relative(project.root, path));
  throw new PromptgateError(
    'duplicate-id',
    `${id} is the id of ${first} and of ${others.join(' and ')}. Give one of them another "id:".`,
    { data: { path: entry.path } },
  );
}

async function subjectOfFile(deps: Pick<Deps, 'workspace'>, uri: vscode.Uri): Promise<Subject> {
  const { id } = await deps.workspace.workingCopy(uri);
  return { project: await deps.workspace.projectOf(uri), id, uri };
}

/**
 * Defaults stand in for what is broken in promptgate.yml, ids included: good enough to look at prompts, not to send
 * them to a model or to release them.
 * @throws PromptgateError `bad-config`
 */
export function requireSoundConfig(project: Project): void {
  const broken = configError(project);
  if (!broken) return;
  throw new PromptgateError('bad-config', `${configFileName} is broken: ${broken.message}`, {
    data: { path: broken.file },
  });
}

/** The window's project, or the one that the user chooses. @throws PromptgateError `no-folder` */
export async function pickProject(
  deps: Pick<Deps, 'workspace' | 'dialogs'>,
  title: string,
): Promise<Project | undefined> {
  const projects = await someProjects(deps);
  if (projects.length === 1) return projects[0];
  const items = projects.map(project => ({
    label: project.root.split(/[\\/]/).at(-1) ?? project.root,
    description: project.root,
    project,
  }));
  return (await deps.dialogs.pick(items, { title, placeHolder: 'Folder' }))?.project;
}

async function someProjects(deps: Pick<Deps, 'workspace'>): Promise<readonly Project[]> {
  const projects = await deps.workspace.projects();
  if (projects.length > 0) return projects;
  throw new PromptgateError('no-folder', 'Open a folder first: prompts live in the files of a folder.');
}

async function pickSubject(
  deps: Pick<Deps, 'workspace' | 'dialogs'>,
  title: string,
  accept: (entry: PromptEntry) => boolean,
): Promise<Subject | undefined> {
  const projects = await someProjects(deps);
  const perProject = await Promise.all(
    projects.map(async project => ({ project, entries: await deps.workspace.entries(project) })),
  );
  const items = perProject.flatMap(({ project, entries }) =>
    entries.filter(accept).map(entry => ({
      label: entry.id,
      description: describeEntry(entry, projects.length > 1 ? project.root : undefined),
      subject: { project, id: entry.id },
    })),
  );
  if (items.length === 0) {
    throw new PromptgateError(
      'no-prompts',
      perProject.some(({ entries }) => entries.length > 0)
        ? 'No prompt fits: publish one first.'
        : 'This workspace has no prompts yet. Create one with "Promptgate: New Prompt".',
    );
  }
  const chosen = await deps.dialogs.pick(items, { title, placeHolder: 'Prompt', matchOnDescription: true });
  return chosen?.subject;
}

function describeEntry({ summary }: PromptEntry, root: string | undefined): string {
  const parts = summary?.latest
    ? [summary.latest, ...Object.entries(summary.labels).map(([label, { version }]) => `${label} ${version}`)]
    : ['not published'];
  return [...parts, ...(root ? [root] : [])].join(' · ');
}
