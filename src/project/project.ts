import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PromptgateError, messageOf, systemCode } from '../errors.ts';
import { fileCache, type AnswerCache } from '../evals/cache.ts';
import type { ResolvedModel } from '../evals/model.ts';
import { openAiModelNames, type ModelNames } from '../evals/modelNames.ts';
import type { Digests, Evidence, Report } from '../evals/report.ts';
import type { ModelLintInfo } from '../prompt/lint.ts';
import type { Problem, Severities } from '../prompt/problem.ts';
import { filesStore } from '../registry/filesStore.ts';
import { defaultPolicy, parsePolicy, type Policy } from '../registry/policy.ts';
import type { Store } from '../registry/store.ts';
import { configFileName, defaultConfig, parseConfig, type Config } from './config.ts';
import { evidenceShelf } from './evidence.ts';
import { promptFiles } from './find.ts';
import { lintModel, nameModel, servesOpenAi } from './models.ts';
import { providers } from './providers.ts';

/** What a project needs from its host: nothing below a host reads the environment or the clock. */
export interface ProjectHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  now(): number;
  randomId(): string;
  /** `Ana Ruiz <ana@example.com>`: who publishes and promotes. */
  author(root: string): Promise<string>;
  /** An API key that the user gave for this origin, e.g. from the editor's secret storage. */
  apiKey?(origin: string): Promise<string | undefined>;
  /** Severities set outside promptgate.yml (editor settings); they win. */
  readonly severities?: Severities;
}

/** A folder with prompts: its configuration, its registry, its models. Re-open it when promptgate.yml changes. */
export interface Project {
  readonly root: string;
  readonly host: ProjectHost;
  readonly config: Config;
  /** Of promptgate.yml; `file` is its path. */
  readonly problems: readonly Problem[];
  readonly store: Store;
  /** Whether `.promptgate` holds a registry. Publishing creates it. */
  isInitialized(): Promise<boolean>;
  /** From .promptgate/policy.yml. @throws PromptgateError `bad-policy` */
  policy(): Promise<Policy>;
  /** Absolute paths, sorted. */
  findPromptFiles(): Promise<readonly string[]>;
  /** Whether a path (absolute) is one of this project's prompt files. */
  isPromptFile(path: string): boolean;
  /** The id of a prompt file: as it says, else from its path. */
  idOf(path: string, written: string | undefined): string;
  /** `provider/model` after aliases; undefined without a model. */
  resolveRef(model: string | undefined): string | undefined;
  /** What lint may know; misspelt names only once `loadModelNames` is done. */
  lintModel(model: string | undefined): ModelLintInfo | undefined;
  /** Reads the table of OpenAI's models, if a provider is theirs. Cheap from the second time on. */
  loadModelNames(): Promise<void>;
  /** @throws PromptgateError `no-model` */
  resolveModel(reference: string | undefined): ResolvedModel;
  /** Whether a model's answers are canned: they prove nothing about the model of that name. */
  isScripted(model: string | undefined): boolean;
  readonly severities: Severities;
  readonly cache: AnswerCache;
  /** Evidence by digests: of local runs, else what the registry keeps. */
  findEvidence(id: string, digests: Digests): Promise<Evidence | undefined>;
  /** The newest local evidence for a prompt whatever its digests, to say what is stale. */
  latestEvidence(id: string): Promise<Evidence | undefined>;
  /** The newest full report of a working copy, with outputs. */
  latestReport(id: string): Promise<Report | undefined>;
  /** `isLatest`: it is of the working copy, which `latestReport` and `latestEvidence` then tell of. */
  saveReport(report: Report, isLatest: boolean): Promise<void>;
  dispose(): void;
}

/** The first error in promptgate.yml, for which defaults stand in: ids, models and folders may be others than meant. */
export function configError({ problems }: Pick<Project, 'problems'>): Problem | undefined {
  return problems.find(({ severity }) => severity === 'error');
}

