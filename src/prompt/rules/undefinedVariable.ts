import { inferContract } from '../contract.ts';
import { addEntry, editScalar, editTemplate, fixOf, yamlKey } from '../fileEdits.ts';
import type { Rule, RuleReport } from '../lint.ts';
import { nearName } from '../nearName.ts';
import type { ParsedPrompt } from '../parse.ts';
import type { Fix } from '../problem.ts';
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
    // One typo is often there many times: what to offer for a name is worked out once.
    const offers = new Map<string, Offer>();
    const offerFor = (name: string, names: Readonly<Record<string, unknown>>, type: string): Offer => {
      const key = `${names === contract ? '' : 'judge '}${name}`;
      const offer = offers.get(key) ?? {
        near: nearName(name, Object.keys(names).filter(isTemplateName)),
        declare: names === contract ? declareFix(file, name, type) : [],
      };
      offers.set(key, offer);
      return offer;
    };
    for (const tag of tagNames(file)) {
      const { placed, node, head } = tag;
      const names = placed.kind === 'message' ? (isDeclaring ? contract : undefined) : judged;
      if (!names || Object.hasOwn(names, head) || !isTemplateName(node.name)) continue;
      if (node.kind === 'section' && placed.kind !== 'message') continue;
      if (isFieldOfItem(tag, names)) continue;
      report(undefinedName(file, tag, offerFor(head, names, node.path.length > 1 ? 'object' : 'string')));
    }
    if (!isDeclaring) return;
    for (const [index, message] of file.prompt.messages.entries()) {
      if (!isPlaceholder(message) || Object.hasOwn(contract, message.placeholder)) continue;
      const field = file.field(`messages.${index}.placeholder`);
      if (!field) continue;
      const { near, declare } = offerFor(message.placeholder, contract, 'messages, required: false');
      report({
        ...field.value,
        message: undefinedMessage(message.placeholder, near),
        fixes: [
          ...(near === undefined ? [] : fixOf(`Change to '${near}'`, editScalar(file, field.value, near))),
          ...declare,
        ],
      });
    }
  },
};

/** What may have been meant, and the declaration that would make the name right. */
interface Offer {
  readonly near: string | undefined;
  readonly declare: readonly Fix[];
}

function undefinedName(file: ParsedPrompt, tag: TagName, { near, declare }: Offer): RuleReport {
  const { placed, head, headSpan, within } = tag;
  const span = placed.toFile(headSpan);
  if (head === 'else' && within.length > 0) {
    return {
      ...span,
      message: "Templates have no 'else'; an inverted section does it: '{{^name}}…{{/name}}'.",
    };
  }
  return {
    ...span,
    message: undefinedMessage(head, near),
    fixes: [...renameTag(file, tag, near), ...declare],
  };
}

function undefinedMessage(name: string, near: string | undefined): string {
  return near === undefined
    ? `Undefined variable '${name}'.`
    : `Undefined variable '${name}'. Did you mean '${near}'?`;
}

function renameTag(file: ParsedPrompt, { placed, node, headSpan }: TagName, near: string | undefined) {
  if (near === undefined) return [];
  const edits = [editTemplate(file, placed, headSpan, near)];
  const close = node.kind === 'section' ? node.closeNameSpan : undefined;
  if (close) {
    const end = close.start + headSpan.end - headSpan.start;
    edits.push(editTemplate(file, placed, { start: close.start, end }, near));
  }
  return fixOf(`Change to '${near}'`, ...edits);
}

function declareFix(file: ParsedPrompt, name: string, type: string): readonly Fix[] {
  const edit = addEntry(file, 'variables', `${yamlKey(name)}: { type: ${type} }`);
  return fixOf(`Declare '${name}'`, edit);
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
    if (section.path.length > 1) return true;
    if (!variable) return false;
    if (variable.type === 'array')
      return (variable.items ?? 'object') === 'object' || variable.items === 'array';
    return variable.type === 'object' || variable.type === 'messages';
  });
}
