import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { planRemoveLabelOf } from '../project/move.ts';
import { applyRemoveLabel } from '../registry/removeLabel.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { requireTrust } from './evaluations.ts';
import { releaseReviewed } from './releasing.ts';
import { subjectOf, type Subject } from './subject.ts';

/** Remove Label…: whoever asks for the label gets nothing afterwards, so it always asks. */
export function registerRemoveLabel(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.removeLabel', async argument => {
    requireTrust('Releases');
    const subject = await subjectOf(
      deps,
      argument,
      'Remove Label',
      ({ summary }) => summary !== undefined && Object.keys(summary.labels).length > 0,
    );
    const label = subject && (await chooseLabel(deps, subject));
    if (!subject || label === undefined) return;
    const { project, id } = subject;
    const plan = await planRemoveLabelOf(project, id, label, { confirm: id });
    const [refusal] = plan.refusals;
    if (refusal) throw new PromptgateError('refused', refusal.message);
    const confirm = plan.protected ? await askId(deps, id, label) : undefined;
    const agreed = plan.protected
      ? confirm !== undefined
      : await deps.dialogs.confirm({
          message: `Remove ${label} from ${id}?`,
          detail: `It serves ${plan.from ?? 'nothing'}. Whoever asks for ${id}@${label} gets nothing afterwards. The version stays.`,
          action: 'Remove Label',
        });
    if (!agreed) return;
    const final = await planRemoveLabelOf(project, id, label, confirm === undefined ? {} : { confirm });
    const notice = await releaseReviewed(deps, project, {
      reviewed: plan,
      plan: final,
      apply: applyRemoveLabel,
      text: `Removed ${label} from ${id}, it served ${plan.from ?? 'nothing'}`,
    });
    if (notice !== undefined) throw new PromptgateError('conflict', notice);
  });
}

async function chooseLabel({ dialogs }: Deps, { project, id, label }: Subject): Promise<string | undefined> {
  if (label !== undefined) return label;
  const { labels } = await project.store.readState(id);
  const items = Object.entries(labels).map(([name, { version }]) => ({
    label: `$(tag) ${name}`,
    description: `serves ${version}`,
    name,
  }));
  if (items.length === 0) throw new PromptgateError('unknown-label', `${id} has no label.`);
  return (await dialogs.pick(items, { title: `Remove label of ${id}`, placeHolder: 'Label' }))?.name;
}

function askId({ dialogs }: Deps, id: string, label: string): Promise<string | undefined> {
  return dialogs.input({
    title: `Remove ${label} from ${id}`,
    prompt: `${label} is protected, and whoever asks for it gets nothing afterwards. Type ${id} to remove it.`,
    placeHolder: id,
    ignoreFocusOut: true,
    validateInput: text => (text === id ? undefined : `Type ${id}`),
  });
}
