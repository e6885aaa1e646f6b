import * as v from 'valibot';
import { isMap, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { nearName } from '../prompt/nearName.ts';
import { isProblemCode, type Problem, type Severities } from '../prompt/problem.ts';

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

const positive = (what: string) =>
  v.pipe(v.number(`${what} must be a number`), v.minValue(0, `${what} must not be negative`));

const providerSchema = v.strictObject({
  baseURL: v.optional(
    v.pipe(
      v.string('baseURL must be a URL'),
      v.url('baseURL must be a URL such as https://api.openai.com/v1'),
    ),
  ),
  keyEnv: v.optional(
    v.pipe(
      v.string('keyEnv must be the name of an environment variable'),
      v.regex(/^[A-Za-z_]\w*$/, 'keyEnv must be the name of an environment variable'),
    ),
  ),
  concurrency: v.optional(
    v.pipe(
      v.number('concurrency must be a whole number'),
      v.integer('concurrency must be a whole number'),
      v.minValue(1, 'concurrency must be at least 1'),
    ),
  ),
  timeout: v.optional(
    v.pipe(v.number('timeout must be seconds'), v.minValue(0.001, 'timeout must be more than 0 seconds')),
  ),
  scripted: v.optional(v.string('scripted must be the path of a file with answers')),
});

/** One schema per top-level key, so that one wrong key costs only itself. */
const sections = {
  version: v.literal(1, 'version must be 1'),
  prompts: v.pipe(
    v.array(
      v.strictObject({
        root: v.optional(v.string('root must be a folder'), '.'),
        include: v.optional(v.string('include must be a glob'), defaultConfig.prompts[0]?.include),
      }),
      'prompts must be a list such as [{ root: prompts, include: "**/*.prompt.yml" }]',
    ),
    v.minLength(1, 'prompts must name at least one folder'),
  ),
  store: v.literal('files', 'store must be files: other stores are not available in this version'),
  providers: v.record(
    v.string(),
    providerSchema,
    'providers must be a map from name to { baseURL, keyEnv } or { scripted }',
  ),
  defaultProvider: v.string('defaultProvider must be the name of a provider'),
  models: v.record(
    v.string(),
    v.string('a model alias must be a model such as openai/gpt-4o-mini'),
    'models must be a map from alias to model',
  ),
  lint: v.record(
    v.string(),
    v.picklist(
      ['error', 'warning', 'info', 'hint', 'off'],
      'a severity is one of error, warning, info, hint, off',
    ),
    'lint must be a map from problem code to severity',
  ),
  evals: v.strictObject({
    onSave: v.optional(v.picklist(['manual', 'off'], 'onSave must be manual or off')),
    budget: v.optional(
      v.strictObject({ run: v.optional(positive('run')), day: v.optional(positive('day')) }),
    ),
  }),
} as const;

type SectionName = keyof typeof sections;
type Sections = { -readonly [K in SectionName]?: v.InferOutput<(typeof sections)[K]> };

/** Reads promptgate.yml. Whatever is wrong is a problem with a place, and that part keeps its default. */
export function parseConfig(source: string): {
  readonly config: Config;
  readonly problems: readonly Problem[];
} {
  const text = source.replace(/^\uFEFF/, '');
  const document = parseDocument(text, { logLevel: 'silent', lineCounter: new LineCounter(), merge: true });
  const problems: Problem[] = document.errors.map(error => ({
    code: 'yaml-syntax',
    severity: 'error',
    message: `promptgate.yml: ${error.message.split('\n')[0]}`,
    start: error.pos[0],
    end: Math.max(error.pos[0] + 1, error.pos[1]),
  }));
  if (problems.length > 0 || document.contents === null) return { config: defaultConfig, problems };
  if (!isMap(document.contents)) {
    problems.push({
      code: 'invalid-value',
      severity: 'error',
      message: 'promptgate.yml must be a map, starting with "version: 1"',
      ...spanOf(document.contents),
    });
    return { config: defaultConfig, problems };
  }
  const found = readSections(document, problems);
  return { config: withDefaults(found, document, problems), problems };
}

function readSections(document: Document.Parsed, problems: Problem[]): Sections {
  const found: Record<string, unknown> = {};
  const raw = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
  for (const [name, value] of Object.entries(raw)) {
    if (!(name in sections)) {
      problems.push({
        code: 'unknown-field',
        severity: 'warning',
        message: unknown('setting', name, Object.keys(sections)),
        ...keySpan(document, [name]),
      });
      continue;
    }
    const result = v.safeParse(sections[name as SectionName], value);
    if (result.success) found[name] = result.output;
    for (const issue of result.issues ?? []) {
      const path = [name, ...(issue.path ?? []).map(step => String(step.key))];
      const strict = issue.type === 'strict_object';
      problems.push({
        code: strict ? 'unknown-field' : 'invalid-value',
        severity: 'error',
        message: strict ? `unknown setting "${path.join('.')}"` : issue.message,
        ...(strict ? keySpan(document, path) : valueSpan(document, path)),
      });
    }
  }
  return found;
}

function withDefaults(found: Sections, document: Document.Parsed, problems: Problem[]): Config {
  const providers: Record<string, ProviderConfig> = { ...defaultConfig.providers };
  for (const [name, { timeout, ...provider }] of Object.entries(found.providers ?? {})) {
    if (provider.scripted === undefined && provider.baseURL === undefined && !(name in providers)) {
      problems.push({
        code: 'invalid-value',
        severity: 'error',
        message: `provider "${name}" needs a baseURL, or scripted: a file with answers`,
        ...valueSpan(document, ['providers', name]),
      });
      continue;
    }
    const base = provider.scripted === undefined ? providers[name] : {};
    providers[name] = {
      ...base,
      ...provider,
      ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    };
  }
  let defaultProvider = found.defaultProvider ?? defaultConfig.defaultProvider;
  if (!(defaultProvider in providers)) {
    problems.push({
      code: 'invalid-value',
      severity: 'error',
      message: unknown('provider', defaultProvider, Object.keys(providers)),
      ...valueSpan(document, ['defaultProvider']),
    });
    defaultProvider = defaultConfig.defaultProvider;
  }
  const lint: Record<string, Severities[keyof Severities]> = {};
  for (const [code, severity] of Object.entries(found.lint ?? {})) {
    if (isProblemCode(code)) lint[code] = severity;
    else
      problems.push({
        code: 'unknown-field',
        severity: 'warning',
        message: `unknown problem code "${code}"`,
        ...keySpan(document, ['lint', code]),
      });
  }
  return {
    prompts:
      found.prompts?.map(({ root, include }) => ({ root, include: include ?? '**/*.prompt.{yml,yaml}' })) ??
      defaultConfig.prompts,
    store: 'files',
    providers,
    defaultProvider,
    models: found.models ?? {},
    lint,
    evals: {
      onSave: found.evals?.onSave ?? 'manual',
      budget: found.evals?.budget ?? {},
    },
  };
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearName(name, known);
  return `unknown ${what} "${name}"${near === undefined ? `; known: ${known.join(', ')}` : `: did you mean "${near}"?`}`;
}

function spanOf(node: Node | null | undefined): { start: number; end: number } {
  const range = node?.range;
  return range ? { start: range[0], end: Math.max(range[0] + 1, range[1]) } : { start: 0, end: 1 };
}

function valueSpan(document: Document.Parsed, path: readonly string[]): { start: number; end: number } {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (node !== undefined && node !== null && typeof node === 'object' && 'range' in node)
      return spanOf(node as Node);
  }
  return { start: 0, end: 1 };
}

function keySpan(document: Document.Parsed, path: readonly string[]): { start: number; end: number } {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(
      item => String((item.key as { value?: unknown } | null)?.value ?? item.key) === path.at(-1),
    );
    if (pair) return spanOf(pair.key as Node);
  }
  return valueSpan(document, path);
}
