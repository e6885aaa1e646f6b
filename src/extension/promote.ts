import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { asServedOn, planPromoteOf } from '../project/move.ts';
import { reviewMove } from '../project/review.ts';
import { labelOf } from '../registry/label.ts';
import { isLabelName } from '../registry/labelName.ts';
import { applyMove, type MovePlan } from '../registry/move.ts';
import { labelPolicy, type LabelPolicy, type Policy } from '../registry/policy.ts';
import type { Refusal } from '../registry/refusal.ts';
import type { PromptState, VersionSummary } from '../registry/store.ts';
import { relativeTime } from '../project/relativeTime.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { requireTrust } from './evaluations.ts';
import { costOfVersion, evaluateVersionWhileWaiting } from './releaseEvals.ts';
import { openVersionDiff, releaseReviewed } from './releasing.ts';
import { showReview, type ReviewAction } from './review.ts';
import { subjectOf, type Subject, requireSoundConfig } from './subject.ts';
import { requireVersion } from './versions.ts';

interface Promotion {
  readonly project: Project;
  readonly id: string;
  readonly version: string;
  readonly label: string;
}

type PromoteStep =
  { readonly kind: 'promote' | 'evaluate' | 'read' } | { readonly kind: 'first'; readonly label: string };

/** Promote…: prompt → version → label → review. */
export function registerPromote(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.promote', async argument => {
    requireTrust('Releases');
    const subject = await subjectOf(
      deps,
      argument,
      'Promote',
      ({ summary }) => summary?.latest !== undefined,
    );
    if (!subject) return;
    requireSoundConfig(subject.project);
    const { project, id } = subject;
    const version = await chooseVersion(deps, subject);
    if (version === undefined) return;
    const label = await chooseLabel(deps, subject, version);
    if (label !== undefined) await promote(deps, { project, id, version, label });
  });
}

async function chooseVersion(
  { dialogs }: Deps,
  { project, id, version, label }: Subject,
): Promise<string | undefined> {
  if (version !== undefined) return version;
  const state = await project.store.readState(id);
  const served = label === undefined ? undefined : labelOf(state.labels, label)?.version;
  if (served !== undefined) return served;
  if (state.versions.length === 0)
    throw new PromptgateError('not-published', `${id} is not published yet: publish it first.`);
  const chosen = await dialogs.pick(
    state.versions.map(summary => ({ ...versionItem(state, summary), version: summary.version })),
    { title: `Promote ${id}`, placeHolder: 'Version', matchOnDescription: true, matchOnDetail: true },
  );
  return chosen?.version;
}

/** `2.4.0   staging · not evaluated` above `2 days ago by Ana: shorter answers`. */
export function versionItem(
  state: PromptState,
  { version, time, author, message, override }: VersionSummary,
): vscode.QuickPickItem {
  const labels = Object.keys(state.labels).filter(name => state.labels[name]?.version === version);
  return {
    label: `$(git-commit) ${version}`,
    description: [...labels, ...(override === undefined ? [] : ['not evaluated'])].join(' · '),
    detail: `${relativeTime(time, Date.now())} by ${author.replace(/\s*<.*>$/, '')}: ${message}`,
  };
}

async function chooseLabel(
  { dialogs }: Deps,
  { project, id, label: from }: Subject,
  version: string,
): Promise<string | undefined> {
  const [state, policy] = await Promise.all([project.store.readState(id), project.policy()]);
  const known = new Set([...Object.keys(policy.labels), ...Object.keys(state.labels)]);
  if (known.size === 0) for (const name of ['staging', 'production']) known.add(name);
  const serves = (name: string): boolean => labelOf(state.labels, name)?.version === version;
  const items: (vscode.QuickPickItem & { readonly name?: string })[] = [...known]
    .filter(name => name !== from)
    // Where it is already comes last: Enter leads on.
    .sort((a, b) => Number(serves(a)) - Number(serves(b)))
    .map(name => {
      const now = labelOf(state.labels, name);
      return {
        label: `$(tag) ${name}`,
        name,
        description: now
          ? `serves ${now.version}, ${relativeTime(now.since, Date.now())}`
          : 'serves nothing yet',
        detail: rulesOf(labelPolicy(policy, name)),
      };
    });
  items.push({ label: '$(add) New label…' });
  const chosen = await dialogs.pick(items, { title: `Promote ${id} ${version}`, placeHolder: 'Label' });
  if (!chosen || chosen.name !== undefined) return chosen?.name;
  const name = await dialogs.input({
    title: `Promote ${id} ${version}`,
    prompt: 'Name of the new label',
    placeHolder: 'canary',
    ignoreFocusOut: true,
    validateInput: text =>
      isLabelName(text) ? undefined : 'Small letters, digits, - and _, a letter first; not "latest".',
  });
  return name;
}

