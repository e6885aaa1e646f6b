import { editTemplate, fixOf } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';
import { nearTags } from '../templateLiteral.ts';

/** `{{ name }}` in a literal template is text, at GitHub as here. */
export const spacesInTag: Rule = {
  code: 'spaces-in-tag',
  check(file, _context, report) {
    for (const placed of file.templates) {
      for (const near of nearTags(placed.template)) {
        if (near.why !== 'spaced') continue;
        const tag = `{{${near.name}}}`;
        report({
          ...placed.toFile(near),
          message: `With spaces inside this is text, not a tag. To fill in a value write '${tag}'.`,
          fixes: fixOf(`Change to ${tag}`, editTemplate(file, placed, near, tag)),
        });
      }
    }
  },
};
