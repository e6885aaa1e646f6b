import { planRollbackAsNewVersion } from '../../project/publish.ts';
import { planRollbackOf, rollbackTarget } from '../../project/move.ts';
import { applyMove, type MovePlan } from '../../registry/move.ts';
import { applyPublish, type PublishPlan } from '../../registry/publish.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { release, type ReleaseFlags } from '../releasing.ts';
import { plainId, publishedState, unknownVersion } from '../target.ts';
import { describeMove, moveData } from './promote.ts';
import { describePublish, publishData } from './publish.ts';

export interface RollbackOptions extends ReleaseFlags {
  readonly to?: string;
  readonly asNewVersion?: boolean;
  readonly override?: string;
  readonly message?: string;
}

export async function rollback(
  context: CommandContext,
  [reference = '', label = '']: readonly string[],
  options: RollbackOptions,
): Promise<Outcome> {
  // A pointer goes back whatever promptgate.yml says: nobody mends a file first at night. Publishing reads it.
  const project = await (options.asNewVersion ? context.soundProject() : context.project());
  const id = plainId(reference);
  const state = await publishedState(project, id);
  if (!state.labels[label]) throw unknownVersion(state, label);
  if (options.to !== undefined && !state.versions.some(({ version }) => version === options.to)) {
    throw unknownVersion(state, options.to);
  }
  // Decided once: when a colleague rolls back in between, this must not go back a step further.
  const version = await rollbackTarget(project, id, label, options.to);
  if (options.asNewVersion) {
    const message = options.message ?? `Roll back ${label}`;
    return release<PublishPlan>(
      context,
      {
        project,
        plan: () =>
          planRollbackAsNewVersion(project, id, label, { version, message, override: options.override }),
        apply: plan => applyPublish(project.store, plan),
        describe: plan => describePublish(context, plan),
        toData: plan => ({ kind: 'publish', ...publishData(plan), label }),
        title: plan => `Publish the old content of ${plan.id} as ${plan.version}`,
        done: plan =>
          `Published ${plan.id} ${plan.version}. Next: promptgate promote ${plan.id}@${plan.version} ${label}`,
      },
      options,
    );
  }
  return release<MovePlan>(
    context,
    {
      project,
      plan: () => planRollbackOf(project, id, label, { version, message: options.message }),
      apply: plan => applyMove(project.store, plan),
      describe: plan => describeMove(context, plan),
      toData: plan => ({ kind: 'move', ...moveData(plan) }),
      title: plan => `Roll back ${plan.id} ${plan.label} to ${plan.to}`,
      done: plan =>
        `${plan.label} of ${plan.id} is back on ${plan.to}${plan.from === undefined ? '' : `, before ${plan.from}`}`,
    },
    options,
  );
}
