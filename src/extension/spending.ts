import type * as vscode from 'vscode';
import { addSpend, overBudget, type Spend } from '../project/budget.ts';
import { estimate } from '../project/evaluate.ts';
import type { Project } from '../project/project.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';

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
  async overBudget(
    project: Project,
    copy: WorkingCopy,
    only: ReadonlySet<string> | undefined,
  ): Promise<string | undefined> {
    const { budget } = project.config.evals;
    if (budget.run === undefined && budget.day === undefined) return undefined;
    const whole = await estimate(project, copy);
    const share = only ? only.size / Math.max(1, copy.rows.length) : 1;
    const cost = whole.cost === undefined ? undefined : whole.cost * share;
    return overBudget({ ...whole, cost }, budget, this.#spend, new Date());
  }

  get #spend(): Spend | undefined {
    return this.#memory.get<Spend>(key);
  }
}
