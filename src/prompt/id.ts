import valid from 'semver/functions/valid.js';
import { PromptgateError } from '../errors.ts';

const segment = /^[a-z0-9][a-z0-9_-]{0,99}$/;
/** Windows opens these as devices, whatever the folder; a registry must be checked out there as well. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
const labelName = /^[a-z][a-z0-9_-]{0,35}$/;
const suffix = /\.prompt\.ya?ml$/i;

/** Two segments, each `[a-z0-9][a-z0-9_-]{0,99}` and no Windows device name. */
export function isPromptId(id: string): boolean {
  const segments = id.split('/');
  return segments.length === 2 && segments.every(isSegment);
}

function isSegment(text: string): boolean {
  return segment.test(text) && !deviceName.test(text);
}

/** The id of a file that names none, from its path (with `/`) below the glob's root. */
export function idFromPath(pathBelowRoot: string): string {
  const parts = pathBelowRoot.split('/').filter(name => name !== '.');
  const file = (parts.pop() ?? '').replace(suffix, '');
  const [service, ...rest] = parts.filter(name => name !== '');
  return service === undefined
    ? `default/${toSegment(file)}`
    : `${toSegment(service)}/${toSegment([...rest, file].join('-'))}`;
}

/** The nearest name that is allowed; `prompt-` goes before one that cannot stand alone. */
function toSegment(name: string): string {
  const allowed = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/gu, '-')
    .replace(/^[_-]+/, '');
  const named = allowed === '' || deviceName.test(allowed) ? `prompt-${allowed}` : allowed;
  return named.slice(0, 100);
}

export interface Reference {
  readonly id: string;
  /** `support/refund@1.2.0` or `support/refund@production`; without: the working copy. */
  readonly version?: string;
  readonly label?: string;
}

/** @throws PromptgateError `bad-reference` */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const id = at < 0 ? text : text.slice(0, at);
  if (!isPromptId(id)) {
    throw badReference(
      text,
      `${JSON.stringify(id)} is no prompt id. Expected service/name in lower case, such as support/refund.`,
    );
  }
  if (at < 0) return { id };
  const target = text.slice(at + 1);
  if (/^\d/.test(target) && valid(target) === target) {
    if (!target.includes('-')) return { id, version: target };
    throw badReference(text, `${target} is a pre-release; versions are such as 1.2.0.`);
  }
  if (labelName.test(target) && target !== 'latest') return { id, label: target };
  throw badReference(
    text,
    target === 'latest'
      ? '`latest` is not a label. Name a version, such as @1.2.0, or a label, such as @production.'
      : `${JSON.stringify(target)} is neither a version nor a label. Expected @1.2.0 or @production.`,
  );
}

function badReference(text: string, reason: string): PromptgateError {
  return new PromptgateError(
    'bad-reference',
    `Cannot read the reference ${JSON.stringify(text)}: ${reason}`,
    {
      data: { reference: text },
    },
  );
}
