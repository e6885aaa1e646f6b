import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { resolve, relative, sep } from 'node:path';
import pLimit from 'p-limit';
import { PromptgateError, messageOf, systemCode } from '../../errors.ts';
import { plural } from '../../evals/summary.ts';
import { parsePrompt } from '../../prompt/parse.ts';
import type { Problem, Severity } from '../../prompt/problem.ts';
import type { Project } from '../../project/project.ts';
import { indexWorkingCopies, unknownPrompt } from '../../project/promptIndex.ts';
import { lintText, loadWorkingCopy, readPromptFile } from '../../project/workingCopy.ts';
import type { CommandContext } from '../context.ts';
import { applyFixes } from '../fixes.ts';
import { toPlainProblem, toProblemJson, type Outcome, type ProblemJson } from '../outcome.ts';
import { excerpt, placeOf } from '../place.ts';
import { isPath, plainId } from '../target.ts';

export interface LintOptions {
  readonly fix?: boolean;
  readonly severity?: Severity;
}

/** A problem with the text that its offsets refer to. */
interface Finding {
  readonly problem: Problem;
  /** Absolute. */
  readonly file: string;
  readonly text: string;
}

const filesAtOnce = 16;

const severities: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

export async function lint(
  context: CommandContext,
  args: readonly string[],
  options: LintOptions,
): Promise<Outcome> {
  const project = await context.project();
  const index = await indexWorkingCopies(project);
  const wanted = args.length === 0 ? [...index.values()].flat() : await selectFiles(context, args, index);
  const paths = [...new Set(wanted)].sort();
  const idOf = new Map([...index].flatMap(([id, files]) => files.map(file => [file, id] as const)));
  const sameId = (path: string): readonly string[] =>
    (index.get(idOf.get(path) ?? '') ?? [])
      .filter(other => other !== path)
      .map(other => relative(project.root, other).split(sep).join('/'));

  const findings: Finding[] = [...(await projectFindings(project))];
  const unreadable: ProblemJson[] = [];
  let fixed = 0;
  // While one file is read another one is linted.
  const limit = pLimit(filesAtOnce);
  const lintOne = async (path: string): Promise<readonly Finding[]> => {
    try {
      if (options.fix) fixed += await fixFile(project, path, sameId(path));
      return await fileFindings(project, path, sameId(path));
    } catch (error) {
      if (!(error instanceof PromptgateError)) throw error;
      // One file that cannot be read does not hide the others.
      unreadable.push({ ...toPlainProblem(error.code, error.message), file: context.display(path) });
      return [];
    }
  };
  const found = await Promise.all(paths.map(path => limit(() => lintOne(path))));
  findings.push(...found.flat());
  const outcome = report(context, {
    files: paths.length,
    findings,
    unreadable,
    fixed,
    least: options.severity ?? 'info',
  });
  if (paths.length > 0) return outcome;
  const places = project.config.prompts.map(({ root, include }) => `${include} in ${root}`).join(', ');
  return {
    ...outcome,
    notes: [`No prompt file was found: ${places}. Others are named under "prompts" in promptgate.yml.`],
  };
}

function report(
  context: CommandContext,
  result: {
    readonly files: number;
    readonly findings: readonly Finding[];
    readonly unreadable: readonly ProblemJson[];
    readonly fixed: number;
    readonly least: Severity;
  },
): Outcome {
  const { style } = context;
  const shown = result.findings.filter(
    ({ problem }) => severities.indexOf(problem.severity) <= severities.indexOf(result.least),
  );
  const counts = Object.fromEntries(
    severities.map(severity => [
      severity,
      result.findings.filter(({ problem }) => problem.severity === severity).length,
    ]),
  ) as Record<Severity, number>;
  counts.error += result.unreadable.length;
  const fixable = shown.filter(({ problem }) => problem.file === undefined && problem.fixes?.length).length;
  const failed = counts.error > 0;
  const summary = summarize(result, counts, shown.length, fixable);
  return {
    exitCode: result.unreadable.length > 0 ? 2 : failed ? 1 : 0,
    data: { files: result.files, counts, fixed: result.fixed, fixable },
    problems: [
      ...result.unreadable,
      ...shown.map(({ problem, file, text }) => toProblemJson(problem, context.display(file), text)),
    ],
    text: [
      ...result.unreadable.map(({ file, message }) => `${file}: ${style.red('error')}: ${message}\n`),
      ...shown.map(finding => describe(context, finding)),
      failed
        ? style.red(`✗ ${summary}`)
        : counts.warning > 0
          ? style.yellow(`! ${summary}`)
          : style.green(`✓ ${summary}`),
    ].join('\n'),
  };
}

