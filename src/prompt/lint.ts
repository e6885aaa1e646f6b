import type { ParsedPrompt } from './parse.ts';
import type { Problem, ProblemCode, Severities, Fix, Span } from './problem.ts';

/** What lint must be told, as `prompt/` reads no files and knows no evaluators. */
export interface LintContext {
  readonly severities: Severities;
  /** Names that `uses:` may take, without `not-`: `github/similarity`, `promptgate/equals`. */
  readonly evaluators: ReadonlyMap<string, EvaluatorLintInfo>;
  /** Resolves a model reference as the project does; undefined: no provider would know it. */
  readonly resolveModel?: (model: string | undefined) => ModelLintInfo | undefined;
  /** The id of this file and the other files that have it, for `duplicate-id`. */
  readonly id?: string;
  readonly sameId?: readonly string[];
  /** Rows of the datasets that could be read, for checks over all rows; without: not loaded, stay quiet. */
  readonly datasetRows?: number;
}

export interface EvaluatorLintInfo {
  readonly negatable: boolean;
  /** `yes-no` scores are 0 or 1; `graded` ones take a threshold. */
  readonly scale: 'yes-no' | 'graded';
  /** Checks `with:`; returns what is wrong with it, for `invalid-value`. */
  readonly check?: (options: unknown) => string | undefined;
  /** A judge: runs on a model of its own. */
  readonly judge?: string;
}

export interface ModelLintInfo {
  /** `provider/model` after aliases. */
  readonly model: string;
  readonly known: boolean;
  /** Close names, best first, for the fix. */
  readonly suggestions?: readonly string[];
  /** When the provider stops serving it, YYYY-MM-DD. */
  readonly retires?: string;
  readonly retired?: boolean;
}

export interface RuleReport extends Span {
  readonly message: string;
  readonly fixes?: readonly Fix[];
  readonly related?: Problem['related'];
  readonly tag?: Problem['tag'];
}

/** One rule, one file. A rule reports; severity, suppression and order are lint's. */
export interface Rule {
  readonly code: ProblemCode;
  check(file: ParsedPrompt, context: LintContext, report: (problem: RuleReport) => void): void;
}

/** Every problem of the file, in file order, after severities and suppression comments. */
export function lint(_file: ParsedPrompt, _context: LintContext): readonly Problem[] {
  throw new Error('not built yet');
}
