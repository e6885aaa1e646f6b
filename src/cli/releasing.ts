import { join } from 'node:path';
import { PromptgateError } from '../errors.ts';
import { findGitRoot } from '../project/git.ts';
import type { Project } from '../project/project.ts';
import type { Refusal } from '../registry/refusal.ts';
import type { PromptState } from '../registry/store.ts';
import type { CommandContext } from './context.ts';
import { toPlainProblem, type Outcome } from './outcome.ts';
import type { Style } from './style.ts';

// What publish, promote and rollback share: show the plan, ask, apply, say how far it has come.

export interface Release<Plan> {
  readonly project: Project;
  /** Reads the registry anew each time, as another release may come between. */
  plan(): Promise<Plan>;
  apply(plan: Plan): Promise<PromptState>;
  /** Whether the person at the terminal has seen just this and agreed already. */
  isAgreed?(plan: Plan): boolean;
  /** The plan in words, one line an entry. */
  describe(plan: Plan): readonly string[];
  toData(plan: Plan): Readonly<Record<string, unknown>>;
  /** `Publish support/refund 2.4.0`: the question, and the message for git. */
  title(plan: Plan): string;
  /** `Published support/refund 2.4.0`. */
  done(plan: Plan): string;
}

export interface ReleaseFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface AnyPlan {
  readonly refusals: readonly Refusal[];
}

const attempts = 5;

export async function release<Plan extends AnyPlan>(
  context: CommandContext,
  what: Release<Plan>,
  flags: ReleaseFlags,
): Promise<Outcome> {
  let plan = await what.plan();
  const { style } = context;
  let words = what.describe(plan);
  const asks = context.interactive && !flags.yes;
  const isWanted = async () => {
    if (!asks) return true;
    context.io.stderr.write(`${words.join('\n')}\n`);
    return isConfirmed(context, `${what.title(plan)}? [Y/n] `);
  };
  const data = (state?: PromptState) => ({
    ...what.toData(plan),
    dryRun: flags.dryRun ?? false,
    released: state !== undefined,
    refusals: plan.refusals.map(({ rule, message, nextStep }) => ({
      rule,
      message,
      nextStep: nextStep ?? null,
    })),
    head: state ? state.head : null,
    pushed: state && findGitRoot(what.project.root) !== undefined ? false : null,
  });
  if (plan.refusals.length > 0) return refused(what.title(plan), plan.refusals, words, data(), style);
  if (flags.dryRun) {
    return {
      exitCode: 0,
      data: data(),
      text: [...words, '', `${what.title(plan)}: would be done (--dry-run).`].join('\n'),
    };
  }
  const unwanted = (): Outcome => ({ exitCode: 1, data: data(), text: '', notes: ['Nothing was changed.'] });
  if (!what.isAgreed?.(plan) && !(await isWanted())) return unwanted();
  for (let attempt = 1; ; attempt++) {
    try {
      const state = await what.apply(plan);
      const shown = asks ? [] : [...words, ''];
      return {
        exitCode: 0,
        data: data(state),
        text: [...shown, style.green(`✓ ${what.done(plan)}`)].join('\n'),
        notes: pushNotes(context, what.project, what.title(plan)),
      };
    } catch (error) {
      const lost = error instanceof PromptgateError && error.code === 'conflict';
      if (!lost || attempt === attempts) throw error;
      // Somebody else released in between: decide again on what they left, and ask again about anything else.
      const before = words.join('\n');
      plan = await what.plan();
      words = what.describe(plan);
      if (plan.refusals.length > 0) return refused(what.title(plan), plan.refusals, words, data(), style);
      if (words.join('\n') !== before && !(await isWanted())) return unwanted();
    }
  }
}

function refused(
  title: string,
  refusals: readonly Refusal[],
  words: readonly string[],
  data: unknown,
  style: Style,
): Outcome {
  const lines = refusals.flatMap(({ rule, message, nextStep }) => [
    `  ${style.red('✗')} ${style.bold(rule)}: ${message}`,
    ...(nextStep === undefined ? [] : [`    Next: ${nextStep}`]),
  ]);
  return {
    exitCode: 1,
    data,
    problems: refusals.map(({ rule, message }) => toPlainProblem(rule, message)),
    text: [...words, ...(words.length > 0 ? [''] : []), style.red(`Refused: ${title}`), ...lines].join('\n'),
  };
}

async function isConfirmed({ io }: CommandContext, question: string): Promise<boolean> {
  const answer = await io.ask?.(question);
  return answer !== undefined && /^(y|yes|)$/i.test(answer.trim());
}

/** A registry in git is live for others only where it has been merged to. */
function pushNotes({ display }: CommandContext, project: Project, title: string): readonly string[] {
  if (findGitRoot(project.root) === undefined) return [];
  const message = title.replaceAll(/["$`\\]/g, '');
  const folder = display(join(project.root, '.promptgate'));
  return [
    'Recorded here, not yet pushed. To let others have it:',
    `  git add ${/\s/.test(folder) ? `"${folder}"` : folder} && git commit -m "${message}" && git push`,
  ];
}
