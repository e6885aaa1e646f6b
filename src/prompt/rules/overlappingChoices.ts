import type { Rule } from '../lint.ts';

/** Choices that share text: an answer may be read as either. */
export const overlappingChoices: Rule = {
  code: 'overlapping-choices',
  check(file, _context, report) {
    for (const [index, { llm }] of file.prompt.evaluators.entries()) {
      const choices = llm?.choices ?? [];
      for (const [at, { choice }] of choices.entries()) {
        const text = choice.trim().toLowerCase();
        const other = choices.findIndex(
          (candidate, position) =>
            position !== at && overlaps(text, candidate.choice.trim().toLowerCase(), at > position),
        );
        const longer = choices[other];
        if (!longer) continue;
        const path = `evaluators.${index}.llm.choices`;
        const place = file.field(`${path}.${at}.choice`);
        const related = file.field(`${path}.${other}.choice`);
        if (!place) continue;
        const isSame = text === longer.choice.trim().toLowerCase();
        report({
          ...place.value,
          message: isSame
            ? `The choice '${choice}' is there twice: an answer may be read as either.`
            : `The choice '${choice}' is part of the choice '${longer.choice}': an answer may be read as either.`,
          related: related && [{ ...related.value, message: 'The other choice.' }],
        });
      }
    }
  },
};

/** Of two equal choices the later one is reported. */
function overlaps(text: string, other: string, isLater: boolean): boolean {
  if (text === '') return false;
  return text === other ? isLater : other.includes(text);
}
