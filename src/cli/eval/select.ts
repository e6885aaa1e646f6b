import { dirname, relative, sep } from 'node:path';
import { PromptgateError } from '../../errors.ts';
import { changedFiles, findGitRoot } from '../../project/git.ts';
import type { Project } from '../../project/project.ts';
import { indexWorkingCopies } from '../../project/promptIndex.ts';
import { loadWorkingCopy, type WorkingCopy } from '../../project/workingCopy.ts';
import type { CommandContext } from '../context.ts';
import { findTarget, type Target } from '../target.ts';

/** Which prompts to run: those that were named, all, or those that a branch changed. */
export async function selectTargets(
  context: CommandContext,
  args: readonly string[],
  flags: { readonly all?: boolean; readonly changed?: string },
): Promise<readonly Target[]> {
  const ways = [args.length > 0, flags.all, flags.changed !== undefined].filter(Boolean).length;
  if (ways !== 1) {
    throw new PromptgateError(
      'bad-arguments',
      ways === 0
        ? 'Which prompts? Name them (promptgate eval support/refund), or use --all or --changed <git-ref>.'
        : 'Use one of: names of prompts, --all, --changed <git-ref>.',
    );
  }
  if (args.length > 0) return Promise.all(args.map(argument => findTarget(context, argument)));
  const project = await context.project();
  const copies = await allCopies(project);
  const chosen =
    flags.changed === undefined ? copies : copies.filter(await isChangedSince(project, flags.changed));
  return chosen.map(copy => ({ kind: 'working-copy', id: copy.id, copy }));
}

async function allCopies(project: Project): Promise<readonly WorkingCopy[]> {
  const copies: WorkingCopy[] = [];
  for (const [id, [path, second]] of await indexWorkingCopies(project)) {
    if (path === undefined) continue;
    if (second !== undefined) {
      const names = [path, second].map(file => relative(project.root, file)).join(' and ');
      throw new PromptgateError(
        'duplicate-id',
        `${id} is the id of ${names}. Give one of them another "id:".`,
      );
    }
    copies.push(await loadWorkingCopy(project, path));
  }
  return copies;
}

/** A prompt is changed with its file, with any file that it names, and with promptgate.yml (models may differ). */
async function isChangedSince(project: Project, reference: string): Promise<(copy: WorkingCopy) => boolean> {
  if (findGitRoot(project.root) === undefined) {
    throw new PromptgateError('git', `--changed needs a git repository, and ${project.root} is in none.`);
  }
  const changed = await changedFiles(project.root, reference);
  if (changed.some(file => relative(project.root, file) === 'promptgate.yml')) return () => true;
  return copy =>
    changed.some(file => {
      if (file === copy.path) return true;
      const named = relative(dirname(copy.path), file).split(sep).join('/');
      return !project.isPromptFile(file) && copy.text.includes(named);
    });
}
