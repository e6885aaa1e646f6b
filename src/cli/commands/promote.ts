import { PromptgateError } from '../../errors.ts';
import { parseReference } from '../../prompt/id.ts';
import { planPromoteOf } from '../../project/move.ts';
import { pointerText } from '../../registry/label.ts';
import { applyMove, type MovePlan } from '../../registry/move.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { release, type ReleaseFlags } from '../releasing.ts';
import { publishedState, unknownVersion } from '../target.ts';
import { listChanges } from '../changes.ts';

export interface PromoteOptions extends ReleaseFlags {
  readonly message?: string;
  readonly model?: string;
  readonly confirm?: string;
}

export async function promote(
  context: CommandContext,
  [reference = '', label = '']: readonly string[],
  options: PromoteOptions,
): Promise<Outcome> {
  const project = await context.soundProject();
  const { id, version: number, label: source } = parseReference(reference);
  const state = await publishedState(project, id);
  // `promote support/refund@staging production` promotes what staging serves now.
  const version = number ?? (source === undefined ? undefined : state.labels[source]?.version);
  if (version === undefined) {
    if (source !== undefined) throw unknownVersion(state, source);
    throw new PromptgateError(
      'bad-reference',
      `Which version? promptgate promote ${id}@${state.latest ?? '1.0.0'} ${label}`,
    );
  }
  if (!state.versions.some(summary => summary.version === version)) throw unknownVersion(state, version);
  let confirm = options.confirm;
  const plan = () =>
    planPromoteOf(project, id, version, label, { message: options.message, model: options.model, confirm });
  const first = await plan();
  const onlyUnconfirmed =
    first.refusals.length > 0 && first.refusals.every(({ rule }) => rule === 'protected');
  if (onlyUnconfirmed && context.interactive && confirm === undefined && !options.dryRun) {
    context.io.stderr.write(`${describeMove(context, first).join('\n')}\n`);
    confirm = (await context.io.ask?.(`${label} is protected. Type ${id} to promote: `))?.trim();
  }
  return release<MovePlan>(
    context,
    {
      project,
      plan,
      apply: move => applyMove(project.store, move),
      // Who typed the id has confirmed what was shown, not what another release has made of it meanwhile.
      isAgreed: move => confirm !== undefined && move.expectedHead.hash === first.expectedHead.hash,
      describe: move => describeMove(context, move),
      toData: moveData,
      title: move => `Promote ${move.id} ${move.to} to ${move.label}`,
      done: move =>
        `${move.label} of ${move.id} serves ${move.to}${move.from === undefined ? '' : `, before ${move.from}`}`,
    },
    { ...options, yes: options.yes || options.confirm !== undefined },
  );
}

/** The plan in words; also for a rollback. */
export function describeMove({ style }: CommandContext, plan: MovePlan): readonly string[] {
  return [
    `${style.bold(plan.id)} ${plan.label}: ${pointerText(plan.before, plan.pointer)} → ${style.bold(pointerText(plan.pointer, plan.before))}`,
    ...listChanges(style, plan.changes, plan.contract.changes),
    ...plan.checks.map(
      ({ ok, text }) => `  ${ok ? style.green('✓') : style.red('✗')} ${text.replace(/\s*[✓✗]$/, '')}`,
    ),
  ];
}

export function moveData(plan: MovePlan): Readonly<Record<string, unknown>> {
  return {
    id: plan.id,
    label: plan.label,
    from: plan.from ?? null,
    to: plan.to,
    changes: plan.changes,
    contract: plan.contract.changes,
    gate: plan.gate ?? null,
    checks: plan.checks,
    protected: plan.protected,
  };
}
