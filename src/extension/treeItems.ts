import * as vscode from 'vscode';
import type { Evidence } from '../evals/report.ts';
import { plural } from '../evals/summary.ts';
import type { Damage } from '../registry/damage.ts';
import { exactTime, relativeTime } from '../project/relativeTime.ts';
import { diffArguments } from './compare.ts';
import type { PromptEntry } from './promptEntries.ts';
import { liveLabel } from './settings.ts';
import type { KnownStanding } from './standings.ts';
import type {
  LabelNode,
  PromptNode,
  ServiceNode,
  TroubleNode,
  VersionNode,
  VersionsNode,
} from './treeNodes.ts';
import { versionUri } from './versions.ts';

// What a tree item says: state in words and shapes, never by colour alone.

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

export function serviceItem({ project, service, entries, isOpen }: ServiceNode): vscode.TreeItem {
  const item = new vscode.TreeItem(service, isOpen ? Expanded : Collapsed);
  item.id = `${project.root}\n${service}`;
  item.contextValue = 'service';
  item.iconPath = new vscode.ThemeIcon('folder-library');
  const prompts = plural(entries.length, 'prompt');
  item.description = isOpen ? undefined : prompts;
  item.tooltip = `${service}: ${prompts}`;
  item.accessibilityInformation = { label: `service ${service}, ${prompts}` };
  return item;
}

export function promptItem(
  { project, id }: PromptNode,
  standing: KnownStanding | undefined,
  entry: PromptEntry,
): vscode.TreeItem {
  const isPublished = entry.summary?.latest !== undefined;
  const item = new vscode.TreeItem(entry.name, isPublished ? Collapsed : None);
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
  if (!summary?.latest) text.appendMarkdown('- not published\n');
  if (standing?.gate) text.appendMarkdown(`- gate: ${escape(standing.gate.text)}\n`);
  if (standing?.notLive?.length) {
    text.appendMarkdown(`\nNot on ${live}:\n\n`);
    for (const change of standing.notLive.slice(0, 8)) text.appendMarkdown(`- ${escape(change.text)}\n`);
    if (standing.notLive.length > 8) text.appendMarkdown(`- and ${standing.notLive.length - 8} more\n`);
  }
  if (path) text.appendMarkdown(`\n${escape(vscode.workspace.asRelativePath(path))}`);
  return text;
}

export function labelItem(node: LabelNode): vscode.TreeItem {
  const { project, id, label, version, entry, at, summary, isProtected, evidence } = node;
  const item = new vscode.TreeItem(label, None);
  item.id = `${project.root}\n${id}@${label}`;
  item.contextValue = ['label', entry.path && 'file'].filter(Boolean).join('.');
  const when = relativeTime(at.since, Date.now());
  const gate = evidenceText(evidence, summary?.override);
  const model = at.model ? `model ${at.model}` : undefined;
  const words = [version, model, gate, isProtected ? 'protected' : undefined, when].filter(
    part => part !== undefined,
  );
  item.description = words.join(' · ');
  const uri = entry.path === undefined ? undefined : vscode.Uri.file(entry.path);
  const isLive = label === liveLabel(uri ?? vscode.Uri.file(project.root));
  item.iconPath = isLive
    ? new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor('charts.green'))
    : new vscode.ThemeIcon('color-mode');
  item.accessibilityInformation = { label: [`label ${label} serves`, ...words].join(', ') };
  const text = new vscode.MarkdownString(`**${label}** serves **${version}**\n\n`);
  text.appendMarkdown(`- since ${exactTime(at.since)}, revision ${at.revision}\n`);
  if (at.model) text.appendMarkdown(`- on ${escape(at.model)}, swapped on the label\n`);
  if (isProtected) text.appendMarkdown('- protected: promoting asks for the prompt’s id\n');
  if (summary) text.appendMarkdown(publishedLines(summary, gate));
  item.tooltip = text;
  const from = versionUri(project, id, label);
  item.command = uri
    ? {
        command: 'vscode.diff',
        title: 'Compare with Working Copy',
        arguments: diffArguments(
          id,
          { name: `${label} ${version}`, uri: from },
          { name: 'working copy', uri },
        ),
      }
    : { command: 'vscode.open', title: 'Open Version', arguments: [from] };
  return item;
}

export function versionsItem({ project, id, state }: VersionsNode): vscode.TreeItem {
  const item = new vscode.TreeItem('versions', Collapsed);
  item.id = `${project.root}\n${id}@versions`;
  item.contextValue = 'versions';
  const first = state.versions.slice(0, 4).map(({ version }) => version);
  item.description = first.join(', ') + (state.versions.length > first.length ? ' …' : '');
  item.iconPath = new vscode.ThemeIcon('versions');
  const count = plural(state.versions.length, 'version');
  item.tooltip = `${count} of ${id}, highest first`;
  item.accessibilityInformation = { label: `${count}, highest ${state.latest ?? ''}` };
  return item;
}

export function versionItem(node: VersionNode, damage: readonly Damage[]): vscode.TreeItem {
  const { project, id, version, summary, entry, labels } = node;
  const item = new vscode.TreeItem(version, None);
  item.id = `${project.root}\n${id}@${version}`;
  item.contextValue = ['version', entry.path && 'file'].filter(Boolean).join('.');
  const broken = damage.find(({ file, message }) => `${file ?? ''} ${message}`.includes(`${version}-`));
  const words = [
    broken ? '✗ changed by hand' : undefined,
    ...labels,
    summary.override === undefined ? undefined : 'not evaluated',
    relativeTime(summary.time, Date.now()),
    summary.message || undefined,
  ].filter(part => part !== undefined);
  item.description = words.join(' · ');
  item.iconPath = broken
    ? new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'))
    : new vscode.ThemeIcon(labels.length > 0 ? 'tag' : 'git-commit');
  item.accessibilityInformation = { label: [`version ${version}`, ...words].join(', ') };
  const text = new vscode.MarkdownString(`**${id}@${version}**\n\n`);
  if (broken) text.appendMarkdown(`${escape(broken.message)}\n\n`);
  text.appendMarkdown(publishedLines(summary, evidenceText(undefined, summary.override)));
  item.tooltip = text;
  item.command = {
    command: 'vscode.open',
    title: 'Open Version',
    arguments: [versionUri(project, id, version)],
  };
  return item;
}

export function troubleItem({ message }: TroubleNode): vscode.TreeItem {
  const item = new vscode.TreeItem(message, None);
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.tooltip = message;
  item.command = { command: 'promptgate.showLog', title: 'Show Log' };
  item.accessibilityInformation = { label: `problem: ${message}` };
  return item;
}

function publishedLines(summary: VersionNode['summary'], gate: string | undefined): string {
  const lines = [
    `published ${exactTime(summary.time)} by ${escape(summary.author)}`,
    summary.message && `“${escape(summary.message)}”`,
    gate && escape(gate),
    summary.override && `published without evidence: ${escape(summary.override)}`,
    summary.was && `was ${summary.was} before a merge`,
    `content \`${summary.digests.content.slice(0, 12)}\``,
  ].filter(Boolean);
  return lines.map(line => `- ${line}\n`).join('');
}

function evidenceText(evidence: Evidence | undefined, override: string | undefined): string | undefined {
  if (override !== undefined) return 'not evaluated';
  if (!evidence) return undefined;
  const { passed, failed, errored } = evidence.counts;
  const judged = passed + failed + errored;
  return passed === judged ? `gate passed ${passed}/${judged}` : `${passed} of ${judged} rows passed`;
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, '\\$&');
}
