import * as v from 'valibot';
import { isMap, parseDocument, type Document, type Node } from 'yaml';
import { messageOf } from '../errors.ts';
import { nearName } from '../prompt/nearName.ts';
import { readYaml, toYamlError } from '../prompt/file/yaml.ts';
import { isProblemCode, type Problem, type Severities } from '../prompt/problem.ts';
import { defaultInclude, sections, type SectionName, type Sections } from './configSchema.ts';

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
  prompts: [{ root: '.', include: defaultInclude }],
  store: 'files',
  providers: {
    openai: { baseURL: 'https://api.openai.com/v1', keyEnv: 'OPENAI_API_KEY', concurrency: 20 },
  },
  defaultProvider: 'openai',
  models: {},
  lint: {},
  evals: { onSave: 'manual', budget: {} },
};

/** What may stand before the `/` of a model. */
const providerName = /^[A-Za-z0-9][\w.-]*$/;

/** Reads promptgate.yml. Whatever is wrong is a problem with a place, and that part keeps its default. */
export function parseConfig(source: string): {
  readonly config: Config;
  readonly problems: readonly Problem[];
} {
  const text = source.replace(/^\uFEFF/, '');
  // Read as prompt files are first: the library alone takes seconds over thousands of open brackets.
  const errors = readYaml(text).errors;
  const document = parseDocument(errors.length > 0 ? '' : text, {
    logLevel: 'silent',
    prettyErrors: false,
    merge: true,
  });
  // One mistake often makes many errors; the first ones tell.
  const problems: Problem[] = [...errors, ...document.errors.map(toYamlError)].slice(0, 5).map(error => ({
    ...error,
    code: 'yaml-syntax',
    severity: 'error',
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
  let raw: Readonly<Record<string, unknown>>;
  try {
    raw = document.toJS({ maxAliasCount: 100 }) as typeof raw;
  } catch (error) {
    // Aliases and merge keys that name nothing, or stand for too much.
    const message = messageOf(error);
    problems.push({ code: 'yaml-syntax', severity: 'error', message, ...spanOf(document.contents) });
    return { config: defaultConfig, problems };
  }
  const found = readSections(document, raw, problems);
  return { config: withDefaults(found, document, problems), problems };
}

function readSections(
  document: Document.Parsed,
  raw: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Sections {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (!Object.hasOwn(sections, name)) {
      problems.push({
        code: 'unknown-field',
        // A misspelt name would give every prompt other ids; one that is like no other may be of a newer Promptgate.
        severity: nearName(name, Object.keys(sections)) === undefined ? 'warning' : 'error',
        message: unknown('setting', name, Object.keys(sections)),
        ...keySpan(document, [name]),
      });
      continue;
    }
    // A key with nothing behind it says nothing yet.
    if (value === null) continue;
    const result = v.safeParse(sections[name as SectionName], value);
    if (result.success) found[name] = result.output;
    for (const issue of result.issues ?? []) {
      const path = [name, ...(issue.path ?? []).map(step => String(step.key))];
      const strict = issue.type === 'strict_object' && issue.expected === 'never';
      const message = issue.type === 'strict_object' ? `${path.join('.')} must be a map` : issue.message;
      problems.push({
        code: strict ? 'unknown-field' : 'invalid-value',
        severity: 'error',
        message: strict ? `unknown setting "${path.join('.')}"` : message,
        ...(strict ? keySpan(document, path) : valueSpan(document, path)),
      });
    }
  }
  return found;
}

function withDefaults(found: Sections, document: Document.Parsed, problems: Problem[]): Config {
  const providers: Record<string, ProviderConfig> = { ...defaultConfig.providers };
  for (const [name, { timeout, ...provider }] of Object.entries(found.providers ?? {})) {
    const base = Object.hasOwn(providers, name) ? providers[name] : undefined;
    const message = !providerName.test(name)
      ? `${JSON.stringify(name)} cannot be the name of a provider: it takes letters, digits, ".", "-" and "_"`
      : provider.scripted === undefined && provider.baseURL === undefined && base === undefined
        ? `provider "${name}" needs a baseURL, or scripted: a file with answers`
        : undefined;
    if (message !== undefined) {
      const place = providerName.test(name) ? valueSpan : keySpan;
      problems.push({
        code: 'invalid-value',
        severity: 'error',
        message,
        ...place(document, ['providers', name]),
      });
      continue;
    }
    providers[name] = {
      ...(provider.scripted === undefined && base),
      ...provider,
      ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    };
  }
  let defaultProvider = found.defaultProvider ?? defaultConfig.defaultProvider;
  if (!Object.hasOwn(providers, defaultProvider)) {
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
    prompts: found.prompts ?? defaultConfig.prompts,
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
