import { labelOf, pointersOf, samePointer, targetOnLabel, type Override } from './label.ts';
import { badMove, movePlan, pointerTo, type MovePlan, type MoveRequest } from './move.ts';
import type { Refusal } from './refusal.ts';
import type { Label, ReleaseEvent } from './store.ts';

/** Moves the pointer back to a version that the label has served before: needs no new evidence, is never protected. */
export function planRollback(request: MoveRequest): MovePlan {
  const { state, label, to, log } = request;
  const now = labelOf(state.labels, label);
  const refusals: Refusal[] = [...badMove(request)];
  const served = pointersOf(log, label).filter(pointer => pointer.version === to.version);
  const below = pileOf(log, label).filter(pointer => !now || !samePointer(now, pointer));
  // With the model that it had then. Of the version that is there, only what was before it: a swap that was undone
  // meanwhile, by somebody else who rolled back, is not made again.
  const before =
    below.findLast(pointer => pointer.version === to.version) ??
    (now?.version === to.version ? undefined : served.at(-1));
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

/** What the label pointed to before: another version, or the same with another model. */
export function previousPointer(log: readonly ReleaseEvent[], label: string): Label | undefined {
  const now = labelOf(log.at(-1)?.labels ?? {}, label);
  return pileOf(log, label).findLast(pointer => !now || !samePointer(pointer, now));
}

/**
 * Promotions pile up and rollbacks take down what is above: rolling back twice goes back two steps, not to what was
 * just rolled back.
 */
function pileOf(log: readonly ReleaseEvent[], label: string): readonly Label[] {
  const pile: Label[] = [];
  for (const event of log) {
    const pointer = event.label === label ? labelOf(event.labels, label) : undefined;
    if (!pointer) continue;
    const known = event.type === 'rollback' ? pile.findLastIndex(each => samePointer(each, pointer)) : -1;
    if (known >= 0) pile.length = known;
    const top = pile.at(-1);
    if (!top || !samePointer(top, pointer)) pile.push(pointer);
  }
  return pile;
}
