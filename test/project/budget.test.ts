import assert from 'node:assert/strict';
import { addSpend, overBudget } from '../../src/project/budget.ts';

const morning = new Date(2026, 10, 20, 9);
const evening = new Date(2026, 10, 20, 23, 59);
const tomorrow = new Date(2026, 10, 21, 0, 1);
const run = (cost?: number) => ({ rows: 18, cost, scripted: false });

describe('budget', () => {
  it('refuses a run that costs more than a run may', () => {
    assert.equal(
      overBudget(run(0.6), { run: 0.5 }, undefined, morning),
      'a run may cost $0.50, this one ≈ $0.60',
    );
    assert.equal(overBudget(run(0.5), { run: 0.5 }, undefined, morning), undefined);
  });

  it('adds up a day and starts afresh on the next', () => {
    const spend = addSpend(addSpend(undefined, morning, 3), evening, 1.8);
    assert.equal(spend.dollars, 4.8);
    assert.match(overBudget(run(0.3), { day: 5 }, spend, evening) ?? '', /spent today \$4\.80/);
    assert.equal(overBudget(run(0.3), { day: 5 }, spend, tomorrow), undefined);
    assert.equal(addSpend(spend, tomorrow, 0.1).dollars, 0.1);
  });

  it('lets scripted runs pass, and runs whose price nobody knows', () => {
    assert.equal(overBudget({ ...run(9), scripted: true }, { run: 0.1 }, undefined, morning), undefined);
    assert.equal(overBudget(run(), { run: 0.1 }, undefined, morning), undefined);
  });

  it('refuses an unknown cost once the day is spent', () => {
    const spend = addSpend(undefined, morning, 5.01);
    assert.equal(overBudget(run(), { day: 5 }, spend, evening), 'a day may cost $5.00, spent today $5.01');
  });
});
