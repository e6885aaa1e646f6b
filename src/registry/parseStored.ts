import * as v from 'valibot';
import { PromptgateError, messageOf } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import { hasConflictMarkers } from './storedJson.ts';

/**
 * JSON of ours, checked. The value is the parsed one, not the checker's copy, so that every key stays.
 * What a newer Promptgate may have added (another schema, a key, a kind of event) is not called damage: someone
 * who cannot read it has neither to mend nor to replace it.
 * @throws PromptgateError `log-conflict`, `newer-format`, `damaged`
 */
export function parseStored(
  text: string,
  options: {
    readonly where: string;
    readonly schema: string;
    readonly check: v.GenericSchema;
    /** The bytes have the hash that they were stored with: whatever is not understood was written like that. */
    readonly proven?: boolean;
  },
): unknown {
  const { where, schema, check, proven = false } = options;
  if (hasConflictMarkers(text))
    throw new PromptgateError(
      'log-conflict',
      `Two branches released the same prompt: ${where} has git conflict markers. Run "promptgate registry resolve".`,
      { data: { file: where } },
    );
  // JSON escapes a carriage return, so that one that is there is the end of a line.
  if (text.includes('\r')) throw lineEnds(where);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damagedFile(where, `is not JSON (${messageOf(error)})`, error);
  }
  const written = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (
    typeof written === 'string' &&
    written !== schema &&
    written.replace(/\d+$/, '') === schema.replace(/\d+$/, '')
  )
    throw newerFile(where, `${written}; this one reads ${schema}`);
  const result = v.safeParse(check, value);
  if (result.success) return value;
  const [news] = result.issues;
  if (proven || result.issues.every(isNews))
    throw newerFile(where, `${v.getDotPath(news) ?? 'its shape'} is not known here`);
  const issue = result.issues.find(other => !isNews(other)) ?? news;
  const path = v.getDotPath(issue);
  throw damagedFile(
    where,
    `is not as Promptgate writes it (${path === null ? '' : `${path}: `}${issue.message})`,
  );
}

/** A key that is not known, or an event of a type that is not. */
function isNews({ type, expected, input }: v.BaseIssue<unknown>): boolean {
  return (
    (type === 'strict_object' && expected === 'never') || (type === 'variant' && typeof input === 'string')
  );
}

function newerFile(where: string, what: string): PromptgateError {
  return new PromptgateError(
    'newer-format',
    `${where} was written by a newer Promptgate (${what}). Update Promptgate.`,
    { data: { file: where } },
  );
}

/**
 * A file that has not the hash it was stored with.
 * @param what happened to it, if it is not just git that changed its line ends
 */
export function changedFile(
  where: string,
  bytes: Uint8Array | string,
  { hash, what }: { readonly hash: string; readonly what: string },
): PromptgateError {
  const text =
    typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return text.includes('\r\n') && sha256(text.replaceAll('\r\n', '\n')) === hash
    ? lineEnds(where)
    : damagedFile(where, what);
}

/** Releasing on top of such a file would chain to a hash that nobody else has. */
function lineEnds(where: string): PromptgateError {
  return new PromptgateError(
    'damaged',
    `${where} has other line ends than it was written with: git changed them (core.autocrlf). ` +
      'Put ".promptgate/** -text" into .gitattributes, delete the folders prompts, evidence and datasets in ' +
      '.promptgate, and bring them back with "git checkout -- .promptgate".',
    { data: { file: where } },
  );
}

export function damagedFile(where: string, what: string, cause?: unknown): PromptgateError {
  return new PromptgateError(
    'damaged',
    `${where} ${what}. Bring back the file as it was published, e.g. with "git checkout -- <file>", then run "promptgate verify".`,
    { cause, data: { file: where } },
  );
}
