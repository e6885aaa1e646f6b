import type { Rule } from '../lint.ts';

/** Another file that has the same id: nobody could tell which of them is published. */
export const duplicateId: Rule = {
  code: 'duplicate-id',
  check(file, context, report) {
    const { id, sameId = [] } = context;
    if (id === undefined || sameId.length === 0) return;
    const written = file.field('id');
    const firstLine = file.text.search(/\r?\n|$/);
    const files = sameId.map(path => `'${path}'`).join(', ');
    report({
      ...(written?.value ?? { start: 0, end: firstLine }),
      message: `${files} ${sameId.length === 1 ? 'has' : 'have'} the id '${id}' as well. Give this file another one with 'id:'.`,
    });
  },
};
