import { planRemoveLabel, type RemoveLabelPlan } from '../registry/label.ts';
import type { Project } from './project.ts';

/** What taking a label away would do. Refusals are in the plan. */
export async function planRemoveLabelOf(
  project: Project,
  id: string,
  label: string,
  options: { readonly message?: string; readonly confirm?: string } = {},
): Promise<RemoveLabelPlan> {
  return planRemoveLabel({
    state: await project.store.readState(id),
    label,
    policy: await project.policy(),
    confirm: options.confirm,
    message: options.message ?? '',
    author: await project.host.author(project.root),
    now: project.host.now(),
    eventId: project.host.randomId(),
  });
}
