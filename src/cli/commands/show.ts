import { plural } from '../../evals/summary.ts';
import { inferContract } from '../../prompt/contract.ts';
import { isPlaceholder, type Prompt } from '../../prompt/prompt.ts';
import { standingOf } from '../../project/standing.ts';
import { indexWorkingCopies } from '../../project/promptIndex.ts';
import type { PromptState, VersionSummary } from '../../registry/store.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { parseReference } from '../../prompt/id.ts';
import { relativeTime } from '../../project/relativeTime.ts';
import { table } from '../style.ts';
import { answererOf, findTarget, isPath, publishedState, type Target } from '../target.ts';
import { listChanges } from '../changes.ts';

export async function show(context: CommandContext, [reference = '']: readonly string[]): Promise<Outcome> {
  const project = await context.project();
  if (!isPath(reference)) {
    const { id, version, label } = parseReference(reference);
    const gone = version === undefined && label === undefined && !(await indexWorkingCopies(project)).has(id);
    // The file may be gone while the registry still serves it.
    if (gone) return showState(context, await publishedState(project, id));
  }
  const target = await findTarget(context, reference);
  if (target.kind === 'version') {
    const { versions } = await project.store.readState(target.id);
    const summary = versions.find(({ version }) => version === target.version.version);
    return showVersion(context, target, summary);
  }
  const { copy } = target;
  const { id, state, notLive, gate } = await standingOf(project, copy.id, copy);
  const { style } = context;
  const text = [
    `${style.bold(id)}  ${context.display(copy.path)}`,
    ...describePrompt(context, copy.parsed.prompt, copy.target.model),
    `rows        ${copy.rows.length}`,
    ...(gate
      ? [`gate        ${gate.outcome === 'pass' ? style.green(gate.text) : style.yellow(gate.text)}`]
      : []),
    ...describeState(context, state),
    ...(notLive && notLive.length > 0
      ? [`${plural(notLive.length, 'change')} not live:`, ...listChanges(style, notLive)]
      : []),
  ];
  return {
    exitCode: 0,
    data: {
      kind: 'working-copy',
      id,
      file: context.display(copy.path),
      prompt: promptData(copy.parsed.prompt, copy.target.model),
      digests: copy.digests ?? null,
      rows: copy.rows.length,
      notLive: notLive ?? null,
      gate: gate ?? null,
      ...stateData(state),
    },
    text: text.join('\n'),
  };
}

function showState(context: CommandContext, state: PromptState): Outcome {
  return {
    exitCode: 0,
    data: { kind: 'registry', id: state.id, ...stateData(state) },
    text: [`${context.style.bold(state.id)}  (no working copy)`, ...describeState(context, state)].join('\n'),
  };
}

function showVersion(
  context: CommandContext,
  target: Extract<Target, { kind: 'version' }>,
  summary: VersionSummary | undefined,
): Outcome {
  const { style, io } = context;
  const { version } = target;
  const label = target.label?.name;
  const { model } = answererOf(target);
  const evaluated =
    summary?.override === undefined
      ? summary?.evidence === undefined
        ? 'no evidence'
        : `evidence ${summary.evidence.slice(0, 12)}`
      : style.yellow(`not evaluated (${summary.override})`);
  return {
    exitCode: 0,
    data: {
      kind: 'version',
      id: version.id,
      version: version.version,
      label: label ?? null,
      prompt: promptData(version.prompt, model),
      digests: version.digests,
      rows: version.prompt.testData.length,
      author: version.author,
      time: version.time,
      message: version.message,
      evidence: summary?.evidence ?? null,
      override: summary?.override ?? null,
      source: version.source,
    },
    text: [
      `${style.bold(`${version.id} ${version.version}`)}${label === undefined ? '' : `  (${label})`}`,
      `published   ${relativeTime(version.time, io.now())} by ${version.author}: ${version.message}`,
      ...describePrompt(context, version.prompt, model),
      `tested      ${evaluated}`,
      `content     ${version.digests.content.slice(0, 12)}`,
      '',
      version.source,
    ].join('\n'),
  };
}

function describePrompt(
  { style }: CommandContext,
  prompt: Prompt,
  model: string | undefined,
): readonly string[] {
  const variables = Object.entries(inferContract(prompt)).map(
    ([name, { type, required }]) => `${name}${style.dim(`: ${type}${required ? '' : '?'}`)}`,
  );
  return [
    ...(prompt.description === undefined ? [] : [prompt.description]),
    `model       ${model ?? 'none'}`,
    `variables   ${variables.join(', ') || 'none'}`,
    `messages    ${prompt.messages.map(message => (isPlaceholder(message) ? `{${message.placeholder}}` : message.role)).join(', ') || 'none'}`,
  ];
}

function promptData(prompt: Prompt, model: string | undefined) {
  return {
    name: prompt.name ?? null,
    description: prompt.description ?? null,
    model: model ?? null,
    variables: inferContract(prompt),
    messages: prompt.messages,
  };
}

function describeState({ style, io }: CommandContext, state: PromptState): readonly string[] {
  if (state.versions.length === 0) return ['not published'];
  const now = io.now();
  const labels = Object.entries(state.labels).map(([name, label]) => [
    `  ${name === 'production' ? style.green('●') : '◐'} ${name}`,
    label.version,
    ...(label.model === undefined ? [] : [label.model]),
    style.dim(relativeTime(label.since, now)),
  ]);
  const shown = state.versions
    .slice(0, 5)
    .map(({ version, time, message, override }) => [
      `  ${version}`,
      style.dim(relativeTime(time, now)),
      `${message}${override === undefined ? '' : style.yellow('  not evaluated')}`,
    ]);
  const more = state.versions.length - shown.length;
  return [
    ...(labels.length > 0 ? ['labels', table(labels)] : ['no label']),
    'versions',
    table(shown),
    ...(more > 0 ? [style.dim(`  ${more} more: promptgate history ${state.id}`)] : []),
  ];
}

function stateData(state: PromptState) {
  return {
    labels: Object.fromEntries(
      Object.entries(state.labels).map(([name, { version, model, since }]) => [
        name,
        { version, model: model ?? null, since },
      ]),
    ),
    versions: state.versions.map(({ version, author, time, message, evidence, override }) => ({
      version,
      author,
      time,
      message,
      evidence: evidence ?? null,
      override: override ?? null,
    })),
  };
}
