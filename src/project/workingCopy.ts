import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { PromptgateError, messageOf, systemCode } from '../errors.ts';
import { evaluatorLintInfo } from '../evals/evaluators/index.ts';
import type { Digests } from '../evals/report.ts';
import { collectRows, type DatasetFile, type EvalRow, type Unreadable } from '../evals/rows.ts';
import { suiteDigest } from '../evals/suite.ts';
import { contentDigest, targetDigest, type Target } from '../prompt/digest.ts';
import { lint, type LintContext } from '../prompt/lint.ts';
import { parsePrompt, type ParsedPrompt } from '../prompt/parse.ts';
import type { Problem } from '../prompt/problem.ts';
import { datasetProblems, loadDatasets } from './datasets.ts';
import type { Project } from './project.ts';
import { indexWorkingCopies, unknownPrompt } from './promptIndex.ts';
import { readUtf8 } from './utf8.ts';

/** A prompt file as it is being edited, with everything that can be known without a model. */
export interface WorkingCopy {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedPrompt;
  readonly datasets: readonly DatasetFile[];
  readonly rows: readonly EvalRow[];
  readonly unreadable: readonly Unreadable[];
  readonly target: Target;
  /** Undefined when the file cannot be read whole. */
  readonly digests?: Digests;
  /** Lint, and what is wrong with its datasets (with `file`, absolute). */
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** The editor's text, unsaved; default: the file's. */
  readonly text?: string;
  /** Already parsed from just that text. */
  readonly parsed?: ParsedPrompt;
  /** Paths (relative) of other files with the same id. */
  readonly sameId?: readonly string[];
}

/** A prompt file larger than this is a mistake: it is named, not read. */
const largestFile = 8 * 1024 * 1024;

/** @throws PromptgateError `cannot-read` */
export async function loadWorkingCopy(
  project: Project,
  path: string,
  options: LoadOptions = {},
): Promise<WorkingCopy> {
  const text = options.text ?? (await readPromptFile(path));
  const parsed = options.parsed ?? parsePrompt(text);
  const { prompt } = parsed;
  const loaded = await loadDatasets(project, path, parsed);
  const { rows, unreadable } = await collectRows(prompt, loaded.files);
  const target: Target = { model: project.resolveRef(prompt.model), parameters: prompt.modelParameters };
  const problems = [
    ...lint(parsed, {
      ...lintContext(project, path, parsed, options.sameId),
      datasetRows: rows.length - parsed.rows.length,
    }),
    ...loaded.problems,
    ...datasetProblems(project, path, parsed, { lines: loaded.lines, rows, unreadable }),
  ];
  return {
    id: project.idOf(path, prompt.id),
    path,
    text: parsed.text,
    parsed,
    datasets: loaded.files,
    rows,
    unreadable,
    target,
    digests: parsed.complete ? digestsOf(project, parsed, target, loaded.files) : undefined,
    problems,
  };
}

/** Lint alone: synchronous, no datasets; for each pause in typing. */
export function lintText(
  project: Project,
  path: string,
  parsed: ParsedPrompt,
  sameId?: readonly string[],
): readonly Problem[] {
  // Without datasets all rows are here; with them nobody knows how many more there are.
  const datasetRows = parsed.prompt.datasets.length === 0 ? 0 : undefined;
  return lint(parsed, { ...lintContext(project, path, parsed, sameId), datasetRows });
}

/** The working copy of an id. @throws PromptgateError `unknown-prompt` (with close ids), `duplicate-id` */
export async function findWorkingCopy(project: Project, id: string): Promise<WorkingCopy> {
  const found = await indexWorkingCopies(project);
  const paths = found.get(id) ?? [];
  const [path] = paths;
  if (path === undefined) throw unknownPrompt(id, [...found.keys()]);
  if (paths.length > 1) {
    const names = paths.map(other => relative(project.root, other)).join(' and ');
    throw new PromptgateError(
      'duplicate-id',
      `${id} is the id of ${names}. Give one of them another "id:".`,
      { data: { paths } },
    );
  }
  return loadWorkingCopy(project, path);
}

/** What is wrong with a file, to stand within a sentence. */
export function firstError({ parsed, problems }: WorkingCopy): string | undefined {
  // What keeps it from being read whole comes first, whatever lint is told to pass over.
  const unreadable = parsed.complete ? undefined : parsed.problems.find(isError);
  return (unreadable ?? problems.find(isError))?.message.replace(/\.$/, '');
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

/** @throws PromptgateError `not-evaluable` when the file cannot be read whole */
export function requireDigests(copy: WorkingCopy): Digests {
  if (copy.digests) return copy.digests;
  const reason = firstError(copy);
  throw new PromptgateError(
    'not-evaluable',
    `${copy.id} cannot be read whole${reason === undefined ? '' : `: ${reason}`}. Mend the file first.`,
    { data: { path: copy.path } },
  );
}

/**
 * Rows that are not there cannot fail: without this a gate would pass on what is left of the suite.
 * @throws PromptgateError `not-evaluable` when the file or one of its datasets cannot be read
 */
export function requireWholeSuite(copy: WorkingCopy): Digests {
  const digests = requireDigests(copy);
  if (copy.datasets.length === copy.parsed.prompt.datasets.length) return digests;
  const why = copy.problems.find(({ code, file }) => code === 'dataset-row' && file === undefined);
  throw new PromptgateError(
    'not-evaluable',
    `${why?.message ?? 'A dataset cannot be read.'}\nSee: promptgate lint ${copy.id}`,
    { data: { path: copy.path } },
  );
}

/** The text of a prompt file. @throws PromptgateError `cannot-read` */
export async function readPromptFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > largestFile)
      throw new PromptgateError(
        'cannot-read',
        `${path} has ${Math.round(size / 1024 / 1024)} MB: a prompt file has at most 8. Move test rows to a dataset.`,
      );
    return await readUtf8(path);
  } catch (error) {
    if (error instanceof PromptgateError) throw error;
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new PromptgateError('cannot-read', `Cannot read ${path}: ${reason}.`, {
      cause: error,
      data: { path },
    });
  }
}

function lintContext(
  project: Project,
  path: string,
  parsed: ParsedPrompt,
  sameId: readonly string[] | undefined,
): LintContext {
  return {
    severities: project.severities,
    evaluators: evaluatorLintInfo(),
    resolveModel: model => project.lintModel(model),
    id: project.idOf(path, parsed.prompt.id),
    sameId,
    today: new Date(project.host.now()).toISOString().slice(0, 10),
  };
}

function digestsOf(
  project: Project,
  parsed: ParsedPrompt,
  target: Target,
  datasets: readonly DatasetFile[],
): Digests | undefined {
  try {
    return {
      content: contentDigest(parsed.prompt),
      target: targetDigest(target),
      suite: suiteDigest(parsed.prompt, datasets, model => project.resolveRef(model)),
    };
  } catch (error) {
    // Lone surrogates have no canonical form; lint names the place.
    if (error instanceof PromptgateError && error.code === 'not-canonical') return undefined;
    throw error;
  }
}
