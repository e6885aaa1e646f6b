import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import type { GateOutcome } from '../evals/gate.ts';
import type { Bump } from '../prompt/bump.ts';
import type { Project } from '../project/project.ts';
import { planPublishOf } from '../project/publish.ts';
import { reviewPublish, versionChoices, type ReviewSection } from '../project/review.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { applyPublish, type PublishPlan } from '../registry/publish.ts';
import type { Refusal } from '../registry/refusal.ts';
import { registerCommand, runCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { requireTrust } from './evaluations.ts';
import { costOf, evaluateWhileWaiting } from './releaseEvals.ts';
import { openVersionDiff, releaseReviewed } from './releasing.ts';
import { showReview, type ReviewAction } from './review.ts';
import { requireOneFile, requireSoundConfig, subjectOf, workingCopyUri } from './subject.ts';

/** What the user wants done about a publish plan. */
type PublishStep =
  | { readonly kind: 'publish'; readonly version: string; readonly bump?: Bump }
  | { readonly kind: 'override'; readonly bump?: Bump }
  | { readonly kind: 'evaluate' }
  | { readonly kind: 'results' };

/** Publish…: the plan, a message, and the version is there. */
export function registerPublish(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.publish', async argument => {
    requireTrust('Releases');
    const subject = await subjectOf(deps, argument, 'Publish', ({ path }) => path !== undefined);
    if (!subject) return;
    const uri = await workingCopyUri(deps, subject);
    await requireOneFile(deps, subject);
    // Of nested folders the inner one's, whichever tree the command came from.
    const project = await deps.workspace.projectOf(uri);
    requireSoundConfig(project);
    await publish(deps, project, uri);
  });
}

/** What is published is what is on the disk: nobody else has the editor's unsaved text. */
async function saveFirst(uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find(({ uri: open }) => open.toString() === uri.toString());
  if (document?.isDirty && !(await document.save())) {
    throw new PromptgateError(
      'not-saved',
      `${vscode.workspace.asRelativePath(uri)} could not be saved, so nothing was published.`,
    );
  }
}

async function publish(deps: Deps, project: Project, uri: vscode.Uri): Promise<void> {
  let notice: string | undefined;
  let asked = false;
  // What was typed stays while the plan changes.
  let reason: string | undefined;
  let message: string | undefined;
  for (;;) {
    await saveFirst(uri);
    const copy = await deps.workspace.workingCopy(uri);
    const plan = await planPublishOf(project, copy, { message: '' });
    refuseOutright(plan, uri, notice);
    const isUnknown = plan.gate.outcome === 'missing' || plan.gate.outcome === 'stale';
    if (isUnknown && !asked && copy.rows.length > 0 && (await costOf(project, copy)).free) {
      // Costs nothing: no need to ask.
      asked = true;
      if (!(await evaluateWhileWaiting(deps, uri, `Evaluating ${copy.id}`))) return;
      continue;
    }
    const step = await review(deps, { project, uri, copy, plan, notice });
    notice = undefined;
    if (!step) return;
    if (step.kind === 'results') {
      await vscode.commands.executeCommand('workbench.actions.view.problems');
      return;
    }
    if (step.kind === 'evaluate') {
      if (!(await evaluateWhileWaiting(deps, uri, `Evaluating ${copy.id}`))) return;
      continue;
    }
    if (step.kind === 'override') {
      reason = await askReason(deps, copy.id, reason);
      if (reason === undefined) return;
    }
    const override = step.kind === 'override' ? reason : undefined;
    const number = step.kind === 'publish' ? step.version : plan.version;
    message = await askMessage(deps, plan, { version: number, value: message });
    if (message === undefined) return;
    if ((await deps.workspace.workingCopy(uri)).text !== copy.text) {
      notice = 'The file changed meanwhile: this is the plan for what it says now.';
      continue;
    }
    const final = await planPublishOf(project, copy, { message, bump: step.bump, override });
    const { id, version } = final;
    notice = await releaseReviewed(deps, project, {
      reviewed: plan,
      plan: final,
      apply: applyPublish,
      text: `Published ${id} ${version}${override === undefined ? '' : ', not evaluated'}`,
      actions: [{ title: 'Promote…', run: () => runCommand('promptgate.promote', { project, id, version }) }],
    });
    if (notice === undefined) return;
  }
}

/** What no answer of the user could change. The gate and the message are asked about. */
const outright: readonly Refusal['rule'][] = ['lint', 'include', 'nothing-to-publish'];

