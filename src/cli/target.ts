import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { PromptgateError } from '../errors.ts';
import type { Target as Answerer } from '../prompt/digest.ts';
import { nearName } from '../prompt/nearName.ts';
import { isPromptId, parseReference } from '../prompt/id.ts';
import type { Project } from '../project/project.ts';
import { indexWorkingCopies, unknownPrompt } from '../project/promptIndex.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { targetOnLabel } from '../registry/label.ts';
import type { Label, PromptState, Version } from '../registry/store.ts';
import type { CommandContext } from './context.ts';

/** What an argument names: a file being edited, or something published. */
export type Target =
  | { readonly kind: 'working-copy'; readonly id: string; readonly copy: WorkingCopy }
  | {
      readonly kind: 'version';
      readonly id: string;
      readonly version: Version;
      /** The label it was asked for by. */
      readonly label?: Label & { readonly name: string };
    };

/** What answers: a label may serve its version with another model. */
export function answererOf(target: Target): Answerer {
  return target.kind === 'version' ? targetOnLabel(target.version, target.label ?? {}) : target.copy.target;
}

/** An argument that is a path; all others are references. */
export function isPath(argument: string): boolean {
  return /\.ya?ml$/i.test(argument) || argument.startsWith('.') || isAbsolute(argument);
}

/** @throws PromptgateError `unknown-prompt`, `unknown-version`, `bad-reference`, `cannot-read`, all with a next step */
export async function findTarget(context: CommandContext, argument: string): Promise<Target> {
  if (!isPath(argument)) {
    const { id, version, label } = parseReference(argument);
    if (version !== undefined || label !== undefined)
      return findPublished(await context.project(), id, { version, label });
  }
  const copy = await findCopy(context, argument);
  return { kind: 'working-copy', id: copy.id, copy };
}

/** The working copy that an id or a path names; a version cannot be given. */
export async function findCopy(context: CommandContext, argument: string): Promise<WorkingCopy> {
  const project = await context.project();
  // What is published is found without the code that reads prompts.
  const { findWorkingCopy, loadWorkingCopy } = await import('../project/workingCopy.ts');
  if (!isPath(argument)) return findWorkingCopy(project, plainId(argument));
  const path = await existingFile(context, argument);
  const copy = await loadWorkingCopy(project, path);
  const others: string[] = [];
  for (const other of (await indexWorkingCopies(project)).get(copy.id) ?? [])
    if ((await realpath(other)) !== (await realpath(path))) others.push(other);
  if (others.length === 0) return copy;
  // A path is plain enough to look by; to publish, the id must be one file's alone, which lint then says.
  const sameId = others.map(other => relative(project.root, other).split(sep).join('/'));
  return loadWorkingCopy(project, path, { text: copy.text, parsed: copy.parsed, sameId });
}

/** An id without version or label. */
export function plainId(argument: string): string {
  const { id, version, label } = parseReference(argument);
  if (version !== undefined || label !== undefined) {
    throw new PromptgateError('bad-reference', `An id alone is expected here, like ${id}, not ${argument}.`);
  }
  return id;
}

/** The state of a prompt that has been published. @throws PromptgateError `unknown-prompt`, `not-published` */
export async function publishedState(project: Project, id: string): Promise<PromptState> {
  const state = await project.store.readState(id);
  if (state.head.revision > 0) return state;
  const copies = await indexWorkingCopies(project);
  if (copies.has(id)) {
    throw new PromptgateError(
      'not-published',
      `${id} has not been published yet.\nNext: promptgate publish ${id} -m "first version"`,
    );
  }
  const published = await project.store.list();
  throw unknownPrompt(id, [...new Set([...copies.keys(), ...published.map(summary => summary.id)])]);
}

/** What production serves, else the highest version. @throws PromptgateError `not-published` */
export async function findLive(context: CommandContext, id: string): Promise<Target> {
  const { labels, latest } = await publishedState(await context.project(), id);
  const live = Object.hasOwn(labels, 'production') ? { label: 'production' } : { version: latest };
  return findPublished(await context.project(), id, live);
}

async function findPublished(
  project: Project,
  id: string,
  wanted: { readonly version?: string; readonly label?: string },
): Promise<Target> {
  if (wanted.label === undefined && wanted.version !== undefined) {
    // Found by its number alone, without reading what was published before and after.
    const version = await project.store.readVersion(id, wanted.version);
    if (version) return { kind: 'version', id, version };
  }
  const state = await publishedState(project, id);
  const name = wanted.label ?? '';
  const label = state.labels[name];
  const version = label && (await project.store.readVersion(id, label.version));
  if (!label || !version) throw unknownVersion(state, wanted.label ?? wanted.version ?? '');
  return { kind: 'version', id, version, label: { ...label, name } };
}

/** An error that offers the labels and versions there are. */
export function unknownVersion(state: PromptState, wanted: string): PromptgateError {
  const labels = Object.keys(state.labels);
  const versions = state.versions.map(({ version }) => version);
  const near = nearName(wanted, [...labels, ...versions]);
  const shown = versions.length > 5 ? [...versions.slice(0, 5), '…'] : versions;
  return new PromptgateError(
    'unknown-version',
    [
      `${state.id} has no version or label "${wanted}".${near === undefined ? '' : ` Did you mean ${state.id}@${near}?`}`,
      `Labels: ${labels.join(', ') || 'none'}. Versions: ${shown.join(', ') || 'none'}.`,
    ].join('\n'),
    { data: { near } },
  );
}

async function existingFile(context: CommandContext, argument: string): Promise<string> {
  const path = resolve(context.cwd, argument);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return path;
  const reason = found ? 'it is a folder, and one prompt file is expected' : 'there is no such file';
  const hint = isPromptId(argument)
    ? ''
    : '\nA prompt can also be named by its id: "promptgate list" shows them.';
  throw new PromptgateError('cannot-read', `Cannot read ${argument}: ${reason}.${hint}`);
}
