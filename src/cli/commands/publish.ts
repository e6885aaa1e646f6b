import type { Bump } from '../../prompt/bump.ts';
import { planPublishOf } from '../../project/publish.ts';
import { applyPublish, type PublishPlan } from '../../registry/publish.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { release, type ReleaseFlags } from '../releasing.ts';
import { findCopy } from '../target.ts';
import { changesTitle, listChanges } from '../changes.ts';

export interface PublishOptions extends ReleaseFlags {
  readonly message?: string;
  readonly bump?: Bump;
  readonly override?: string;
}

export async function publish(
  context: CommandContext,
  [reference = '']: readonly string[],
  options: PublishOptions,
): Promise<Outcome> {
  const project = await context.soundProject();
  const copy = await findCopy(context, reference);
  const message = options.message ?? (await askMessage(context, options));
  return release<PublishPlan>(
    context,
    {
      project,
      plan: () => planPublishOf(project, copy, { message, bump: options.bump, override: options.override }),
      apply: plan => applyPublish(project.store, plan),
      describe: plan => describePublish(context, plan),
      toData: publishData,
      title: plan => `Publish ${plan.id} ${plan.version}`,
      done: plan => `Published ${plan.id} ${plan.version}`,
    },
    options,
  );
}

/** The plan in words; also for a rollback as a new version. */
export function describePublish({ style }: CommandContext, plan: PublishPlan): readonly string[] {
  const { proposal, changes, base } = plan;
  const listed = base === undefined ? [] : listChanges(style, changes, proposal.changes);
  return [
    `${style.bold(`${plan.id} ${plan.version}`)} (${base === undefined ? 'first version' : plan.bump})`,
    ...(listed.length === 0 ? [] : [changesTitle(listed.length, ` since ${base}`, proposal.bump), ...listed]),
    plan.gate.outcome === 'pass'
      ? style.green(`✓ ${plan.gate.text}`)
      : style.yellow(`! gate: ${plan.gate.text}`),
  ];
}

export function publishData(plan: PublishPlan): Readonly<Record<string, unknown>> {
  return {
    id: plan.id,
    version: plan.version,
    base: plan.base ?? null,
    bump: plan.bump,
    changes: plan.changes,
    contract: plan.proposal.changes,
    gate: plan.gate,
  };
}

/** At a terminal a missing message is asked for; elsewhere the plan refuses. */
async function askMessage(context: CommandContext, options: PublishOptions): Promise<string> {
  if (!context.interactive || options.yes || options.dryRun) return '';
  return (await context.io.ask?.('Why (message for the release log): '))?.trim() ?? '';
}
