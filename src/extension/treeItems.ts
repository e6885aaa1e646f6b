import * as vscode from 'vscode';
import type { Evidence } from '../evals/report.ts';
import { plural } from '../evals/summary.ts';
import type { Damage } from '../registry/damage.ts';
import { exactTime, relativeTime } from '../project/relativeTime.ts';
import { diffArguments } from './compare.ts';
import { escapeMarkdown } from './markdown.ts';
import { liveLabel } from './settings.ts';
import type { LabelNode, ServiceNode, TroubleNode, VersionNode, VersionsNode } from './treeNodes.ts';
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
  if (at.model) text.appendMarkdown(`- on ${escapeMarkdown(at.model)}, swapped on the label\n`);
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
  const broken = damage.find(found => isAbout(found, version));
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
  if (broken) text.appendMarkdown(`${escapeMarkdown(broken.message)}\n\n`);
  text.appendMarkdown(publishedLines(summary, evidenceText(undefined, summary.override)));
  item.tooltip = text;
  item.command = {
    command: 'vscode.open',
    title: 'Open Version',
    arguments: [versionUri(project, id, version)],
  };
  return item;
}

/** The file of a version is named `<version>-<digest>`. */
function isAbout({ file, message }: Damage, version: string): boolean {
  return `${file ?? ''} ${message}`.split(/[\s/\\]/).some(name => name.startsWith(`${version}-`));
}

export function troubleItem({ message, file }: TroubleNode): vscode.TreeItem {
  const item = new vscode.TreeItem(message, None);
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.tooltip = message;
  item.command =
    file === undefined
      ? { command: 'promptgate.showLog', title: 'Show Log' }
      : { command: 'vscode.open', title: 'Open File', arguments: [vscode.Uri.file(file)] };
  item.accessibilityInformation = { label: `problem: ${message}` };
  return item;
}

function publishedLines(summary: VersionNode['summary'], gate: string | undefined): string {
  const lines = [
    `published ${exactTime(summary.time)} by ${escapeMarkdown(summary.author)}`,
    summary.message && `“${escapeMarkdown(summary.message)}”`,
    gate && escapeMarkdown(gate),
    summary.override && `published without evidence: ${escapeMarkdown(summary.override)}`,
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
