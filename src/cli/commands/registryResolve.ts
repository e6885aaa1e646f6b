import { PromptgateError } from '../../errors.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';

export async function registryResolve(
  _context: CommandContext,
  _args: readonly string[],
  _options: { readonly take?: 'ours' | 'theirs'; readonly dryRun?: boolean },
): Promise<Outcome> {
  throw new PromptgateError('not-built', 'registry resolve is not built yet.');
}
