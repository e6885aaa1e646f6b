import { isIPv4 } from 'node:net';
import type { ProviderConfig } from './config.ts';

const openAiOrigin = 'https://api.openai.com';

/** Scheme, host and port: what an API key is bound to. */
export function originOf(baseURL: string): string {
  return new URL(baseURL).origin;
}

/** Whether an origin is this machine, which needs no API key. */
export function isLoopback(origin: string): boolean {
  const host = new URL(origin).hostname;
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * The API key from the environment for a provider, if it may go to the provider's origin.
 * A repository can name any endpoint and any variable; so `OPENAI_API_KEY` goes to OpenAI only, and another
 * variable only to an origin that the user listed in `PROMPTGATE_ALLOW_ORIGINS` (separated by commas).
 */
export function environmentKey(
  provider: ProviderConfig,
  env: Readonly<Record<string, string | undefined>>,
): { readonly apiKey?: string; readonly why?: string } {
  if (provider.baseURL === undefined) return {};
  const origin = originOf(provider.baseURL);
  const name = provider.keyEnv;
  if (origin === openAiOrigin && (name === undefined || name === 'OPENAI_API_KEY'))
    return { apiKey: env['OPENAI_API_KEY'] || undefined };
  if (name === undefined || !env[name]) return {};
  if (name === 'OPENAI_API_KEY')
    return { why: `OPENAI_API_KEY is never sent to ${origin}; give it a variable of its own with keyEnv` };
  const allowed = (env['PROMPTGATE_ALLOW_ORIGINS'] ?? '')
    .split(',')
    .map(item => item.trim().replace(/\/$/, ''));
  if (!allowed.includes(origin))
    return { why: `${name} is set, but ${origin} is not in PROMPTGATE_ALLOW_ORIGINS` };
  return { apiKey: env[name] };
}
