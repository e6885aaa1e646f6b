import type { DatasetFile, EvalRow, Unreadable } from '../evals/rows.ts';
import type { Digests } from '../evals/report.ts';
import type { ParsedPrompt } from '../prompt/parse.ts';
import type { Problem } from '../prompt/problem.ts';
import type { Target } from '../prompt/digest.ts';
import type { Project } from './project.ts';

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
  /** Lint, and what is wrong with its datasets (with `file`). */
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

/** @throws PromptgateError `cannot-read` */
export function loadWorkingCopy(
  _project: Project,
  _path: string,
  _options?: LoadOptions,
): Promise<WorkingCopy> {
  throw new Error('not built yet');
}

/** Lint alone: synchronous, no datasets; for each pause in typing. */
export function lintText(
  _project: Project,
  _path: string,
  _parsed: ParsedPrompt,
  _sameId?: readonly string[],
): readonly Problem[] {
  throw new Error('not built yet');
}

/** The working copy of an id. @throws PromptgateError `unknown-prompt` (with close ids), `duplicate-id` */
export function findWorkingCopy(_project: Project, _id: string): Promise<WorkingCopy> {
  throw new Error('not built yet');
}
