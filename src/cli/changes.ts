import type { Bump, ContractChange } from '../prompt/bump.ts';
import type { PromptChange } from '../prompt/diff.ts';
import { plural } from '../evals/summary.ts';
import type { Style } from './style.ts';

/** What differs, each thing once: with its size where callers notice it. */
export function listChanges(
  style: Style,
  changes: readonly PromptChange[],
  contract: readonly ContractChange[] = [],
): readonly string[] {
  const marks = { added: style.green('+'), removed: style.red('-'), changed: style.yellow('~') };
  const noticed = contract.filter(({ bump }) => bump !== 'patch');
  const told = new Set<ContractChange>();
  const sized = ({ text, bump }: ContractChange): string => `${text}  ${style.dim(bump)}`;
  const lines = changes.flatMap(change => {
    const details = noticed.filter(detail => isAbout(detail, change));
    for (const detail of details) told.add(detail);
    const texts = details.length > 0 ? details.map(sized) : [change.text];
    return texts.map(text => `  ${marks[change.kind]} ${text}`);
  });
  // A label's own model, a default of promptgate.yml: what no line of the file says.
  const others = noticed.filter(change => !told.has(change));
  return [...lines, ...others.map(change => `  ${marks.changed} ${sized(change)}`)];
}

/** `3 changes since 2.4.0, minor for callers:`, `1 change, contract unchanged:`. */
export function changesTitle(count: number, since: string, bump: Bump | undefined): string {
  const size = bump === undefined || bump === 'patch' ? 'contract unchanged' : `${bump} for callers`;
  return `${plural(count, 'change')}${since}, ${size}:`;
}

/** Whether a change of the contract is what a changed field or variable comes to. */
function isAbout({ text }: ContractChange, { what, path }: PromptChange): boolean {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (what === 'variable') return text.includes(`variable "${path.slice('variables.'.length)}"`);
  if (what !== 'field') return false;
  if (name === 'tools') return text.includes('tool "');
  if (name === 'jsonSchema') return text.includes('output');
  return text.startsWith(`${phrases[name] ?? name} changed`);
}

const phrases: Readonly<Record<string, string>> = {
  responseFormat: 'response format',
  toolChoice: 'tool choice',
};
