import * as vscode from 'vscode';
import { plural } from '../evals/summary.ts';
import { exactTime } from '../project/relativeTime.ts';
import { escapeMarkdown } from './markdown.ts';
import type { PromptEntry } from './promptEntries.ts';
import { liveLabel } from './settings.ts';
import type { KnownStanding } from './standings.ts';
import type { PromptNode } from './treeNodes.ts';
import { versionUri } from './versions.ts';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** What the tree says of a prompt: how it stands, in words and shapes, never by colour alone. */
export function promptItem(
  { project, id }: PromptNode,
  standing: KnownStanding | undefined,
  entry: PromptEntry,
): vscode.TreeItem {
  const isPublished = entry.summary?.latest !== undefined;
  // What cannot be read says below itself why.
  const hasReleases = isPublished || entry.summary?.problem !== undefined;
  const item = new vscode.TreeItem(entry.name, hasReleases ? Collapsed : None);
  item.id = `${project.root}\n${id}`;
  item.contextValue = ['prompt', entry.path && 'file', isPublished && 'published'].filter(Boolean).join('.');
  const uri = entry.path === undefined ? undefined : vscode.Uri.file(entry.path);
  const live = liveLabel(uri ?? vscode.Uri.file(project.root));
  const states = promptStates(entry, standing, live);
  item.description = states.map(({ text }) => text).join(' · ');
  item.iconPath = promptIcon(states);
  item.accessibilityInformation = {
    label: [`prompt ${id}`, ...states.map(({ words, text }) => words ?? text)].join(', '),
  };
  item.tooltip = promptTooltip(entry, standing, live);
  if (uri) {
    item.resourceUri = uri;
    item.command = { command: 'vscode.open', title: 'Open Prompt', arguments: [uri] };
  } else if (entry.summary?.latest) {
    const latest = versionUri(project, id, entry.summary.latest);
    item.command = { command: 'vscode.open', title: 'Open Version', arguments: [latest] };
  }
  return item;
}

interface State {
  readonly text: string;
  /** For the ear, where `text` has signs. */
  readonly words?: string;
  readonly kind: 'quiet' | 'live' | 'changed' | 'broken' | 'unknown';
}

/** The most urgent first: a side bar is narrow. */
function promptStates(
  entry: PromptEntry,
  standing: KnownStanding | undefined,
  live: string,
): readonly State[] {
  const states = [...releaseStates(entry, standing, live), ...fileStates(entry, standing)];
  const urgency: readonly State['kind'][] = ['broken', 'unknown', 'changed', 'live', 'quiet'];
  return states.toSorted((a, b) => urgency.indexOf(a.kind) - urgency.indexOf(b.kind));
}

function fileStates(entry: PromptEntry, standing: KnownStanding | undefined): readonly State[] {
  if (entry.others.length > 0) {
    const files = plural(entry.others.length + 1, 'file');
    return [{ kind: 'broken', text: `✗ ${files} with this id`, words: `${files} have this id` }];
  }
  if (!entry.path) return [];
  if (standing && standing.errors > 0) {
    const errors = plural(standing.errors, 'error');
    return [{ kind: 'broken', text: `✗ ${errors}`, words: `${errors} in the file` }];
  }
  return [...gateStates(standing), ...modelStates(standing?.retires)];
}

/** From a month before it is switched off. */
function modelStates(retires: string | undefined): readonly State[] {
  if (retires === undefined) return [];
  const days = Math.ceil((Date.parse(retires) - Date.now()) / 86_400_000);
  if (days > 31) return [];
  const text = days <= 0 ? 'model is retired' : `model retires in ${plural(days, 'day')}`;
  return [{ kind: 'unknown', text: `⚠ ${text}`, words: text }];
}

function releaseStates(
  { path, summary }: PromptEntry,
  standing: KnownStanding | undefined,
  live: string,
): readonly State[] {
  if (summary?.problem)
    return [{ kind: 'broken', text: '✗ release log cannot be read', words: summary.problem.message }];
  if (!summary?.latest) return [{ kind: 'quiet', text: 'not published' }];
  const label = summary.labels[live];
  const [[elsewhere, there] = []] = Object.entries(summary.labels);
  const released: State = label
    ? { kind: 'live', text: `${label.version} ● ${live}`, words: `${live} serves ${label.version}` }
    : elsewhere && there
      ? {
          kind: 'live',
          text: `${there.version} ◐ ${elsewhere}`,
          words: `${elsewhere} serves ${there.version}`,
        }
      : { kind: 'quiet', text: `${summary.latest}, no label` };
  if (!path) return [released, { kind: 'quiet', text: 'no working copy' }];
  const changes = standing?.notLive?.length ?? 0;
  if (changes === 0) return [released];
  const words = plural(changes, 'change');
  if (!label) return [released, { kind: 'changed', text: `${words} since ${summary.latest}` }];
  if (standing?.isPublished && label.version !== summary.latest)
    return [released, { kind: 'changed', text: `${summary.latest} not live` }];
  // The word "changes" is what a narrow side bar has no room for.
  return [released, { kind: 'changed', text: `${changes} not live`, words: `${words} not live` }];
}

function gateStates(standing: KnownStanding | undefined): readonly State[] {
  const gate = standing?.gate;
  switch (gate?.outcome) {
    case 'fail': {
      const short = gate.text.split(':')[0] ?? gate.text;
      return [{ kind: 'broken', text: `✗ ${short}`, words: `gate fails: ${gate.text}` }];
    }
    case 'errored':
    case 'undecided': {
      const short = gate.text.split(':')[0] ?? gate.text;
      return [{ kind: 'unknown', text: `⚠ ${short}`, words: gate.text }];
    }
    case 'missing':
      return [{ kind: 'quiet', text: 'not evaluated' }];
    case 'stale':
      return [{ kind: 'quiet', text: 'results outdated' }];
    default:
      return [];
  }
}

function promptIcon(states: readonly State[]): vscode.ThemeIcon {
  const kinds = new Set(states.map(({ kind }) => kind));
  if (kinds.has('broken'))
    return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  if (kinds.has('unknown'))
    return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  if (kinds.has('changed')) return new vscode.ThemeIcon('diff-modified');
  if (!kinds.has('live')) return new vscode.ThemeIcon('circle-outline');
  const isLive = states.some(({ text }) => text.includes('●'));
  return new vscode.ThemeIcon(isLive ? 'circle-filled' : 'color-mode');
}

function promptTooltip(
  { id, path, summary }: PromptEntry,
  standing: KnownStanding | undefined,
  live: string,
): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${id}**\n\n`);
  for (const [label, { version, since }] of Object.entries(summary?.labels ?? {})) {
    text.appendMarkdown(`- ${label} serves ${version} since ${exactTime(since)}\n`);
  }
  if (summary?.problem) text.appendMarkdown(`- ${escapeMarkdown(summary.problem.message)}\n`);
  else if (!summary?.latest) text.appendMarkdown('- not published\n');
  if (standing?.gate) text.appendMarkdown(`- gate: ${escapeMarkdown(standing.gate.text)}\n`);
  if (standing?.notLive?.length) {
    text.appendMarkdown(`\nNot on ${live}:\n\n`);
    for (const change of standing.notLive.slice(0, 8))
      text.appendMarkdown(`- ${escapeMarkdown(change.text)}\n`);
    if (standing.notLive.length > 8) text.appendMarkdown(`- and ${standing.notLive.length - 8} more\n`);
  }
  if (path) text.appendMarkdown(`\n${escapeMarkdown(vscode.workspace.asRelativePath(path))}`);
  return text;
}
