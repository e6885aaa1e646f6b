import { dirname, relative, resolve, sep } from 'node:path';
import { messageOf, systemCode } from '../errors.ts';
import type { DatasetFile, EvalRow, Unreadable } from '../evals/rows.ts';
import { inferContract } from '../prompt/contract.ts';
import { normalizeText } from '../prompt/digest.ts';
import type { ParsedPrompt } from '../prompt/parse.ts';
import { defaultSeverities, type Problem, type ProblemCode, type Span } from '../prompt/problem.ts';
import type { Project } from './project.ts';
import { readUtf8 } from './utf8.ts';

export interface LoadedDatasets {
  readonly files: readonly DatasetFile[];
  /** Where the lines of each file are, in its text as it is on the disk but for a BOM. */
  readonly lines: ReadonlyMap<string, readonly Span[]>;
  /** At the paths of those that cannot be read. */
  readonly problems: readonly Problem[];
}

/** Reads the datasets of a prompt file. What cannot be read is a problem, never an exception. */
export async function loadDatasets(
  project: Project,
  path: string,
  parsed: ParsedPrompt,
): Promise<LoadedDatasets> {
  const files: DatasetFile[] = [];
  const lines = new Map<string, readonly Span[]>();
  const problems: Problem[] = [];
  for (const [index, written] of parsed.prompt.datasets.entries()) {
    const place = parsed.field(`datasets.${index}`)?.value ?? { start: 0, end: 0 };
    const report = (message: string) => push(problems, project, 'dataset-row', message, place);
    const full = resolve(dirname(path), written);
    const inside = relative(project.root, full);
    if (inside.startsWith('..') || resolve(project.root, inside) !== full) {
      report(`Dataset "${written}" lies outside ${project.root}; datasets belong to the project.`);
      continue;
    }
    try {
      const text = await readUtf8(full);
      files.push({ path: written, text: normalizeText(text) });
      lines.set(written, lineSpans(text.replace(/^\uFEFF/, '')));
    } catch (error) {
      const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
      report(`Dataset "${written}" cannot be read: ${reason}.`);
    }
  }
  return { files, lines, problems };
}

/** What is wrong inside the dataset files: broken lines, and rows that lack a required variable. */
export function datasetProblems(
  project: Project,
  path: string,
  parsed: ParsedPrompt,
  found: Pick<LoadedDatasets, 'lines'> & {
    readonly rows: readonly EvalRow[];
    readonly unreadable: readonly Unreadable[];
  },
): readonly Problem[] {
  const { lines, rows, unreadable } = found;
  const problems: Problem[] = [];
  const at = (file: string, line: number) => ({
    ...(lines.get(file)?.[line - 1] ?? { start: 0, end: 1 }),
    file: resolve(dirname(path), file.split('/').join(sep)),
  });
  for (const { file, line, message } of unreadable)
    push(problems, project, 'dataset-row', message, at(file, line));
  if (parsed.lost.has('messages') || parsed.lost.has('variables')) return problems;
  const required = Object.entries(inferContract(parsed.prompt)).filter(
    ([, variable]) => variable.required && variable.default === undefined,
  );
  for (const row of rows) {
    if (row.origin.file === undefined || row.origin.line === undefined) continue;
    const missing = required
      .filter(([name]) => row.values[name] === undefined || row.values[name] === null)
      .map(([name]) => name);
    if (missing.length > 0)
      push(
        problems,
        project,
        'missing-in-row',
        `Row "${row.id}" gives no ${missing.map(name => `"${name}"`).join(', ')}.`,
        at(row.origin.file, row.origin.line),
      );
  }
  return problems;
}

function push(
  problems: Problem[],
  project: Project,
  code: ProblemCode,
  message: string,
  place: Span & { readonly file?: string },
): void {
  const severity = project.severities[code] ?? defaultSeverities[code];
  if (severity !== 'off') problems.push({ code, severity, message, ...place });
}

function lineSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    spans.push({ start, end: start + line.replace(/\r$/, '').length });
    start += line.length + 1;
  }
  return spans;
}
