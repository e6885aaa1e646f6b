import { causeOf } from '../../evals/summary.ts';
import { originOf } from '../../project/apiKeys.ts';
import type { Config } from '../../project/config.ts';
import type { PromptResult } from './result.ts';

/** For each provider that wants an API key and has none: how a terminal or CI gives it one. */
export function apiKeyNotes(config: Config, results: readonly PromptResult[]): readonly string[] {
  const missing = results
    .flatMap(({ report }) => report?.rows ?? [])
    .map(causeOf)
    .filter(cause => cause?.kind === 'no-api-key')
    .map(cause => cause?.message ?? '');
  return Object.entries(config.providers).flatMap(([name, { baseURL, keyEnv }]) => {
    if (baseURL === undefined) return [];
    const origin = originOf(baseURL);
    if (!missing.some(message => message.includes(` ${new URL(origin).host}.`))) return [];
    if (origin === 'https://api.openai.com' && (keyEnv === undefined || keyEnv === 'OPENAI_API_KEY'))
      return ['Next: set OPENAI_API_KEY in the environment.'];
    if (keyEnv === undefined || keyEnv === 'OPENAI_API_KEY')
      return [
        `Next: give provider "${name}" in promptgate.yml a variable of its own with keyEnv, and set that.`,
      ];
    return [
      `Next: set ${keyEnv} in the environment, and PROMPTGATE_ALLOW_ORIGINS=${origin}, which lets it be sent there.`,
    ];
  });
}
