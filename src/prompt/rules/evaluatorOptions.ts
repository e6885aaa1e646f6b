import { evaluatorPlaces, infoOf } from '../evaluatorPlaces.ts';
import type { Rule } from '../lint.ts';

/** `with:` that the evaluator does not take. */
export const evaluatorOptions: Rule = {
  code: 'invalid-value',
  check(file, context, report) {
    for (const { path, spec } of evaluatorPlaces(file)) {
      if (spec.uses === undefined) continue;
      const wrong = infoOf(context, spec.uses)?.check?.(spec.with ?? {});
      if (wrong === undefined) continue;
      const options = file.field(`${path}.with`);
      const place = options ?? file.field(`${path}.uses`);
      if (!place) continue;
      const span = options?.key && isOverLines(file.text, options.value) ? options.key : place.value;
      report({
        start: span.start,
        end: span.end,
        message: `${spec.uses}: ${wrong}${/[.!?]$/.test(wrong) ? '' : '.'}`,
      });
    }
  },
};

function isOverLines(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  return text.slice(start, end).trimEnd().includes('\n');
}
