import { editTemplate, fixOf } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';
import { tagNames } from '../tagNames.ts';
import { nearTags } from '../templateLiteral.ts';

/** What cannot be read as template; in literal mode, half a tag around a name that the file knows. */
export const templateSyntax: Rule = {
  code: 'template-syntax',
  check(file, _context, report) {
    for (const placed of file.templates) {
      for (const { message, replacement, ...span } of placed.template.problems) {
        const fixes = replacement
          ? fixOf(replacement.title, editTemplate(file, placed, replacement, replacement.text))
          : [];
        report({ ...placed.toFile(span), message, fixes });
      }
    }
    if (file.prompt.template !== 'literal') return;

    const known = new Set(file.rows.flatMap(row => Object.keys(row.data)));
    for (const { head } of tagNames(file)) known.add(head);
    for (const placed of file.templates) {
      for (const near of nearTags(placed.template)) {
        if (near.why === 'spaced' || !known.has(near.name)) continue;
        const { start, end } = near;
        const tag = `{{${near.name}}}`;
        report({
          ...placed.toFile({ start, end }),
          message: `'${placed.template.source.slice(start, end)}' is read as text. Did you mean '${tag}'?`,
          fixes: fixOf(`Change to ${tag}`, editTemplate(file, placed, { start, end }, tag)),
        });
      }
    }
  },
};
