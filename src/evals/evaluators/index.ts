import type { Evaluator } from './evaluator.ts';
import { similar } from './similar.ts';
import { contains, equals, icontains, startsWith } from './text.ts';

/** Every name that `uses:` may take, without `not-`. */
export const evaluators: ReadonlyMap<string, Evaluator> = new Map<string, Evaluator>([
  ['promptgate/equals', equals],
  ['promptgate/contains', contains],
  ['promptgate/icontains', icontains],
  ['promptgate/starts-with', startsWith],
  ['promptgate/similar', similar],
]);
