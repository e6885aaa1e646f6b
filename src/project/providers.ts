import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PromptgateError, messageOf } from '../errors.ts';
import { CallFailure, type Provider } from '../evals/model.ts';
import { scriptedProvider } from '../evals/scripted.ts';
import { environmentKey, isLoopback, originOf } from './apiKeys.ts';
import type { Config, ProviderConfig } from './config.ts';

export interface ProviderHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  apiKey?(origin: string): Promise<string | undefined>;
}

interface Made {
  readonly provider: Provider;
  /** What a scripted provider answers from. */
  readonly script?: string;
}

/**
 * Makes each provider of promptgate.yml when it is first asked for, a scripted one anew when its answers changed;
 * the API key is looked up at the first call.
 */
export function providers(root: string, config: Config, host: ProviderHost): (name: string) => Provider {
  const made = new Map<string, Made>();
  return name => {
    const settings = config.providers[name];
    if (!settings) throw new PromptgateError('no-model', `There is no provider "${name}" in promptgate.yml.`);
    const script = settings.scripted === undefined ? undefined : readScript(name, root, settings.scripted);
    const existing = made.get(name);
    if (existing && existing.script === script) return existing.provider;
    const provider = script === undefined ? endpoint(name, settings, host) : scriptedProvider(name, script);
    made.set(name, { provider, script });
    return provider;
  };
}

function readScript(name: string, root: string, written: string): string {
  const path = resolve(root, written);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PromptgateError(
      'cannot-read',
      `Provider "${name}" answers from ${written}, which cannot be read: ${messageOf(error)}`,
      { cause: error, data: { path } },
    );
  }
}

function endpoint(name: string, settings: ProviderConfig, host: ProviderHost): Provider {
  const baseURL = settings.baseURL;
  if (baseURL === undefined)
    throw new PromptgateError('no-model', `Provider "${name}" has no baseURL in promptgate.yml.`);
  const origin = originOf(baseURL);
  const concurrency = settings.concurrency ?? 20;
  const withKey = async (): Promise<Provider> => {
    const given = await host.apiKey?.(origin);
    const environment = environmentKey(settings, host.env);
    const apiKey = given ?? environment.apiKey ?? (isLoopback(origin) ? 'none' : undefined);
    if (apiKey === undefined) {
      const detail = environment.why === undefined ? '' : ` ${environment.why}.`;
      throw new CallFailure({
        kind: 'no-api-key',
        message: `No API key for ${new URL(origin).host}.${detail}`,
        origin,
      });
    }
    // Brings TLS along, which takes longer to load than all of ours together.
    const { openAiProvider } = await import('../evals/openai.ts');
    return openAiProvider({ name, baseURL, apiKey, concurrency, timeoutMs: settings.timeoutMs });
  };
  // Asked again while there is none, so that a key given meanwhile is used without a restart.
  let ready: Promise<Provider> | undefined;
  const provider = () => {
    ready ??= withKey().catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };
  return {
    name,
    origin,
    scripted: false,
    concurrency,
    timeoutMs: settings.timeoutMs,
    chat: async (request, signal) => (await provider()).chat(request, signal),
    embed: async (request, signal) => (await provider()).embed(request, signal),
  };
}
