import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PromptgateError } from '../../errors.ts';
import { plural } from '../../evals/summary.ts';
import { findGitRoot, runGit } from '../../project/git.ts';
import { resolveConflicts, type LabelQuestion } from '../../registry/resolve.ts';
import type { Label } from '../../registry/store.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';

export interface ResolveFlags {
  readonly take?: 'ours' | 'theirs';
  readonly dryRun?: boolean;
}

export async function registryResolve(
  context: CommandContext,
  _args: readonly string[],
  flags: ResolveFlags,
): Promise<Outcome> {
  const project = await context.project();
  const registry = join(project.root, '.promptgate');
  if (findGitRoot(project.root) === undefined || !existsSync(registry)) {
    throw new PromptgateError(
      'nothing-to-resolve',
      `There is no registry in a git repository at ${project.root}.`,
    );
  }
  const resolutions = await resolveConflicts({
    root: registry,
    git: args => runGit(registry, args),
    choose: chooser(context, flags),
    dryRun: flags.dryRun,
    newEventId: () => context.io.randomId(),
    author: await project.host.author(project.root),
    now: context.io.now(),
  });
  const { style } = context;
  const lines = resolutions.flatMap(({ id, kept, replayed, moved, questions }) => [
    `${style.bold(id)}: ${plural(kept, 'event')} of theirs kept, ${plural(replayed.length, 'event')} of ours behind`,
    ...replayed.map(text => `  ${text}`),
    ...moved.map(({ was, version }) =>
      style.yellow(`  ${was} is ${version} now: both branches took that number`),
    ),
    ...(flags.dryRun ? questions.map(question => style.yellow(`  to decide: ${describe(question)}`)) : []),
  ]);
  const count = plural(resolutions.length, 'prompt');
  const end =
    resolutions.length === 0
      ? 'Nothing to resolve: no release log is in conflict.'
      : flags.dryRun
        ? `${count} would be resolved (--dry-run).`
        : style.green(`✓ ${count} resolved`);
  return {
    exitCode: 0,
    data: {
      dryRun: flags.dryRun ?? false,
      prompts: resolutions.map(({ id, kept, replayed, moved, questions }) => ({
        id,
        kept,
        replayed,
        moved,
        questions: questions.map(({ label, ours, theirs }) => ({
          label,
          ours: ours?.version ?? null,
          theirs: theirs?.version ?? null,
        })),
      })),
    },
    text: [...lines, end].join('\n'),
    notes:
      resolutions.length === 0 || flags.dryRun
        ? []
        : ['Staged for you. Finish the merge with git commit, a rebase with git rebase --continue.'],
  };
}

/** Who decides about a label that both moved: the flag, else the person at the terminal; else nobody. */
function chooser(
  { io, interactive }: CommandContext,
  { take }: ResolveFlags,
): ((question: LabelQuestion) => Promise<'ours' | 'theirs'>) | undefined {
  if (take !== undefined) return async () => take;
  if (!interactive) return undefined;
  return async question => {
    const answer = (await io.ask?.(`Both moved ${describe(question)}. Keep ours or theirs? `))?.trim();
    if (answer !== undefined && answer !== '') {
      if ('ours'.startsWith(answer.toLowerCase())) return 'ours';
      if ('theirs'.startsWith(answer.toLowerCase())) return 'theirs';
    }
    throw new PromptgateError('needs-choice', 'Nothing was changed: answer with ours or theirs.');
  };
}

function describe({ id, label, ours, theirs }: LabelQuestion): string {
  const name = (side: Label | undefined): string => side?.version ?? 'removed';
  return `${label} of ${id}: ours to ${name(ours)}, theirs to ${name(theirs)}`;
}
