import * as v from 'valibot';
import { piiDetector, piiKinds, type PiiFinding, type PiiKind } from '../pii.ts';
import { defineEvaluator } from './evaluator.ts';
import { optionsOf } from './options.ts';

const words: Readonly<Record<PiiKind, string>> = {
  email: 'an email address',
  phone: 'a phone number',
  card: 'a card number',
  iban: 'a bank account number',
  ssn: 'a social security number',
};

/**
 * Whether the output is free of email addresses, phone, card, bank account and US social security numbers.
 * Names and addresses need a model: they are not found.
 */
export const noPii = defineEvaluator({
  version: 1,
  scale: 'yes-no',
  threshold: 1,
  negatable: true,
  options: optionsOf('no-pii', {
    kinds: v.optional(
      v.array(
        v.picklist(piiKinds, `kinds may be of ${piiKinds.join(', ')}`),
        `kinds must be a list of ${piiKinds.join(', ')}`,
      ),
      [...piiKinds],
    ),
    allow: v.optional(
      v.array(v.string('allow must be a list of texts'), 'allow must be a list such as ["@acme.com"]'),
      [],
    ),
    country: v.optional(
      v.pipe(
        v.string('country must be text'),
        v.regex(/^[A-Z]{2}$/, 'country must be two capitals such as US'),
      ),
      'US',
    ),
  }),
  async prepare({ kinds, allow, country }) {
    const detect = await piiDetector(country);
    const allowed = allow.map(text => text.toLowerCase());
    return ({ output }) => {
      const found = detect(output).filter(
        ({ kind, text }) =>
          kinds.includes(kind) && !allowed.some(known => isAllowed(text.toLowerCase(), known)),
      );
      const [first] = found;
      if (first === undefined)
        return {
          score: 1,
          message: 'output has no personal data that can be found by its form',
          actual: output,
        };
      const more = found.length > 1 ? ` and ${found.length - 1} more` : '';
      return {
        score: 0,
        message: `output contains ${words[first.kind]}, ${masked(first)}${more}`,
        actual: output,
      };
    };
  },
});

/** A text of its own, or the domain of an address. */
function isAllowed(text: string, known: string): boolean {
  return known.startsWith('@') ? text.endsWith(known) : text === known;
}

/** Enough to find the place; messages end up in logs and pull requests. */
function masked({ kind, text }: PiiFinding): string {
  if (kind !== 'email') return `…${text.slice(-3)}`;
  return `${text.slice(0, 1)}…${text.slice(text.lastIndexOf('@'))}`;
}
