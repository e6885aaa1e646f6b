import { plural } from '../evals/summary.ts';
import { changeList } from '../project/changeList.ts';
import type { Bump, ContractChange } from '../prompt/bump.ts';
import type { PromptChange } from '../prompt/diff.ts';
import type { Style } from './style.ts';

/** What differs, one line each: with its size where callers notice it. */
export function listChanges(
  style: Style,
  changes: readonly PromptChange[],
  contract: readonly ContractChange[] = [],
): readonly string[] {
  const marks = { added: style.green('+'), removed: style.red('-'), changed: style.yellow('~') };
  return changeList(changes, contract).map(
    ({ kind, text, bump }) => `  ${marks[kind]} ${text}${bump === undefined ? '' : `  ${style.dim(bump)}`}`,
  );
}

/** `3 changes since 2.4.0, minor for callers:`, `1 change, contract unchanged:`. */
export function changesTitle(count: number, since: string, bump: Bump | undefined): string {
  const size = bump === undefined || bump === 'patch' ? 'contract unchanged' : `${bump} for callers`;
  return `${plural(count, 'change')}${since}, ${size}:`;
}