function summarize(
  {
    files,
    findings,
    fixed,
  }: { readonly files: number; readonly findings: readonly Finding[]; readonly fixed: number },
  counts: Readonly<Record<Severity, number>>,
  shown: number,
  fixable: number,
): string {
  const words: Readonly<Record<Severity, string>> = {
    error: 'error',
    warning: 'warning',
    info: 'note',
    hint: 'hint',
  };
  const found = severities
    .filter(severity => counts[severity] > 0)
    .map(severity => plural(counts[severity], words[severity]));
  const hidden = findings.length - shown;
  return [
    `${plural(files, 'prompt')}: ${found.join(', ') || 'no problems'}`,
    ...(fixed > 0 ? [`${fixed} fixed`] : []),
    ...(fixable > 0 ? [`${fixable} can be fixed with --fix`] : []),
    ...(hidden > 0 ? [`${hidden} not shown (--severity hint)`] : []),
  ].join('; ');
}

function describe({ style, display }: CommandContext, { problem, file, text }: Finding): string {
  const { line, column } = placeOf(text, problem.start);
  const colour = { error: style.red, warning: style.yellow, info: style.blue, hint: style.dim }[
    problem.severity
  ];
  const head = `${style.bold(`${display(file)}:${line}:${column}`)}: ${colour(problem.severity)} ${style.dim(problem.code)}: ${problem.message}`;
  return `${head}\n${style.dim(excerpt(text, problem))}\n`;
}

/** Prompt files that the arguments name: ids, files, folders. */
async function selectFiles(
  context: CommandContext,
  args: readonly string[],
  index: ReadonlyMap<string, readonly string[]>,
): Promise<readonly string[]> {
  const project = await context.project();
  const selected: string[] = [];
  for (const argument of args) {
    if (!isPath(argument)) {
      const files = index.get(argument);
      if (!files && existsSync(resolve(context.cwd, argument)))
        throw new PromptgateError(
          'bad-reference',
          `${argument} is taken for an id. For the folder or file write ./${argument}`,
        );
      if (!files) throw unknownPrompt(plainId(argument), [...index.keys()]);
      selected.push(...files);
      continue;
    }
    const path = resolve(context.cwd, argument);
    const found = await stat(path).catch(() => undefined);
    if (!found)
      throw new PromptgateError('cannot-read', `Cannot read ${argument}: there is no such file or folder.`);
    if (!found.isDirectory()) {
      selected.push(path);
      continue;
    }
    const inside = [...index.values()].flat().filter(file => file.startsWith(path + sep));
    if (inside.length === 0) {
      throw new PromptgateError(
        'no-prompts',
        `There is no prompt file in ${argument}. promptgate.yml of ${project.root} looks for ${project.config.prompts.map(glob => `${glob.root}/${glob.include}`).join(', ')}.`,
      );
    }
    selected.push(...inside);
  }
  return selected;
}

/** What is wrong with promptgate.yml. */
async function projectFindings(project: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const problem of project.problems) {
    const file = problem.file ?? resolve(project.root, 'promptgate.yml');
    findings.push({ problem, file, text: await textOf(file) });
  }
  return findings;
}

async function fileFindings(
  project: Project,
  path: string,
  sameId: readonly string[],
): Promise<readonly Finding[]> {
  const text = await readPromptFile(path);
  const parsed = parsePrompt(text);
  await project.loadModelNames();
  // Datasets and digests are needed only where there are datasets.
  const problems =
    parsed.prompt.datasets.length === 0
      ? lintText(project, path, parsed, sameId)
      : (await loadWorkingCopy(project, path, { text, parsed, sameId })).problems;
  const findings: Finding[] = [];
  for (const problem of problems) {
    const file = problem.file ?? path;
    findings.push({ problem, file, text: file === path ? parsed.text : await textOf(file) });
  }
  return findings;
}

/** As offsets see it: without BOM, and datasets with LF line ends. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return '';
  }
}

/** Rounds of fixes: one may uncover the next. */
const rounds = 5;

async function fixFile(project: Project, path: string, sameId: readonly string[]): Promise<number> {
  const before = await readPromptFile(path);
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : '';
  let text = before.slice(mark.length);
  let fixed = 0;
  for (let round = 0; round < rounds; round++) {
    const { problems, parsed } = await loadWorkingCopy(project, path, { text, sameId });
    const own = problems.filter(problem => problem.file === undefined);
    // Of a file that YAML cannot read, only how it is written: what seems unused may be used in the part that is lost.
    const isRead = parsed.problems.every(({ code }) => code !== 'yaml-syntax');
    const result = applyFixes(
      text,
      isRead ? own : own.filter(({ code }) => parsed.problems.some(problem => problem.code === code)),
    );
    if (result.applied === 0) break;
    // A fix that breaks what could be read was none.
    if (parsePrompt(text).complete && !parsePrompt(result.text).complete) break;
    text = result.text;
    fixed += result.applied;
  }
  if (fixed === 0) return 0;
  try {
    await writeFile(path, mark + text);
  } catch (error) {
    throw new PromptgateError(
      'cannot-write',
      `It cannot be fixed: ${messageOf(error)}. Make the file writable, or lint without --fix.`,
      { cause: error, data: { path } },
    );
  }
  return fixed;
}