/** @param notice who was faster: perhaps with just this text */
function refuseOutright(plan: PublishPlan, uri: vscode.Uri, notice: string | undefined): void {
  const refusals = plan.refusals.filter(({ rule }) => outright.includes(rule));
  const [first] = refusals;
  if (!first) return;
  if (first.rule === 'nothing-to-publish') {
    throw new PromptgateError(
      'nothing-to-publish',
      [`${plan.id}: ${first.message}`, notice].filter(Boolean).join(' '),
    );
  }
  const more = refusals.length > 1 ? ` (and ${refusals.length - 1} more)` : '';
  throw new PromptgateError('has-problems', `${plan.id} cannot be published: ${first.message}${more}`, {
    data: { path: uri.fsPath },
  });
}

interface PublishReview {
  readonly project: Project;
  readonly uri: vscode.Uri;
  readonly copy: WorkingCopy;
  readonly plan: PublishPlan;
  readonly notice: string | undefined;
}

async function review(
  deps: Deps,
  { project, uri, copy, plan, notice }: PublishReview,
): Promise<PublishStep | undefined> {
  const passed = plan.gate.outcome === 'pass';
  const { publish: rule } = await project.policy();
  const versions = versionChoices(plan).map(({ version, bump, reason }): ReviewAction<PublishStep> => ({
    label: `$(package) Publish ${version}`,
    description: reason,
    value: { kind: 'publish', version, bump },
  }));
  const actions: ReviewAction<PublishStep>[] = passed
    ? versions
    : await missing(project, copy, plan.gate.outcome);
  if (!passed && rule === 'override-allowed') {
    actions.push({
      label: '$(warning) Publish without passing evidence…',
      description: 'asks for a reason',
      detail: `${plan.version} will show "not evaluated", and no gated label takes it before it has passed.`,
      value: { kind: 'override' },
    });
  }
  const since = plan.base === undefined ? 'the first version' : `after ${plan.base}`;
  const sentence = passed
    ? `${plan.version}, ${since}. Enter publishes; a line opens what it is about.`
    : `Not yet publishable: ${plan.gate.text}.`;
  return showReview(deps, {
    title: `Publish ${plan.id}`,
    sentence: notice ?? sentence,
    actions,
    sections: reviewPublish(plan),
    ...(plan.base === undefined ? {} : { diff: `${plan.base} ↔ working copy` }),
    open: about => openSection(about, { project, uri, plan }),
  });
}

async function missing(
  project: Project,
  copy: WorkingCopy,
  outcome: GateOutcome,
): Promise<ReviewAction<PublishStep>[]> {
  if (copy.rows.length === 0) {
    return [
      {
        label: '$(info) No rows, no evidence',
        detail: 'Add test cases under "testData:" or a file under "datasets:".',
        value: { kind: 'results' },
      },
    ];
  }
  const cost = await costOf(project, copy);
  const run: ReviewAction<PublishStep> = {
    label: outcome === 'errored' ? '$(debug-restart) Retry Errored Rows' : '$(beaker) Run Evals',
    description: cost.text,
    value: { kind: 'evaluate' },
  };
  const show: ReviewAction<PublishStep> = { label: '$(error) Show Results', value: { kind: 'results' } };
  return outcome === 'missing' || outcome === 'stale'
    ? [run]
    : outcome === 'errored'
      ? [run, show]
      : [show, run];
}

async function openSection(
  about: ReviewSection['about'],
  { project, uri, plan }: Pick<PublishReview, 'project' | 'uri' | 'plan'>,
): Promise<void> {
  if (about === 'changes') await openVersionDiff(project, plan.id, plan.base, uri);
  else await vscode.commands.executeCommand('workbench.actions.view.problems');
}

function askMessage(
  { dialogs }: Deps,
  plan: PublishPlan,
  { version, value }: { readonly version: string; readonly value: string | undefined },
): Promise<string | undefined> {
  return dialogs.input({
    title: `Publish ${plan.id} ${version}`,
    value,
    prompt: 'Why this version? It stands in the release log.',
    placeHolder: plan.base === undefined ? 'e.g. first version' : 'e.g. promises no refund any more',
    ignoreFocusOut: true,
    validateInput: text =>
      text.trim() === '' ? 'A word or two, for whoever reads the log at night.' : undefined,
  });
}

function askReason({ dialogs }: Deps, id: string, value: string | undefined): Promise<string | undefined> {
  return dialogs.input({
    title: `Publish ${id} without passing evidence`,
    value,
    prompt: 'The reason stands in the release log for ever.',
    placeHolder: 'e.g. the provider is down, and the text is wrong in law',
    ignoreFocusOut: true,
    validateInput: text => (text.trim() === '' ? 'An override needs a reason.' : undefined),
  });
}
