import { fixOf, removeEntry } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';
import { nearName } from '../nearName.ts';
import { hasBrokenTemplate, isKnown, messageNames, tagNames } from '../tagNames.ts';

/** Declared, demanded from callers, and in no template. */
export const unusedVariable: Rule = {
  code: 'unused-variable',
  check(file, _context, report) {
    if (!isKnown(file, 'messages', 'evaluators', 'variables') || file.prompt.messages.length === 0) return;
    // A tag that is being typed would make its variable unused for a moment.
    if (hasBrokenTemplate(file)) return;
    const declared = Object.keys(file.prompt.variables);
    const used = new Set(messageNames(file));
    for (const { head } of tagNames(file)) used.add(head);
    // A typo is one problem: that of the undefined name.
    for (const name of used) {
      const near = Object.hasOwn(file.prompt.variables, name) ? undefined : nearName(name, declared);
      if (near !== undefined) used.add(near);
    }
    for (const name of declared) {
      const key = file.field(`variables.${name}`)?.key;
      if (!key || used.has(name)) continue;
      report({
        ...key,
        message: `Variable '${name}' is declared but used in no message.`,
        tag: 'unnecessary',
        fixes: fixOf('Remove the declaration', removeEntry(file, `variables.${name}`)),
      });
    }
  },
};
