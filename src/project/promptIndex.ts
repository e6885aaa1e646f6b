import { readFileSync } from 'node:fs';
import { PromptgateError, systemCode } from '../errors.ts';
import { nearNames } from '../prompt/nearName.ts';
import type { Project } from './project.ts';

// Which ids there are, and where. Loads nothing that reads prompts: a list needs to know no more.

/** Paths (absolute) of every prompt file by its id; two files with one id share an entry. */
export async function indexWorkingCopies(project: Project): Promise<ReadonlyMap<string, readonly string[]>> {
  const index = new Map<string, string[]>();
  for (const path of await project.findPromptFiles()) {
    const id = await idOfFile(project, path);
    index.set(id, [...(index.get(id) ?? []), path]);
  }
  return index;
}

async function idOfFile(project: Project, path: string): Promise<string> {
  // Synchronous: of a library of 500 files each is small, and promises would take five times as long over them.
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // It has its place all the same; whoever wants its text hears why there is none.
    if (systemCode(error) === undefined) throw error;
    text = '';
  }
  // Most files name no id; only those that do are worth a parse here.
  if (!/^\uFEFF?(?:id|"id"|'id')\s*:/m.test(text)) return project.idOf(path, undefined);
  const { parsePrompt } = await import('../prompt/parse.ts');
  return project.idOf(path, parsePrompt(text).prompt.id);
}

/** An error that offers the ids the user may have meant. */
export function unknownPrompt(id: string, known: readonly string[]): PromptgateError {
  // The service is often left out.
  const named = known.filter(other => other.endsWith(`/${id}`));
  const near = [...new Set([...named, ...nearNames(id, known)])].slice(0, 3);
  const hint =
    near.length > 0
      ? ` Did you mean ${near.join(' or ')}?`
      : known.length > 0
        ? ' "promptgate list" shows all.'
        : ' There is no prompt file in this project yet.';
  return new PromptgateError('unknown-prompt', `There is no prompt "${id}".${hint}`, { data: { near } });
}
