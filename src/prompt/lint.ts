import type { ParsedPrompt } from './parse.ts';
import {
  defaultSeverities,
  type Fix,
  type Problem,
  type ProblemCode,
  type Severities,
  type SeveritySetting,
  type Span,
} from './problem.ts';
import { rules } from './rules/index.ts';
import { applyIgnores } from './suppress.ts';

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
  /** YYYY-MM-DD, for the days that a model has left; without: only the date is named. */
  readonly today?: string;
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
export function lint(file: ParsedPrompt, context: LintContext): readonly Problem[] {
  const found: Problem[] = [...file.problems];
  for (const rule of rules) {
    const { code } = rule;
    if (severityOf(code, context) === 'off') continue;
    rule.check(file, context, report => {
      found.push({ ...report, code, severity: 'error' });
    });
  }
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const problem of applyIgnores(file, context, found)) {
    const severity = severityOf(problem.code, context);
    // An anchored template is read wherever its alias stands; its mistakes are one each.
    const key = `${problem.code} ${problem.start} ${problem.end} ${problem.file ?? ''} ${problem.message}`;
    if (severity === 'off' || seen.has(key)) continue;
    seen.add(key);
    problems.push({ ...problem, severity });
  }
  return problems.sort((a, b) => a.start - b.start || a.end - b.end || (a.code < b.code ? -1 : 1));
}

function severityOf(code: ProblemCode, context: LintContext): SeveritySetting {
  return context.severities[code] ?? defaultSeverities[code];
}
