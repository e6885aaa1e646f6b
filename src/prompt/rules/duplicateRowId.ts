import { fixOf, editScalar } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';
import type { ParsedRow } from '../parse.ts';
import { messageNames } from '../tagNames.ts';

/** Two rows with one id: results and evidence could not tell them apart. */
export const duplicateRowId: Rule = {
  code: 'duplicate-row-id',
  check(file, _context, report) {
    if (file.rows.length < 2 || messageNames(file).has('id')) return;
    const first = new Map<string, ParsedRow>();
    const lastNumber = new Map<string, number>();
    const taken = new Set(file.rows.map(row => idOf(row)));
    for (const row of file.rows) {
      const id = idOf(row);
      if (id === undefined) continue;
      const before = first.get(id);
      if (!before) {
        first.set(id, row);
        continue;
      }
      const place = file.field(`testData.${row.index}.id`)?.value;
      const earlier = file.field(`testData.${before.index}.id`)?.value ?? before.anchor;
      let number = (lastNumber.get(id) ?? 1) + 1;
      while (taken.has(`${id}-${number}`)) number += 1;
      lastNumber.set(id, number);
      const fresh = `${id}-${number}`;
      taken.add(fresh);
      report({
        ...(place ?? row.anchor),
        message: `Another row has the id '${id}' already.`,
        related: [{ start: earlier.start, end: earlier.end, message: `'${id}' is taken here.` }],
        fixes: place ? fixOf(`Change to '${fresh}'`, editScalar(file, place, fresh)) : [],
      });
    }
  },
};

function idOf(row: ParsedRow): string | undefined {
  const { id } = row.data;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
