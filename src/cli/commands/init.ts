import { resolve } from 'node:path';
import { applyInitialize, planInitialize } from '../../project/initialize.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';

export async function init(
  context: CommandContext,
  [folder]: readonly string[],
  options: { readonly dryRun?: boolean },
): Promise<Outcome> {
  const { green, dim, bold } = context.style;
  const root = resolve(context.cwd, folder ?? '.');
  const plan = await planInitialize(root);
  if (!options.dryRun) await applyInitialize(plan);
  const lines = plan.files.map(({ path, action }) => {
    if (action === 'keep') return dim(`  kept     ${path}`);
    const word = options.dryRun ? `would ${action}` : action === 'create' ? 'created' : 'added to';
    return `  ${green(word.padEnd(8))} ${path}`;
  });
  const changed = plan.files.some(({ action }) => action !== 'keep');
  const next = [
    '',
    'Next:',
    `  ${bold('promptgate lint')}   finds your *.prompt.yml files and their mistakes`,
    `  ${bold('promptgate publish <id> -m "first version"')}`,
  ];
  const title = changed
    ? `${options.dryRun ? 'In' : 'Registry in'} ${context.display(root)}:`
    : 'Already initialized:';
  return {
    exitCode: 0,
    data: {
      root,
      dryRun: options.dryRun ?? false,
      files: plan.files.map(({ path, action }) => ({ path, action })),
    },
    text: [title, ...lines, ...(changed && !options.dryRun ? next : [])].join('\n'),
  };
}
