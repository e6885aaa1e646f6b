// `npm run bench`: the budgets of design.md 13 that there is code for, each measured beside its budget.
// Least times of several runs; on a busy machine run it again. It never fails for a budget: it tells.
import { measureActivation } from './activation.ts';
import { measureCommands } from './commands.ts';
import { measureEvals } from './evals.ts';
import { print, type Figure, type Missing } from './measure.ts';
import { measureProducts } from './products.ts';
import { measurePrompts } from './prompts.ts';

const figures: (Figure | Missing)[] = [];
const steps: readonly (readonly [string, () => Promise<Figure | Missing | readonly (Figure | Missing)[]>])[] =
  [
    ['the products', measureProducts],
    ['prompt files', async () => measurePrompts()],
    ['eval runs', measureEvals],
    ['the CLI over a large library', measureCommands],
    ['activation in VS Code', measureActivation],
  ];
for (const [name, measure] of steps) {
  console.error(`bench: ${name} …`);
  const measured = await measure();
  figures.push(...((Array.isArray(measured) ? measured : [measured]) as (Figure | Missing)[]));
}
print(figures);
