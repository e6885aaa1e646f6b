import { plural } from '../../evals/summary.ts';
import type { Standing } from '../../project/standing.ts';
import type { Project } from '../../project/project.ts';
import { indexWorkingCopies, unknownPrompt } from '../../project/promptIndex.ts';
import type { PromptSummary } from '../../registry/store.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { relativeTime } from '../../project/relativeTime.ts';
import { table, type Style } from '../style.ts';

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
  for (const id of wanted) {
    const files = index.get(id) ?? [];
    const standing = options.changes ? await findStanding(project, id, files) : undefined;
    entries.push({ id, summary: published.get(id), files, standing });
  }
  return {
    exitCode: 0,
    data: { root: project.root, prompts: entries.map(entry => toData(context, entry)) },
    text: entries.length === 0 ? welcome(project) : describe(context, entries),
  };
}

async function findStanding(project: Project, id: string, files: readonly string[]): Promise<Standing> {
  const [file] = files;
  const { standingOf } = await import('../../project/standing.ts');
  const { loadWorkingCopy } = await import('../../project/workingCopy.ts');
  return standingOf(project, id, file === undefined ? undefined : await loadWorkingCopy(project, file));
}

function welcome(project: Project): string {
  return [
    `There is no prompt in ${project.root} yet.`,
    'A prompt is a file like support/refund.prompt.yml:',
    '',
    '  model: openai/gpt-4o-mini',
    '  messages:',
    '    - role: user',
    '      content: "Answer: {{question}}"',
    '',
    'Next: promptgate init',
  ].join('\n');
}

function describe({ io, style }: CommandContext, entries: readonly Entry[]): string {
  const { bold, dim } = style;
  const detailed = entries.some(({ standing }) => standing !== undefined);
  const head = ['prompt', 'version', ...(detailed ? ['not live', 'gate'] : []), 'labels'].map(dim);
  const rows = entries.map(({ id, summary, standing, files }) => [
    bold(id),
    summary?.latest ?? dim('–'),
    ...(detailed ? [notLive(standing), gate(style, standing)] : []),
    summary?.latest === undefined
      ? dim('not published')
      : `${labelsOf(style, summary, io.now())}${files.length === 0 ? dim('  (no file)') : ''}`,
  ]);
  return table([head, ...rows]);
}

function labelsOf({ green, dim }: Style, { labels }: PromptSummary, now: number): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return dim('no label');
  return names
    .map(name => {
      const label = labels[name];
      const mark = name === 'production' ? green('●') : '◐';
      return `${mark} ${name} ${label?.version ?? ''} ${dim(relativeTime(label?.since ?? '', now))}`;
    })
    .join('   ');
}

function notLive(standing: Standing | undefined): string {
  const count = standing?.notLive?.length;
  return count === undefined ? '' : count === 0 ? 'live' : plural(count, 'change');
}

function gate({ green, red, yellow }: Style, standing: Standing | undefined): string {
  if (!standing?.gate) return '';
  const { outcome, text } = standing.gate;
  return outcome === 'pass' ? green(text) : outcome === 'fail' ? red(text) : yellow(text);
}

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
