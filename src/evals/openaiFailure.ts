import { messageOf, systemCode } from '../errors.ts';
import { CallFailure } from './model.ts';
import type { CallError } from './report.ts';

type Errors = Pick<
  typeof import('openai'),
  'APIError' | 'APIConnectionError' | 'APIConnectionTimeoutError' | 'APIUserAbortError'
>;

interface Circumstances {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Takes the API key out of a text. */
  readonly scrub: (text: string) => string;
  readonly errors: Errors;
}

/** What the client throws, as a failure in the provider's own words. Cancellation stays what it is. */
export function toFailure(error: unknown, circumstances: Circumstances): unknown {
  const { origin, timeoutMs, signal, scrub, errors } = circumstances;
  const { host } = new URL(origin);
  if (signal.aborted) return signal.reason;
  if (error instanceof errors.APIConnectionTimeoutError || error instanceof errors.APIUserAbortError) {
    return new CallFailure({
      kind: 'timeout',
      message: `No answer from ${host} within ${timeoutMs / 1000} s.`,
    });
  }
  if (error instanceof errors.APIConnectionError) return networkFailure(error.cause ?? error, host, scrub);
  if (error instanceof errors.APIError && typeof error.status === 'number') {
    return statusFailure(error.status, { origin, words: scrub(wordsOf(error)), error });
  }
  if (error instanceof SyntaxError) {
    return new CallFailure({
      kind: 'malformed',
      message: `The reply of ${host} is not JSON: ${scrub(error.message)}`,
    });
  }
  return networkFailure(error, host, scrub);
}

/** Worth another try unless nobody is there at all. */
const absent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

const explained: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'no such host, or no network',
  EAI_AGAIN: 'the name cannot be looked up; is there a network?',
  ECONNRESET: 'the connection was closed',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
};

function networkFailure(error: unknown, host: string, scrub: (text: string) => string): CallFailure {
  const code =
    systemCode(error) ?? (error instanceof AggregateError ? systemCode(error.errors[0]) : undefined);
  const known = code === undefined ? undefined : explained[code];
  const detail = known === undefined ? scrub(messageOf(error)) : `${known} (${code})`;
  return new CallFailure(
    { kind: 'network', message: `Cannot reach ${host}: ${detail}.` },
    { transient: code !== undefined && !absent.has(code) && !code.includes('CERT') },
  );
}

interface StatusError {
  readonly origin: string;
  readonly words: string;
  readonly error: { readonly headers?: { get(name: string): string | null }; readonly code?: unknown };
}

function statusFailure(status: number, { origin, words, error }: StatusError): CallFailure {
  const kind = kindOf(status);
  const message = `${new URL(origin).host} answered ${status}${words === '' ? '' : `: ${words}`}`;
  // Paid-up quota does not come back by waiting.
  const exhausted = error.code === 'insufficient_quota';
  return new CallFailure(
    { kind, message, status, ...(kind === 'unauthorized' ? { origin } : {}) },
    {
      transient: !exhausted && (kind === 'rate-limited' || kind === 'server'),
      retryAfterMs: retryAfter(error.headers, Date.now()),
    },
  );
}

function kindOf(status: number): CallError['kind'] {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate-limited';
  if (status >= 500 || status === 408 || status === 409) return 'server';
  return 'bad-request';
}

/** `Retry-After` in seconds or as a date, and its finer sibling in milliseconds. */
export function retryAfter(
  headers: { get(name: string): string | null } | undefined,
  now: number,
): number | undefined {
  const finer = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(finer) && finer >= 0) return finer;
  const given = headers?.get('retry-after')?.trim();
  if (given === undefined || given === '') return undefined;
  const seconds = Number(given);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The provider's message, without the status that the client puts before it. */
function wordsOf(error: { readonly message: string; readonly error?: unknown }): string {
  const body = error.error;
  const own =
    typeof body === 'string'
      ? body
      : typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string'
        ? body.message
        : error.message.replace(/^\d{3} /, '').replace(/^status code \(no body\)$/, '');
  const text = own
    .slice(0, 10_000)
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
