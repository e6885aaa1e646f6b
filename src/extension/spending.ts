import type * as vscode from 'vscode';
import { formatMoney } from '../evals/summary.ts';
import { addSpend, overBudget, type Spend } from '../project/budget.ts';
import type { Estimate } from '../project/evaluate.ts';
import type { Project } from '../project/project.ts';

const key = 'promptgate.spend';

/** The meter of what evals cost: of this window, and of today over all sessions of the workspace. */
export class Spending {
  readonly #memory: vscode.Memento;
  #session = 0;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  /** Known spending, US dollars. */
  get session(): number {
    return this.#session;
  }

  get today(): number {
    return addSpend(this.#spend, new Date(), 0).dollars;
  }

  /** Counts money that was spent. */
  async pay(dollars: number): Promise<void> {
    if (dollars === 0) return;
    this.#session += dollars;
    await this.#memory.update(key, addSpend(this.#spend, new Date(), dollars));
  }

  /** Why a run would be over the budget of promptgate.yml, or undefined. */
  overBudget(project: Project, estimate: Estimate): string | undefined {
    return overBudget(estimate, project.config.evals.budget, this.#spend, new Date());
  }

  /**
   * Why runs under way must stop, or undefined.
   * @param run what the run in question has cost by now, US dollars
   * @param underWay what all runs that are not paid yet have cost
   */
  exceeded(project: Project, run: number, underWay: number): string | undefined {
    const { budget } = project.config.evals;
    if (budget.run !== undefined && run > budget.run) return `a run may cost ${formatMoney(budget.run)}`;
    if (budget.day !== undefined && this.today + underWay > budget.day)
      return `a day may cost ${formatMoney(budget.day)}`;
    return undefined;
  }

  get #spend(): Spend | undefined {
    return this.#memory.get<Spend>(key);
  }
}