/** `takes what passed its gate · after staging · protected`. */
function rulesOf(rules: LabelPolicy): string {
  return [
    rules.gate === 'required' ? 'takes what passed its gate' : 'takes anything',
    rules.after === undefined ? undefined : `after ${rules.after}`,
    rules.protected ? 'protected' : undefined,
  ]
    .filter(rule => rule !== undefined)
    .join(' · ');
}

async function promote(deps: Deps, promotion: Promotion): Promise<void> {
  const { project, id, version, label } = promotion;
  let notice: string | undefined;
  for (;;) {
    // As if confirmed: a protected label asks at the end, once everything else holds.
    const plan = await planPromoteOf(project, id, version, label, { confirm: id });
    const step = await showReview(deps, {
      title: `Promote ${id} ${version} to ${label}`,
      sentence: notice ?? sentenceOf(plan),
      actions: await actionsOf(project, plan),
      sections: reviewMove(plan),
      ...(plan.from === undefined ? {} : { diff: `${plan.from} ↔ ${version}` }),
      open: () => openVersionDiff(project, id, plan.from, version),
    });
    notice = undefined;
    if (!step || step.kind === 'read') return;
    if (step.kind === 'first') {
      await promote(deps, { ...promotion, label: step.label });
      continue;
    }
    if (step.kind === 'evaluate') {
      const published = await requireVersion(project, id, version);
      const served = await asServedOn(project, published, label);
      if (!(await evaluateVersionWhileWaiting(deps, project, published, served))) return;
      continue;
    }
    const confirm = plan.protected ? await askId(deps, plan) : undefined;
    if (plan.protected && confirm === undefined) return;
    const final = await planPromoteOf(project, id, version, label, confirm === undefined ? {} : { confirm });
    notice = await releaseReviewed(deps, project, {
      reviewed: plan,
      plan: final,
      apply: applyMove,
      text: `${label} of ${id} now serves ${version}${plan.from === undefined ? '' : `, was ${plan.from}`}`,
    });
    if (notice === undefined) return;
  }
}

function sentenceOf({ refusals, from, label, to }: MovePlan): string {
  // What is missing, and how to get it, stands in the list.
  if (refusals.length > 0) return `Not yet: ${label} refuses ${to}. Enter gets what is missing.`;
  return from === undefined
    ? `${label} serves nothing yet.`
    : `${label} serves ${from}; Enter makes it ${to}.`;
}

async function actionsOf(project: Project, plan: MovePlan): Promise<ReviewAction<PromoteStep>[]> {
  if (plan.refusals.length === 0) {
    return [
      {
        label: `$(rocket) Promote ${plan.to} to ${plan.label}`,
        description: plan.protected ? 'asks for the name of the prompt' : undefined,
        value: { kind: 'promote' },
      },
    ];
  }
  const [policy, published] = await Promise.all([
    project.policy(),
    requireVersion(project, plan.id, plan.to),
  ]);
  const cost = await costOfVersion(project, published, await asServedOn(project, published, plan.label));
  return plan.refusals.map(refusal => wayOut(refusal, { plan, policy, cost }));
}

/** Which rule refuses, and the command that gets what is missing. */
function wayOut(
  { rule, message }: Refusal,
  { plan, policy, cost }: { readonly plan: MovePlan; readonly policy: Policy; readonly cost: string },
): ReviewAction<PromoteStep> {
  const { after } = labelPolicy(policy, plan.label);
  if (rule === 'gate') {
    return {
      label: `$(beaker) Run the evals of ${plan.to}`,
      description: cost,
      detail: message,
      value: { kind: 'evaluate' },
    };
  }
  if (rule === 'after' && after !== undefined) {
    return {
      label: `$(rocket) Promote ${plan.to} to ${after} first`,
      detail: message,
      value: { kind: 'first', label: after },
    };
  }
  return { label: '$(error) Refused', description: rule, detail: message, value: { kind: 'read' } };
}

function askId({ dialogs }: Deps, { id, label, to }: MovePlan): Promise<string | undefined> {
  return dialogs.input({
    title: `Promote ${id} ${to} to ${label}`,
    prompt: `${label} is protected. Type ${id} to promote.`,
    placeHolder: id,
    ignoreFocusOut: true,
    validateInput: text => (text === id ? undefined : `Type ${id} to promote, or Escape`),
  });
}
