import { labelOf, pointersOf, samePointer, targetOnLabel, type Override } from './label.ts';
import { badMove, movePlan, pointerTo, type MovePlan, type MoveRequest } from './move.ts';
import type { Refusal } from './refusal.ts';
import type { ReleaseEvent } from './store.ts';

/** Moves the pointer back to a version that the label has served before: needs no new evidence, is never protected. */
export function planRollback(request: MoveRequest): MovePlan {
  const { state, label, to, log } = request;
  const now = labelOf(state.labels, label);
  const refusals: Refusal[] = [...badMove(request)];
  const served = pointersOf(log, label).filter(pointer => pointer.version === to.version);
  // The newest that differs: after a swap of the model alone, rolling back to the same version undoes the swap.
  const before = served.findLast(pointer => !now || !samePointer(now, pointer));
  if (!before)
    refusals.push(
      served.length > 0
        ? { rule: 'already-there', message: `${label} serves ${to.version} already.` }
        : {
            rule: 'never-served',
            message: `${to.version} has never been on ${label}, so this would be no rollback.`,
            nextStep: `promptgate promote ${state.id}@${to.version} ${label}`,
          },
    );
  const override: Override = before ?? {};
  return movePlan(request, {
    type: 'rollback',
    pointer: pointerTo(request, to.version, override),
    target: targetOnLabel(to, override),
    checks: [],
    refusals,
    protected: false,
  });
}

/**
 * The version to go back to. Promotions pile up and rollbacks take down what is above: rolling back twice goes
 * back two steps, not to the version that was just rolled back.
 */
export function previousVersion(log: readonly ReleaseEvent[], label: string): string | undefined {
  const pile: string[] = [];
  for (const event of log) {
    if (event.label !== label || event.to === undefined) continue;
    if (event.type === 'rollback' && pile.includes(event.to)) pile.length = pile.lastIndexOf(event.to) + 1;
    else if (pile.at(-1) !== event.to) pile.push(event.to);
  }
  const now = labelOf(log.at(-1)?.labels ?? {}, label)?.version;
  return pile.findLast(version => version !== now);
}
