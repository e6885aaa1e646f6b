import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PromptgateError, systemCode } from '../errors.ts';

/**
 * Copies the sample workspace for somebody to change. Nothing that exists is written into.
 * @returns the new folder: the first free of `promptgate-sample`, `promptgate-sample-2`, …
 * @throws PromptgateError `cannot-write`
 */
export async function copySample(sample: string, parent: string): Promise<string> {
  for (let number = 1; ; number++) {
    const folder = path.join(parent, number === 1 ? 'promptgate-sample' : `promptgate-sample-${number}`);
    try {
      await mkdir(folder);
      await cp(sample, folder, { recursive: true });
      return folder;
    } catch (error) {
      if (systemCode(error) === 'EEXIST' && number < 100) continue;
      throw new PromptgateError(
        'cannot-write',
        `The sample cannot be copied to ${parent}: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}
