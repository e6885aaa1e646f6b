import type { Evaluator } from './evaluator.ts';
import { coherence, fluency, groundedness, relevance, similarity } from './github.ts';
import { isJson, jsonSchema } from './json.ts';
import { noPii } from './noPii.ts';
import { isRefusal } from './refusal.ts';
import { regex } from './regex.ts';
import { similar } from './similar.ts';
import { contains, equals, icontains, startsWith } from './text.ts';

/** Every name that `uses:` may take, without `not-`. */
export const evaluators: ReadonlyMap<string, Evaluator> = new Map<string, Evaluator>([
  ['github/similarity', similarity],
  ['github/coherence', coherence],
  ['github/fluency', fluency],
  ['github/relevance', relevance],
  ['github/groundedness', groundedness],
  ['promptgate/equals', equals],
  ['promptgate/contains', contains],
  ['promptgate/icontains', icontains],
  ['promptgate/starts-with', startsWith],
  ['promptgate/regex', regex],
  ['promptgate/is-json', isJson],
  ['promptgate/json-schema', jsonSchema],
  ['promptgate/similar', similar],
  ['promptgate/no-pii', noPii],
  ['promptgate/is-refusal', isRefusal],
]);
