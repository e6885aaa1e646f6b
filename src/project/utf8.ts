import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';

/**
 * The text of a file, with its BOM. What another encoding says would be lost without a word: a byte that is not
 * UTF-8 decodes to U+FFFD, in what is sent to a model and in what is written back.
 */
export async function readUtf8(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (!isUtf8(bytes)) throw new Error('it is not UTF-8 text, save it as UTF-8');
  return bytes.toString('utf8');
}
