import type { ModelNames } from '../evals/modelNames.ts';
import type { ModelLintInfo } from '../prompt/lint.ts';
import { nearName } from '../prompt/nearName.ts';
import type { Config, ProviderConfig } from './config.ts';

/**
 * Shutdown dates that OpenAI has announced (developers.openai.com/api/docs/deprecations, copied 2026-11-20).
 * `GET /v1/models` tells them too, as `shutdown_date`; lint needs no network, so it knows these.
 */
const announcedShutdowns: Readonly<Record<string, string>> = {
  'gpt-5': '2026-12-11',
  o3: '2026-12-11',
  'gpt-4o': '2027-01-14',
  'gpt-4o-mini': '2027-01-14',
  'gpt-4.1': '2027-01-14',
  'gpt-4.1-mini': '2027-01-14',
};

export interface ModelName {
  readonly provider: string;
  readonly model: string;
  /** `provider/model`: what digests see. */
  readonly ref: string;
}

/** Follows an alias, then splits at the first `/`; a prefix that is no provider belongs to the name. */
export function nameModel(config: Config, reference: string): ModelName {
  const written = Object.hasOwn(config.models, reference)
    ? (config.models[reference] ?? reference)
    : reference;
  const slash = written.indexOf('/');
  const prefix = written.slice(0, slash);
  const [provider, model] =
    slash > 0 && Object.hasOwn(config.providers, prefix)
      ? [prefix, written.slice(slash + 1)]
      : [config.defaultProvider, written];
  return { provider, model, ref: `${provider}/${model}` };
}

/** Whether lint may look a provider's models up in the table of OpenAI's. */
export function servesOpenAi(provider: ProviderConfig | undefined): boolean {
  return (
    provider?.scripted === undefined && provider?.baseURL?.startsWith('https://api.openai.com/') === true
  );
}

/** What lint may know of a model without a network. */
export function lintModel(
  config: Config,
  reference: string | undefined,
  options: { readonly today: string; readonly names?: ModelNames },
): ModelLintInfo | undefined {
  if (reference === undefined || reference === '') return undefined;
  const { provider, model, ref } = nameModel(config, reference);
  const isOpenAi = servesOpenAi(config.providers[provider]);
  const retires =
    isOpenAi && Object.hasOwn(announcedShutdowns, model) ? announcedShutdowns[model] : undefined;
  const aliases = Object.keys(config.models);
  const candidates = [...aliases, ...(options.names?.all ?? [])];
  const isMisspelt =
    isOpenAi && options.names?.has(model) === false && !candidates.some(name => isOtherVersion(model, name));
  const near = isMisspelt ? nearName(model, candidates) : undefined;
  return {
    model: ref,
    // The table grows old: a name that is like no other may be newer than it.
    known: near === undefined,
    ...(near === undefined ? {} : { suggestions: [aliases.includes(near) ? near : `${provider}/${near}`] }),
    ...(retires === undefined ? {} : { retires, retired: retires <= options.today }),
  };
}

/** `gpt-5.7` and `gpt-5.4`: alike but for their numbers, so neither is a misspelling of the other. */
function isOtherVersion(a: string, b: string): boolean {
  const words = (name: string) => name.replaceAll(/[\d.]+/g, '#');
  return words(a) === words(b);
}
