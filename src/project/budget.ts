import { formatMoney } from '../evals/summary.ts';
import type { Config } from './config.ts';
import type { Estimate } from './evaluate.ts';

/** US dollars spent, by local day. */
export interface Spend {
  /** `2026-11-20`. */
  readonly day: string;
  readonly dollars: number;
}

/** What was spent today, after something more was. */
export function addSpend(spend: Spend | undefined, now: Date, dollars: number): Spend {
  const day = localDay(now);
  return { day, dollars: (spend?.day === day ? spend.dollars : 0) + dollars };
}

/** Why a run is over the budget of promptgate.yml, or undefined. An unknown cost is not over it. */
export function overBudget(
  estimate: Estimate,
  budget: Config['evals']['budget'],
  spend: Spend | undefined,
  now: Date,
): string | undefined {
  const cost = estimate.cost ?? 0;
  if (estimate.scripted) return undefined;
  if (budget.run !== undefined && cost > budget.run) {
    return `a run may cost ${formatMoney(budget.run)}, this one ≈ ${formatMoney(cost)}`;
  }
  const spent = spend?.day === localDay(now) ? spend.dollars : 0;
  if (budget.day !== undefined && spent + cost > budget.day) {
    const coming = cost === 0 ? '' : `, this run ≈ ${formatMoney(cost)}`;
    return `a day may cost ${formatMoney(budget.day)}, spent today ${formatMoney(spent)}${coming}`;
  }
  return undefined;
}

function localDay(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
