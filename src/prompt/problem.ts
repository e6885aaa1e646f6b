/** How loud a problem is. `off` silences a code. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';
export type SeveritySetting = Severity | 'off';

/** Half-open range of UTF-16 offsets into the text without its BOM. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TextEdit extends Span {
  readonly text: string;
}

/** A change that a machine knows to be right; hosts apply the edits together. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** What is wrong with the user's text. Data, never an exception. */
export interface Problem extends Span {
  readonly code: ProblemCode;
  readonly message: string;
  readonly severity: Severity;
  /** Path of the file the offsets refer to, when it is not the prompt file itself (a dataset). */
  readonly file?: string;
  /** The best fix first. */
  readonly fixes?: readonly Fix[];
  /** A second place that explains the first, e.g. the declaration. */
  readonly related?: readonly (Span & { readonly message: string })[];
  /** `unnecessary` is shown faded, `deprecated` struck through. */
  readonly tag?: 'unnecessary' | 'deprecated';
}

/** Every problem code with the severity it has unless configured. Codes are stable: never rename one. */
export const defaultSeverities = {
  'yaml-syntax': 'error',
  'unknown-field': 'hint',
  'invalid-value': 'error',
  'template-syntax': 'error',
  'undefined-variable': 'error',
  'unused-variable': 'warning',
  'missing-in-row': 'error',
  'extra-in-row': 'hint',
  'wrong-type': 'error',
  'unquoted-template': 'error',
  'unquoted-choice': 'warning',
  'duplicate-id': 'error',
  'duplicate-row-id': 'error',
  'no-rows': 'info',
  'unknown-evaluator': 'error',
  'unknown-model': 'warning',
  'retired-model': 'warning',
  'threshold-missing': 'hint',
  'unreachable-threshold': 'error',
  'judge-is-subject': 'warning',
  'overlapping-choices': 'warning',
  'unknown-include': 'error',
  'secret-in-prompt': 'error',
  'untrusted-in-system': 'warning',
  'volatile-prefix': 'hint',
  'spaces-in-tag': 'hint',
  'dataset-row': 'error',
  'unused-ignore': 'hint',
  'not-portable': 'off',
} as const satisfies Record<string, SeveritySetting>;

export type ProblemCode = keyof typeof defaultSeverities;

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(defaultSeverities, code);
}

/** Severity per code, as configured; what is absent has its default. */
export type Severities = Readonly<Partial<Record<ProblemCode, SeveritySetting>>>;
