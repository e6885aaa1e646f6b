import { plural } from '../evals/summary.ts';
import type { GateDecision } from '../evals/gate.ts';
import type { Bump } from '../prompt/bump.ts';
import type { MovePlan } from '../registry/move.ts';
import type { PublishPlan } from '../registry/publish.ts';
import { changeList } from './changeList.ts';
import { isSmaller, nextVersion } from '../registry/versionNumber.ts';

// A release in words, before it happens: what a person decides on.

export interface ReviewLine {
  readonly mark: 'ok' | 'bad' | 'plain';
  readonly text: string;
  readonly detail?: string;
}

export interface ReviewSection {
  readonly title: string;
  /** What its lines are about: where a click on one leads. */
  readonly about: 'gate' | 'changes' | 'policy';
  readonly lines: readonly ReviewLine[];
}

/** Version numbers that publishing may take: the proposed one first, nothing smaller. */
export function versionChoices(
  plan: Pick<PublishPlan, 'base' | 'proposal' | 'version'>,
): readonly { readonly version: string; readonly bump?: Bump; readonly reason: string }[] {
  if (plan.base === undefined) return [{ version: plan.version, reason: 'the first version' }];
  const least = plan.proposal.bump ?? 'patch';
  const bumps: readonly Bump[] = ['patch', 'minor', 'major'];
  return bumps
    .filter(bump => !isSmaller(bump, least))
    .map(bump => ({
      version: nextVersion(plan.base, bump),
      bump,
      reason: bump === least ? `${bump}: ${reasonOf(plan, least)}` : bump,
    }));
}

function reasonOf({ proposal }: Pick<PublishPlan, 'proposal'>, least: Bump): string {
  const decisive = proposal.changes.filter(({ bump }) => bump === least).map(({ text }) => text);
  return least === 'patch' || decisive.length === 0 ? 'contract unchanged' : decisive.join(', ');
}

export function reviewPublish(plan: PublishPlan): readonly ReviewSection[] {
  return filled([
    gateSection(plan.gate, plan.base),
    ...changeSections(
      plan.changes,
      plan.proposal.changes,
      plan.base === undefined ? undefined : `since ${plan.base}`,
    ),
  ]);
}

export function reviewMove(plan: MovePlan): readonly ReviewSection[] {
  const checks: ReviewSection = {
    title: `Policy of ${plan.label}`,
    about: 'policy',
    lines: plan.checks
      .filter(({ rule }) => rule !== 'protected')
      .map(({ ok, text }) => ({ mark: ok ? 'ok' : 'bad', text })),
  };
  return filled([
    checks,
    plan.gate ? rowsSection(plan.gate, plan.from) : undefined,
    ...changeSections(
      plan.changes,
      plan.contract.changes,
      plan.from === undefined ? undefined : `from ${plan.from}`,
    ),
  ]);
}

function gateSection(gate: GateDecision, base: string | undefined): ReviewSection {
  const rows = rowsSection(gate, base);
  const passed = gate.outcome === 'pass';
  return {
    title: 'Gate',
    about: 'gate',
    lines: [{ mark: passed ? 'ok' : 'bad', text: gate.text }, ...rows.lines],
  };
}

function rowsSection({ broken, fixed }: GateDecision, base: string | undefined): ReviewSection {
  const than = base === undefined ? '' : ` since ${base}`;
  const lines: ReviewLine[] = [];
  if (broken.length > 0)
    lines.push({ mark: 'bad', text: `${plural(broken.length, 'row')} broken${than}: ${list(broken)}` });
  if (fixed.length > 0)
    lines.push({ mark: 'ok', text: `${plural(fixed.length, 'row')} fixed${than}: ${list(fixed)}` });
  return { title: 'Rows', about: 'gate', lines };
}

/** What callers notice first, then the rest; nothing twice. */
function changeSections(
  changes: PublishPlan['changes'],
  contract: PublishPlan['proposal']['changes'],
  since: string | undefined,
): readonly ReviewSection[] {
  if (since === undefined) return [];
  const all = changeList(changes, contract);
  const noticed = all.filter(({ bump }) => bump !== undefined);
  const others = all.filter(({ bump }) => bump === undefined);
  return [
    {
      title: 'Contract with callers',
      about: 'changes',
      lines: noticed.map(({ bump, text }) => ({ mark: 'plain', text, detail: bump })),
    },
    {
      title: `${plural(others.length, noticed.length > 0 ? 'other change' : 'change')} ${since}`,
      about: 'changes',
      lines: others.map(({ text }) => ({ mark: 'plain', text })),
    },
  ];
}

function filled(sections: readonly (ReviewSection | undefined)[]): readonly ReviewSection[] {
  return sections.filter(section => section !== undefined).filter(({ lines }) => lines.length > 0);
}

function list(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
