import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { plural } from '../evals/summary.ts';
import { changeList } from '../project/changeList.ts';
import type { Project } from '../project/project.ts';
import { planRollbackAsNewVersion } from '../project/publish.ts';
import { planRollbackOf } from '../project/move.ts';
import { readLog } from '../project/versions.ts';
import { reviewPublish } from '../project/review.ts';
import { hasServed, labelOf, pointerText } from '../registry/label.ts';
import { applyMove, type MovePlan } from '../registry/move.ts';
import { applyPublish, type PublishPlan } from '../registry/publish.ts';
import type { Version } from '../registry/store.ts';
import { registerCommand, runCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { requireTrust } from './evaluations.ts';
import { versionItem } from './promote.ts';
import { costOfVersion, evaluateVersionWhileWaiting } from './releaseEvals.ts';
import { openVersionDiff, releaseReviewed } from './releasing.ts';
import { showReview, type ReviewAction } from './review.ts';
import { liveLabel } from './settings.ts';
import { subjectOf, type Subject } from './subject.ts';
import { requireVersion } from './versions.ts';

interface Place {
  readonly project: Project;
  readonly id: string;
  readonly label: string;
}

type RollBackStep = 'back' | 'as-new' | 'other';

/** Roll Back…: proposes what the label served before; Enter does it. */
export function registerRollBack(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.rollBack', async argument => {
    requireTrust('Releases');
    const subject = await subjectOf(
      deps,
      argument,
      'Roll Back',
      ({ summary }) => summary !== undefined && Object.keys(summary.labels).length > 0,
    );
    const label = subject && (await chooseLabel(deps, subject));
    if (subject && label !== undefined)
      await rollBack(deps, { project: subject.project, id: subject.id, label });
  });
}

/** @throws PromptgateError `nothing-before` without any label */
async function chooseLabel({ dialogs }: Deps, { project, id, label }: Subject): Promise<string | undefined> {
  if (label !== undefined) return label;
  const { labels } = await project.store.readState(id);
  const names = Object.keys(labels);
  if (names.length === 0) {
    throw new PromptgateError(
      'nothing-before',
      `${id} has no label: nothing serves it, so there is nothing to roll back.`,
    );
  }
  if (names.length === 1) return names[0];
  const live = liveLabel(vscode.Uri.file(project.root));
  names.sort((a, b) => Number(b === live) - Number(a === live) || a.localeCompare(b));
  const chosen = await dialogs.pick(
    names.map(name => ({
      label: `$(tag) ${name}`,
      name,
      description: `serves ${labels[name]?.version ?? ''}`,
    })),
    { title: `Roll back ${id}`, placeHolder: 'Label' },
  );
  return chosen?.name;
}

async function rollBack(deps: Deps, place: Place): Promise<void> {
  const { project, id, label } = place;
  let notice: string | undefined;
  let version: string | undefined;
  for (;;) {
    const plan = await planRollbackOf(project, id, label, version === undefined ? {} : { version });
    const step = await showReview(deps, {
      title: `Roll back ${id} on ${label}`,
      sentence: notice ?? `Whoever asks for ${id}@${label} gets ${after(plan)} instead of ${before(plan)}.`,
      actions: actionsOf(plan),
      ...(plan.from === undefined || plan.from === plan.to ? {} : { diff: `${plan.from} ↔ ${plan.to}` }),
      sections: [
        {
          title: `${plural(plan.changes.length, 'change')} undone`,
          about: 'changes',
          lines: changeList(plan.changes, plan.contract.changes).map(({ text, bump }) => ({
            mark: 'plain',
            text,
            detail: bump,
          })),
        },
      ],
      open: () => openVersionDiff(project, id, plan.from, plan.to),
    });
    notice = undefined;
    if (!step) return;
    if (step === 'other') {
      version = await chooseServed(deps, place);
      if (version === undefined) return;
      continue;
    }
    if (step === 'as-new') return publishAgain(deps, place, plan.to);
    const final = await planRollbackOf(project, id, label, { version: plan.to });
    notice = await releaseReviewed(deps, project, {
      reviewed: plan,
      plan: final,
      apply: applyMove,
      text: `Rolled back: ${label} of ${id} serves ${after(plan)} again, was ${before(plan)}`,
    });
    if (notice === undefined) return;
  }
}

