import type { Problem, Severities } from '../prompt/problem.ts';

export interface PromptGlob {
  /** Folder below the project's root; ids come from the path below it. */
  readonly root: string;
  readonly include: string;
}

export interface ProviderConfig {
  /** An OpenAI-compatible endpoint, with its version segment. */
  readonly baseURL?: string;
  /** Environment variable with the API key, bound to the endpoint's origin. */
  readonly keyEnv?: string;
  readonly concurrency?: number;
  /** Per call, milliseconds. */
  readonly timeoutMs?: number;
  /** File with canned answers, instead of an endpoint. */
  readonly scripted?: string;
}

export interface Config {
  readonly prompts: readonly PromptGlob[];
  readonly store: 'files';
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly defaultProvider: string;
  /** Aliases: `fast` → `openai/gpt-4o-mini`. */
  readonly models: Readonly<Record<string, string>>;
  readonly lint: Severities;
  readonly evals: {
    readonly onSave: 'manual' | 'off';
    /** US dollars. */
    readonly budget: { readonly run?: number; readonly day?: number };
  };
}

export const configFileName = 'promptgate.yml';

/** What holds without promptgate.yml: one prompt file is enough to start. */
export const defaultConfig: Config = {
  prompts: [{ root: '.', include: '**/*.prompt.{yml,yaml}' }],
  store: 'files',
  providers: {
    openai: { baseURL: 'https://api.openai.com/v1', keyEnv: 'OPENAI_API_KEY', concurrency: 20 },
  },
  defaultProvider: 'openai',
  models: {},
  lint: {},
  evals: { onSave: 'manual', budget: {} },
};

/** Reads promptgate.yml. Whatever is wrong is a problem with a place, and that part keeps its default. */
export function parseConfig(_text: string): {
  readonly config: Config;
  readonly problems: readonly Problem[];
} {
  throw new Error('not built yet');
}