/** Nearest folder upwards with promptgate.yml, else with .promptgate, else the git root, else the folder itself. */
export async function findRoot(folder: string): Promise<string> {
  return findMarkedRoot(folder) ?? nearestWith(['.git'], folder) ?? resolve(folder);
}

/** Nearest folder upwards with promptgate.yml, else with .promptgate: what somebody made a project. */
export function findMarkedRoot(folder: string): string | undefined {
  return nearestWith([configFileName, '.promptgate'], folder);
}

/** The first of the marks that some folder upwards has decides. */
function nearestWith(marks: readonly string[], folder: string): string | undefined {
  const upwards: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    upwards.push(at);
    if (at === dirname(at)) break;
  }
  for (const mark of marks) {
    const found = upwards.find(candidate => existsSync(join(candidate, mark)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Reads promptgate.yml below `root`; a broken one is in `problems`, and the defaults hold for what it spoils.
 * @param fallback holds where there is no promptgate.yml
 */
export async function openProject(
  root: string,
  host: ProjectHost,
  fallback = defaultConfig,
): Promise<Project> {
  const { config, problems } = await readConfig(root, fallback);
  const registryFolder = join(root, '.promptgate');
  const store = filesStore(registryFolder);
  const files = promptFiles(root, config.prompts);
  const shelf = evidenceShelf(join(registryFolder, 'cache'), store);
  const provider = providers(root, config, host);
  const resolveRef = (model: string | undefined) =>
    model === undefined || model === '' ? undefined : nameModel(config, model).ref;
  let names: ModelNames | undefined;
  let loadingNames: Promise<ModelNames> | undefined;
  return {
    root,
    host,
    config,
    problems,
    store,
    severities: { ...config.lint, ...host.severities },
    cache: fileCache(join(registryFolder, 'cache', 'answers')),
    isInitialized: async () => ['policy.yml', 'prompts'].some(name => existsSync(join(registryFolder, name))),
    policy: () => readPolicy(join(registryFolder, 'policy.yml')),
    findPromptFiles: () => files.find(),
    isPromptFile: path => files.has(path),
    idOf: (path, written) => written ?? files.idOf(path),
    resolveRef,
    lintModel: model =>
      lintModel(config, model, { today: new Date(host.now()).toISOString().slice(0, 10), names }),
    async loadModelNames() {
      if (!Object.values(config.providers).some(servesOpenAi)) return;
      loadingNames ??= openAiModelNames();
      names = await loadingNames;
    },
    resolveModel(reference) {
      if (reference === undefined || reference === '')
        throw new PromptgateError(
          'no-model',
          'The prompt names no model. Add "model: openai/…" to the file, or an alias of promptgate.yml.',
        );
      const { provider: name, model, ref } = nameModel(config, reference);
      return { provider: provider(name), model, ref };
    },
    isScripted: model =>
      model !== undefined && config.providers[nameModel(config, model).provider]?.scripted !== undefined,
    findEvidence: (id, digests) => shelf.find(id, digests),
    latestEvidence: id => shelf.latest(id),
    latestReport: id => shelf.latestReport(id),
    saveReport: (report, isLatest) => shelf.save(report, { randomId: host.randomId(), isLatest }),
    dispose: () => {},
  };
}

async function readConfig(
  root: string,
  fallback: Config,
): Promise<{ config: Config; problems: readonly Problem[] }> {
  const path = join(root, configFileName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { config: fallback, problems: [] };
    const message = `promptgate.yml cannot be read: ${messageOf(error)}`;
    return {
      config: defaultConfig,
      problems: [{ code: 'yaml-syntax', severity: 'error', message, start: 0, end: 1, file: path }],
    };
  }
  const { config, problems } = parseConfig(text);
  return { config, problems: problems.map(problem => ({ ...problem, file: path })) };
}

async function readPolicy(path: string): Promise<Policy> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return defaultPolicy;
    throw new PromptgateError('bad-policy', `.promptgate/policy.yml cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return parsePolicy(text);
}
