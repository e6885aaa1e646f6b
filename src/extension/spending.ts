import type * as vscode from 'vscode';
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

  get #spend(): Spend | undefined {
    return this.#memory.get<Spend>(key);
  }
}
