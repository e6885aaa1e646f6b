import { distance } from 'fastest-levenshtein';
import type { ModelLintInfo } from '../prompt/lint.ts';
import type { Config } from './config.ts';

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

/** What lint may know of a model without a network. */
export function lintModel(
  config: Config,
  reference: string | undefined,
  options: { readonly today: string; readonly knownModels?: ReadonlySet<string> },
): ModelLintInfo | undefined {
  if (reference === undefined || reference === '') return undefined;
  const { provider, model, ref } = nameModel(config, reference);
  const settings = config.providers[provider];
  const isOpenAi =
    settings?.scripted === undefined && settings?.baseURL?.startsWith('https://api.openai.com/');
  const retires = isOpenAi ? announcedShutdowns[model] : undefined;
  const aliases = Object.keys(config.models);
  const known =
    !isOpenAi ||
    options.knownModels === undefined ||
    options.knownModels.has(model) ||
    model.startsWith('ft:');
  const suggestions = known
    ? []
    : [...aliases, ...(options.knownModels ?? [])]
        .map(name => ({ name, away: distance(model, name) }))
        .filter(({ away }) => away <= Math.max(1, Math.floor(model.length / 4)))
        .sort((a, b) => a.away - b.away)
        .slice(0, 3)
        .map(({ name }) => (aliases.includes(name) ? name : `${provider}/${name}`));
  return {
    model: ref,
    known,
    ...(suggestions.length > 0 ? { suggestions } : {}),
    ...(retires === undefined ? {} : { retires, retired: retires <= options.today }),
  };
}
