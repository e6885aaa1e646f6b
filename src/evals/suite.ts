import type { Digest } from '../prompt/digest.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { DatasetFile } from './rows.ts';

/**
 * Rows, evaluators with their defaults, judge models (as resolved by `resolveRef`), sha256 of every dataset.
 */
export function suiteDigest(
  _prompt: Prompt,
  _datasets: readonly DatasetFile[],
  _resolveRef: (model: string | undefined) => string | undefined,
): Digest {
  throw new Error('not built yet');
}
