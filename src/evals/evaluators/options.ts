import * as v from 'valibot';
import type { JsonValue } from '../../prompt/prompt.ts';

/** Any JSON value; what YAML gave is one already. */
export const jsonValue = v.custom<JsonValue>(value => value !== undefined, 'value must be given');

/** The map under `with:`. */
export function optionsOf<const Entries extends v.ObjectEntries>(evaluator: string, entries: Entries) {
  const names = Object.keys(entries);
  const choice =
    names.length === 0 ? 'it takes none' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  return v.strictObject(entries, ({ expected, received }) =>
    expected === 'never' ? `${received} is no option of ${evaluator}; ${choice}` : 'with: must be a map',
  );
}
