import { PromptgateError } from '../../errors.ts';
import { plural } from '../../evals/summary.ts';
import type { Standing } from '../../project/standing.ts';
import { configError, type Project } from '../../project/project.ts';
import { indexWorkingCopies, unknownPrompt } from '../../project/promptIndex.ts';
import type { PromptSummary } from '../../registry/store.ts';
import type { CommandContext } from '../context.ts';
import { toPlainProblem, type Outcome } from '../outcome.ts';
import { relativeTime } from '../../project/relativeTime.ts';
import { table, tableWidth, type Style } from '../style.ts';

interface Entry {
  readonly id: string;
  readonly summary?: PromptSummary;
  /** Absolute; more than one is a mistake that lint names. */
  readonly files: readonly string[];
  readonly standing?: Standing;
}

export async function list(
  context: CommandContext,
  filters: readonly string[],
  options: { readonly changes?: boolean },
): Promise<Outcome> {
  const project = await context.project();
  const [summaries, index] = await Promise.all([project.store.list(), indexWorkingCopies(project)]);
  const published = new Map(summaries.map(summary => [summary.id, summary]));
  const ids = [...new Set([...published.keys(), ...index.keys()])].sort();
  const wanted = ids.filter(
    id => filters.length === 0 || filters.some(filter => id === filter || id.startsWith(`${filter}/`)),
  );
  const [filter] = filters;
  if (wanted.length === 0 && filter !== undefined) throw unknownPrompt(filter, ids);

  const entries: Entry[] = [];
  const problems = wanted.flatMap(id => {
    const problem = published.get(id)?.problem;
    return problem ? [toPlainProblem(problem.code, `${id}: ${problem.message}`)] : [];
  });
  for (const id of wanted) {
    const files = index.get(id) ?? [];
    const summary = published.get(id);
    let standing: Standing | undefined;
    try {
      if (options.changes && summary?.problem === undefined)
        standing = await findStanding(project, id, files);
    } catch (error) {
      if (!(error instanceof PromptgateError)) throw error;
      // One that cannot be looked into does not hide the others.
      problems.push(toPlainProblem(error.code, `${id}: ${error.message}`));
    }
    entries.push({ id, summary, files, standing });
  }
  const broken = configError(project);
  return {
    exitCode: problems.length > 0 ? 2 : 0,
    data: { root: project.root, prompts: entries.map(entry => toData(context, entry)) },
    problems,
    text: entries.length === 0 ? await welcome(project) : describe(context, entries),
    notes: [
      ...(broken
        ? [
            `promptgate.yml is broken, so this is what the defaults find: ${broken.message.replace(/\.?$/, '.')} See: promptgate lint`,
          ]
        : []),
      ...problems.map(({ message }) => message),
    ].map(text => `${context.style.red('promptgate:')} ${text}`),
  };
}

async function findStanding(project: Project, id: string, files: readonly string[]): Promise<Standing> {
  const [file] = files;
  const { standingOf } = await import('../../project/standing.ts');
  const { loadWorkingCopy } = await import('../../project/workingCopy.ts');
  return standingOf(project, id, file === undefined ? undefined : await loadWorkingCopy(project, file));
}

async function welcome(project: Project): Promise<string> {
  const initialized = await project.isInitialized();
  return [
    `There is no prompt in ${project.root} yet.`,
    'A prompt is a file like support/refund.prompt.yml:',
    '',
    '  model: openai/gpt-5.4-mini',
    '  messages:',
    '    - role: user',
    '      content: "Answer: {{question}}"',
    '',
    initialized ? 'Next: write one, then promptgate lint' : 'Next: promptgate init',
  ].join('\n');
}

function describe({ io, style }: CommandContext, entries: readonly Entry[]): string {
  const { bold, dim } = style;
  const detailed = entries.some(({ standing }) => standing !== undefined);
  const head = ['prompt', 'version', ...(detailed ? ['not live', 'gate'] : []), 'labels'].map(dim);
  const columns = entries.map(entry => ({
    cells: [
      bold(entry.id),
      entry.summary?.latest ?? dim('–'),
      ...(detailed ? [notLive(entry.standing), gate(style, entry.standing)] : []),
    ],
    labels: labelsOf(style, entry, io.now()),
  }));
  const wide = columns.map(({ cells, labels }) => [...cells, labels.join('   ')]);
  const { columns: room } = io.stdout;
  if (room === undefined || tableWidth([head, ...wide]) <= room) return table([head, ...wide]);
  // A label to a line, so that a narrow terminal need not wrap in the middle of one.
  const narrow = columns.flatMap(({ cells, labels }) =>
    labels.map((label, index) => [...(index === 0 ? cells : cells.map(() => '')), label]),
  );
  return table([head, ...narrow]);
}

function labelsOf({ green, red, dim }: Style, { summary, files }: Entry, now: number): readonly string[] {
  if (summary?.problem) return [red(`cannot be read (${summary.problem.code})`)];
  if (summary?.latest === undefined) return [dim('not published')];
  const names = Object.keys(summary.labels).sort();
  const labels = names.map(name => {
    const label = summary.labels[name];
    const mark = name === 'production' ? green('●') : '◐';
    return `${mark} ${name} ${label?.version ?? ''} ${dim(relativeTime(label?.since ?? '', now))}`;
  });
  return [
    ...(labels.length > 0 ? labels : [dim('no label')]),
    ...(files.length === 0 ? [dim('(no file)')] : []),
  ];
}

function notLive(standing: Standing | undefined): string {
  const count = standing?.notLive?.length;
  if (count === undefined) return '';
  const live = Object.hasOwn(standing?.state.labels ?? {}, 'production');
  return count > 0 ? plural(count, 'change') : live ? 'live' : 'no change';
}

function gate({ green, red, yellow }: Style, standing: Standing | undefined): string {
  if (!standing?.gate) return '';
  const { outcome, text } = standing.gate;
  const short = text.length > longestGate ? `${text.slice(0, longestGate - 1)}…` : text;
  return outcome === 'pass' ? green(short) : outcome === 'fail' ? red(short) : yellow(short);
}

/** `show` says it all. */
const longestGate = 48;

function toData(context: CommandContext, { id, summary, files, standing }: Entry) {
  return {
    id,
    files: files.map(context.display),
    latest: summary?.latest ?? null,
    publishes: summary?.publishes ?? 0,
    labels: Object.fromEntries(
      Object.entries(summary?.labels ?? {}).map(([name, label]) => [
        name,
        { version: label.version, model: label.model ?? null, since: label.since },
      ]),
    ),
    changesNotLive: standing?.notLive?.length ?? null,
    gate: standing?.gate ?? null,
  };
}
