import type { ParsedPrompt } from './parse.ts';
import { isPlaceholder, type Prompt, type Variable, type Variables } from './prompt.ts';
import { parseTemplate, walkTemplate, type Template } from './template.ts';

/**
 * What callers must and may give: the declared variables, and in a file without declarations those that
 * its messages use (literal mode: required strings; a name used only as a section: an optional boolean).
 */
export function inferContract(prompt: Prompt | ParsedPrompt): Variables {
  const parsed = 'templates' in prompt ? prompt : undefined;
  const { messages, variables, template: mode } = 'templates' in prompt ? prompt.prompt : prompt;
  const templates =
    parsed?.templates.filter(placed => placed.kind === 'message').map(placed => placed.template) ??
    messages.flatMap(message => (isPlaceholder(message) ? [] : [parseTemplate(message.content, mode)]));
  return contractOf(
    templates,
    messages.flatMap(message => (isPlaceholder(message) ? [message.placeholder] : [])),
    variables,
  );
}

/** The same from templates that are read already, with the names of the placeholders between them. */
export function contractOf(
  templates: readonly Template[],
  placeholders: readonly string[],
  declared: Variables,
): Variables {
  const infersAll = Object.keys(declared).length === 0;
  const contract = new Map<string, Variable>(Object.entries(declared));
  for (const use of namesUsed(templates)) {
    if (contract.has(use.name)) continue;
    if (use.as === 'section') contract.set(use.name, { type: 'boolean', required: false });
    else if (infersAll) contract.set(use.name, { type: use.as, required: use.always });
  }
  for (const name of placeholders) {
    if (infersAll) contract.set(name, { type: 'messages', required: true });
  }
  return Object.fromEntries(contract);
}

interface NameUse {
  readonly name: string;
  readonly as: 'string' | 'object' | 'section';
  /** Shown whatever the other values are: not only inside of sections. */
  readonly always: boolean;
}

function namesUsed(templates: readonly Template[]): readonly NameUse[] {
  const uses = new Map<string, NameUse>();
  for (const { nodes } of templates) {
    for (const { node, within } of walkTemplate(nodes)) {
      if (node.kind !== 'variable' && node.kind !== 'section') continue;
      const [name = '.'] = node.path;
      if (name === '.') continue;
      const shown = node.kind === 'variable';
      const dotted = node.path.length > 1;
      const before = uses.get(name);
      uses.set(name, {
        name,
        as: dotted || before?.as === 'object' ? 'object' : shown ? 'string' : (before?.as ?? 'section'),
        always: (before?.always ?? false) || (shown && within.length === 0),
      });
    }
  }
  return [...uses.values()];
}
