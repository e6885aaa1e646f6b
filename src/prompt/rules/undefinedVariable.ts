import { inferContract } from '../contract.ts';
import { addEntry, editScalar, editTemplate, fixOf, yamlKey } from '../fileEdits.ts';
import type { Rule, RuleReport } from '../lint.ts';
import { nearName } from '../nearName.ts';
import type { ParsedPrompt } from '../parse.ts';
import type { TextEdit } from '../problem.ts';
import { isPlaceholder, type Variables } from '../prompt.ts';
import { isKnown, tagNames, type TagName } from '../tagNames.ts';
import { isTemplateName } from '../templateName.ts';

/** Names that nobody gives: in messages, where variables are declared; in judges and checks, where rows are known. */
export const undefinedVariable: Rule = {
  code: 'undefined-variable',
  check(file, _context, report) {
    if (!isKnown(file, 'variables', 'template')) return;
    const contract = inferContract(file);
    const isDeclaring = file.field('variables') !== undefined;
    const judged = namesForEvaluators(file, contract);
    for (const tag of tagNames(file)) {
      const { placed, node, head } = tag;
      const names = placed.kind === 'message' ? (isDeclaring ? contract : undefined) : judged;
      if (!names || Object.hasOwn(names, head) || !isTemplateName(node.name)) continue;
      if (node.kind === 'section' && placed.kind !== 'message') continue;
      if (isFieldOfItem(tag, names)) continue;
      report(undefinedName(file, tag, Object.keys(names)));
    }
    if (!isDeclaring) return;
    for (const [index, message] of file.prompt.messages.entries()) {
      if (!isPlaceholder(message) || Object.hasOwn(contract, message.placeholder)) continue;
      const field = file.field(`messages.${index}.placeholder`);
      if (!field) continue;
      const near = nearName(message.placeholder, Object.keys(contract));
      report({
        ...field.value,
        message: undefinedMessage(message.placeholder, near),
        fixes: [
          ...renameFix(near, near === undefined ? undefined : editScalar(file, field.value, near)),
          ...declareFix(file, message.placeholder, '{ type: messages, required: false }'),
        ],
      });
    }
  },
};

function undefinedName(file: ParsedPrompt, tag: TagName, known: readonly string[]): RuleReport {
  const { placed, node, head, headSpan, within } = tag;
  const span = placed.toFile(headSpan);
  if (head === 'else' && within.length > 0) {
    return {
      ...span,
      message: "Templates have no 'else'; an inverted section does it: '{{^name}}…{{/name}}'.",
    };
  }
  const near = nearName(head, known);
  const type = node.path.length > 1 ? 'object' : 'string';
  return {
    ...span,
    message: undefinedMessage(head, near),
    fixes: [
      ...renameFix(near, near === undefined ? undefined : editTemplate(file, placed, headSpan, near)),
      ...(placed.kind === 'message' ? declareFix(file, head, `{ type: ${type} }`) : []),
    ],
  };
}

function undefinedMessage(name: string, near: string | undefined): string {
  return near === undefined
    ? `Undefined variable '${name}'.`
    : `Undefined variable '${name}'. Did you mean '${near}'?`;
}

function renameFix(near: string | undefined, edit: TextEdit | undefined) {
  return near === undefined ? [] : fixOf(`Change to '${near}'`, edit);
}

function declareFix(file: ParsedPrompt, name: string, declaration: string) {
  return fixOf(`Declare '${name}'`, addEntry(file, 'variables', `${yamlKey(name)}: ${declaration}`));
}

/** What evaluators see; undefined: nobody can tell, as rows are elsewhere, unread, or not there yet. */
function namesForEvaluators(file: ParsedPrompt, contract: Variables): Record<string, unknown> | undefined {
  const { datasets } = file.prompt;
  if (datasets.length > 0 || file.rows.length === 0) return undefined;
  if (!isKnown(file, 'testData', 'datasets', 'messages')) return undefined;
  const names: Record<string, unknown> = { ...contract, completion: true, expected: true };
  for (const row of file.rows) Object.assign(names, row.data);
  return names;
}

/** Whether a section around the tag may give the name: the items of a list or an object have their own. */
function isFieldOfItem({ placed, within }: TagName, names: Record<string, unknown>): boolean {
  if (placed.kind !== 'message') return within.length > 0;
  return within.some(section => {
    const [head = '.'] = section.path;
    const variable = Object.hasOwn(names, head) ? (names as Variables)[head] : undefined;
    // A section that is a field itself can hold anything.
    if (!variable || section.path.length > 1) return true;
    if (variable.type === 'array')
      return (variable.items ?? 'object') === 'object' || variable.items === 'array';
    return variable.type === 'object' || variable.type === 'messages';
  });
}
