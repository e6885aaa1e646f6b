import type { Problem, Severity } from '../prompt/problem.ts';
import { placeOf, type Place } from './place.ts';

/** 0 done, 1 a check or the policy said no, 2 it could not be done, 130 stopped by Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130;

/** A problem as `--json` prints it. What has no place in a file has nulls. */
export interface ProblemJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string | null;
  readonly start: Place | null;
  readonly end: Place | null;
}

/** What a verb came to: the same thing for people and for machines. */
export interface Outcome {
  readonly exitCode: ExitCode;
  /** `data` of the JSON document. Plain JSON. */
  readonly data: unknown;
  readonly problems?: readonly ProblemJson[];
  /** For people, on stdout. */
  readonly text: string;
  /** For people, on stderr: what is good to know beside the result. */
  readonly notes?: readonly string[];
}

/** The one document that `--json` prints. */
export function toDocument(verb: string, outcome: Pick<Outcome, 'exitCode' | 'data' | 'problems'>): string {
  const { exitCode, data, problems = [] } = outcome;
  const document = { schema: `promptgate/${verb}/1`, ok: exitCode === 0, data, problems };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** @param file as the user would write it; @param text what the problem's offsets refer to */
export function toProblemJson(problem: Problem, file: string, text: string): ProblemJson {
  const { code, severity, message } = problem;
  return {
    code,
    severity,
    message,
    file,
    start: placeOf(text, problem.start),
    end: placeOf(text, problem.end),
  };
}

/** A failure or refusal that has no place in a file. */
export function toPlainProblem(code: string, message: string, severity: Severity = 'error'): ProblemJson {
  return { code, severity, message, file: null, start: null, end: null };
}
