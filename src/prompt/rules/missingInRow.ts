import { inferContract } from '../contract.ts';
import { editScalar, editTemplate, fixOf } from '../fileEdits.ts';
import type { Rule, RuleReport } from '../lint.ts';
import { nearName } from '../nearName.ts';
import type { ParsedPrompt, ParsedRow } from '../parse.ts';
import type { Fix } from '../problem.ts';
import { isKnown, tagNames, type TagName } from '../tagNames.ts';
import { isTemplateName } from '../templateName.ts';

/** A row that gives no value for a variable which every call needs. */
export const missingInRow: Rule = {
  code: 'missing-in-row',
  check(file, _context, report) {
    if (!isKnown(file, 'messages', 'variables', 'template', 'testData')) return;
    const contract = inferContract(file);
    const required = Object.entries(contract).flatMap(([name, variable]) =>
      variable.required && variable.default === undefined ? [name] : [],
    );
    // In a literal template a name that no row knows is a typo of the template rather than of all rows.
    const isTypo = new Set(
      file.prompt.template === 'literal'
        ? required.filter(name => !file.rows.some(row => isGiven(row, name)))
        : [],
    );
    const uses = new Map<string, TagName[]>();
    for (const tag of tagNames(file)) {
      if (tag.placed.kind === 'message') uses.set(tag.head, [...(uses.get(tag.head) ?? []), tag]);
    }
    for (const row of file.rows) {
      for (const name of required) {
        if (isGiven(row, name)) continue;
        const spare = Object.keys(row.data).filter(key => !Object.hasOwn(contract, key));
        const guess = { near: nearName(name, spare), isTypo: isTypo.has(name), uses: uses.get(name) ?? [] };
        report(missing(file, row, name, guess));
      }
    }
  },
};

function missing(
  file: ParsedPrompt,
  row: ParsedRow,
  name: string,
  guess: { readonly near: string | undefined; readonly isTypo: boolean; readonly uses: readonly TagName[] },
): RuleReport {
  const { near, uses } = guess;
  const message = `This row gives no value for '${name}'.`;
  const [first] = uses;
  const related = first
    ? [{ ...first.placed.toFile(first.headSpan), message: `'${name}' is used here.` }]
    : undefined;
  if (near === undefined) return { ...row.anchor, message, related };
  const key = file.field(`testData.${row.index}.${near}`)?.key;
  // A key that is there with nothing behind it would then be there twice.
  const renameKey =
    key && !Object.hasOwn(row.data, name)
      ? fixOf(`Rename '${near}' in this row to '${name}'`, editScalar(file, key, name))
      : [];
  const renameTags = isTemplateName(near)
    ? fixOf(
        `Change '${name}' in the messages to '${near}'`,
        ...uses.map(({ placed, headSpan }) => editTemplate(file, placed, headSpan, near)),
      )
    : [];
  const fixes: readonly Fix[] = guess.isTypo ? [...renameTags, ...renameKey] : renameKey;
  return { ...row.anchor, message: `${message} Did you mean '${near}'?`, related, fixes };
}

/** Null is no value. */
function isGiven(row: ParsedRow, name: string): boolean {
  return Object.hasOwn(row.data, name) && row.data[name] !== null;
}
