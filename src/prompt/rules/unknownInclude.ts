import type { Rule } from '../lint.ts';
import { walkTemplate } from '../template.ts';

/** `{{> name}}` is kept for prompts made of prompts, which cannot be built yet. */
export const unknownInclude: Rule = {
  code: 'unknown-include',
  check(file, _context, report) {
    for (const placed of file.templates) {
      for (const { node } of walkTemplate(placed.template.nodes)) {
        if (node.kind !== 'include') continue;
        report({
          ...placed.toFile(node),
          message: `Prompts cannot include one another yet: put the text of '${node.name}' here instead.`,
        });
      }
    }
  },
};