function before(plan: MovePlan): string {
  return pointerText(plan.before, plan.pointer);
}

function after(plan: MovePlan): string {
  return pointerText(plan.pointer, plan.before);
}

function actionsOf(plan: MovePlan): readonly ReviewAction<RollBackStep>[] {
  const [refusal] = plan.refusals;
  const back: ReviewAction<RollBackStep> = refusal
    ? { label: '$(error) Refused', description: refusal.rule, detail: refusal.message, value: 'other' }
    : {
        label: `$(discard) Roll back to ${after(plan)}`,
        description: `from ${before(plan)}`,
        value: 'back',
      };
  return [
    back,
    { label: '$(list-selection) Another version…', value: 'other' },
    {
      label: `$(package) Publish ${plan.to} again as a new version…`,
      description: 'through the gate, then promote it',
      value: 'as-new',
    },
  ];
}

async function chooseServed({ dialogs }: Deps, { project, id, label }: Place): Promise<string | undefined> {
  const [state, log] = await Promise.all([project.store.readState(id), readLog(project, id)]);
  const now = labelOf(state.labels, label)?.version;
  const served = state.versions.filter(({ version }) => version !== now && hasServed(log, label, version));
  const chosen = await dialogs.pick(
    served.map(summary => ({ ...versionItem(state, summary), version: summary.version })),
    {
      title: `Roll back ${id} on ${label}`,
      placeHolder: `Versions that ${label} has served`,
      matchOnDetail: true,
    },
  );
  return chosen?.version;
}

/** The old content as the newest version: the label moves with a promotion, as for any release. */
async function publishAgain(deps: Deps, { project, id, label }: Place, version: string): Promise<void> {
  const old = await requireVersion(project, id, version);
  const message = `Back to ${version}`;
  let notice: string | undefined;
  for (;;) {
    const plan = await planRollbackAsNewVersion(project, id, label, { message, version });
    const [refusal] = plan.refusals;
    const step = await showReview<PublishAgainStep>(deps, {
      title: `Publish ${id} ${version} again as ${plan.version}`,
      sentence:
        notice ??
        (refusal ? `Not yet: ${refusal.message}` : `${plan.version} will say what ${version} says.`),
      actions: [await publishAgainAction(project, plan, old)],
      sections: reviewPublish(plan),
      ...(plan.base === undefined ? {} : { diff: `${plan.base} ↔ ${version}` }),
      open: () => openVersionDiff(project, id, plan.base, version),
    });
    if (!step || step === 'read') return;
    if (step === 'evaluate') {
      if (!(await evaluateVersionWhileWaiting(deps, project, old, {}))) return;
      continue;
    }
    const final = await planRollbackAsNewVersion(project, id, label, { message, version });
    notice = await releaseReviewed(deps, project, {
      reviewed: plan,
      plan: final,
      apply: applyPublish,
      text: `Published ${id} ${final.version}, which says what ${version} says`,
      actions: [
        {
          title: 'Promote…',
          run: () => runCommand('promptgate.promote', { project, id, version: final.version }),
        },
      ],
    });
    if (notice === undefined) return;
  }
}

type PublishAgainStep = 'publish' | 'evaluate' | 'read';

async function publishAgainAction(
  project: Project,
  { version, refusals: [refusal] }: PublishPlan,
  old: Version,
): Promise<ReviewAction<PublishAgainStep>> {
  if (!refusal) return { label: `$(package) Publish ${version}`, value: 'publish' };
  const { rule, message: detail } = refusal;
  return rule === 'gate'
    ? {
        label: `$(beaker) Run the evals of ${old.version}`,
        description: await costOfVersion(project, old, {}),
        detail,
        value: 'evaluate',
      }
    : { label: '$(error) Refused', description: rule, detail, value: 'read' };
}
