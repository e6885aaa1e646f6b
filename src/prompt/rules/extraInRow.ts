import { inferContract } from '../contract.ts';
import { evaluatorPlaces, infoOf } from '../evaluatorPlaces.ts';
import { fixOf, removeEntry } from '../fileEdits.ts';
import type { LintContext, Rule } from '../lint.ts';
import { nearName } from '../nearName.ts';
import type { ParsedPrompt } from '../parse.ts';
import { reservedRowKeys } from '../prompt.ts';
import { hasBrokenTemplate, isKnown, tagNames } from '../tagNames.ts';
import { nearTags } from '../templateLiteral.ts';

const reserved: readonly string[] = reservedRowKeys;
/** What GitHub's own judges fill in from a row. */
const githubKeys: readonly string[] = ['input', 'query', 'context', 'ground_truth'];

/** A value in a row that nothing reads. */
export const extraInRow: Rule = {
  code: 'extra-in-row',
  check(file, context, report) {
    if (!isKnown(file, 'messages', 'variables', 'template', 'testData', 'evaluators')) return;
    if (file.prompt.messages.length === 0 || hasBrokenTemplate(file)) return;
    const contract = inferContract(file);
    const read = namesRead(file, context);
    for (const name of Object.keys(contract)) read.add(name);
    for (const row of file.rows) {
      const extra = Object.keys(row.data).filter(key => !read.has(key));
      if (extra.length === 0) continue;
      // A misspelt key is one problem: that of the value that is missing.
      const missing = Object.entries(contract).flatMap(([name, variable]) =>
        variable.required && (row.data[name] ?? null) === null ? [name] : [],
      );
      const misspelt = new Set(missing.map(name => nearName(name, extra)));
      for (const name of extra) {
        const key = file.field(`testData.${row.index}.${name}`)?.key;
        if (!key || misspelt.has(name)) continue;
        report({
          ...key,
          message: `Nothing reads '${name}': no message and no evaluator names it.`,
          tag: 'unnecessary',
          fixes: fixOf('Remove it from the row', removeEntry(file, `testData.${row.index}.${name}`)),
        });
      }
    }
  },
};

function namesRead(file: ParsedPrompt, context: LintContext): Set<string> {
  const read = new Set(reserved);
  for (const { head, node } of tagNames(file)) {
    read.add(head);
    // In an item's section a name may be the item's field; the row's own is as good a reading.
    read.add(node.name);
  }
  // The key that a misspelt tag of an evaluator meant.
  const keys = new Set(allKeys(file));
  for (const name of read) {
    const near = keys.has(name) || reserved.includes(name) ? undefined : nearName(name, keys);
    if (near !== undefined) read.add(near);
  }
  for (const placed of file.templates) for (const near of nearTags(placed.template)) read.add(near.name);
  for (const { spec } of evaluatorPlaces(file)) {
    const { uses } = spec;
    if (uses === undefined) continue;
    const info = infoOf(context, uses);
    // An evaluator that nobody here knows may read anything.
    const also = uses.startsWith('github/') ? githubKeys : info ? [] : keys;
    for (const key of also) read.add(key);
  }
  return read;
}

function allKeys(file: ParsedPrompt): readonly string[] {
  return file.rows.flatMap(row => Object.keys(row.data));
}
