import type { AnswerCache } from '../evals/cache.ts';
import type { ResolvedModel } from '../evals/model.ts';
import type { Evidence, Digests, Report } from '../evals/report.ts';
import type { ModelLintInfo } from '../prompt/lint.ts';
import type { Problem, Severities } from '../prompt/problem.ts';
import type { Policy } from '../registry/policy.ts';
import type { Store } from '../registry/store.ts';
import type { Config } from './config.ts';

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
  /** Whether `.promptgate` exists. Publishing creates it. */
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
  lintModel(model: string | undefined): ModelLintInfo | undefined;
  /** @throws PromptgateError `no-model` */
  resolveModel(reference: string | undefined): ResolvedModel;
  readonly severities: Severities;
  readonly cache: AnswerCache;
  /** Evidence by digests: of local runs, else what the registry keeps. */
  findEvidence(id: string, digests: Digests): Promise<Evidence | undefined>;
  /** The newest local evidence for a prompt whatever its digests, to say what is stale. */
  latestEvidence(id: string): Promise<Evidence | undefined>;
  /** The newest full report of a prompt, with outputs. */
  latestReport(id: string): Promise<Report | undefined>;
  saveReport(report: Report): Promise<void>;
  dispose(): void;
}

/** Nearest folder upwards with promptgate.yml, else with .promptgate, else the git root, else the folder itself. */
export function findRoot(_folder: string): Promise<string> {
  throw new Error('not built yet');
}

export function openProject(_root: string, _host: ProjectHost): Promise<Project> {
  throw new Error('not built yet');
}
