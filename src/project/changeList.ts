import type { Bump, ContractChange } from '../prompt/bump.ts';
import type { PromptChange } from '../prompt/diff.ts';

/** One difference between two texts of a prompt, as a list shows it. */
export interface ListedChange {
  readonly kind: PromptChange['kind'];
  readonly text: string;
  /** Where callers notice it. */
  readonly bump?: Bump;
}

/** What differs, each thing once: with its size where callers notice it. */
export function changeList(
  changes: readonly PromptChange[],
  contract: readonly ContractChange[] = [],
): readonly ListedChange[] {
  const noticed = contract.filter(({ bump }) => bump !== 'patch');
  const told = new Set<ContractChange>();
  const lines = changes.flatMap(({ kind, text, ...change }): readonly ListedChange[] => {
    const details = noticed.filter(detail => isAbout(detail, change));
    for (const detail of details) told.add(detail);
    return details.length > 0 ? details.map(detail => ({ kind, ...detail })) : [{ kind, text }];
  });
  // A label's own model, a default of promptgate.yml: what no line of the file says.
  const others = noticed.filter(change => !told.has(change));
  return [...lines, ...others.map(change => ({ kind: 'changed', ...change }) as const)];
}

/** Whether a change of the contract is what a changed field or variable comes to. */
function isAbout({ text }: ContractChange, { what, path }: Pick<PromptChange, 'what' | 'path'>): boolean {
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
