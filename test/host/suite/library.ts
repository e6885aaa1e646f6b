import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Features } from '../../../src/extension/features.ts';
import { versionUri } from '../../../src/extension/versions.ts';
import { planPromoteOf } from '../../../src/project/move.ts';
import { planPublishOf } from '../../../src/project/publish.ts';
import type { Project } from '../../../src/project/project.ts';
import { applyMove } from '../../../src/registry/move.ts';
import { defaultPolicy } from '../../../src/registry/policy.ts';
import { applyPublish } from '../../../src/registry/publish.ts';
import { activated, rootUri, until, writeText } from './evalWindow.ts';

/** Prompts of one service in the window's workspace, for one suite. */
export interface Library {
  readonly api: Features;
  project(): Promise<Project>;
  id(name: string): string;
  uri(name: string): vscode.Uri;
  write(name: string, text: string): Promise<vscode.Uri>;
  /** Shows it, and waits until the extension knows it. */
  open(name: string): Promise<vscode.TextDocument>;
  replace(document: vscode.TextDocument, from: string, to: string): Promise<void>;
  /** What the file says now becomes a version. */
  publish(name: string, message: string): Promise<string>;
  /** Whatever the policy of the window's workspace says. */
  promote(name: string, version: string, label: string): Promise<void>;
  version(name: string, ref: string): Promise<vscode.Uri>;
  close(): Promise<void>;
}

export const refund = `model: openai/gpt-5.4-mini
variables:
  company: { type: string, description: Who answers, example: Acme }
  question: { type: string, untrusted: true }
  tone: { type: string, enum: [warm, formal], default: warm }
messages:
  - role: system
    content: "You answer for {{company}}. Tone: {{tone}}."
  - role: user
    content: "{{question}}"
testData:
  - { id: late, company: Acme, question: Where is it? }
  - { id: broken, company: Acme, question: It broke., tone: formal }
`;

export async function openLibrary(service: string): Promise<Library> {
  const api = await activated();
  const folder = vscode.Uri.joinPath(rootUri(), 'prompts', service);
  const project = async (): Promise<Project> => {
    const [first] = await api.workspace.projects();
    assert.ok(first, 'the window has no project');
    return first;
  };
  const id = (name: string): string => `${service}/${name}`;
  const uri = (name: string): vscode.Uri => vscode.Uri.joinPath(folder, `${name}.prompt.yml`);
  return {
    api,
    project,
    id,
    uri,
    async write(name, text) {
      await writeText(uri(name), text);
      await until(
        async () =>
          (await api.workspace.entries(await project())).some(({ path, others }) =>
            [path, ...others].includes(uri(name).fsPath),
          ),
        `${name} is in the library`,
      );
      return uri(name);
    },
    async open(name) {
      const document = await vscode.workspace.openTextDocument(uri(name));
      await vscode.window.showTextDocument(document);
      await until(() => api.workspace.get(uri(name)), `${name} is known as a prompt`);
      return document;
    },
    async replace(document, from, to) {
      const start = document.getText().indexOf(from);
      assert.notEqual(start, -1, `"${from}" is not in the prompt`);
      const edit = new vscode.WorkspaceEdit();
      const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
      edit.replace(document.uri, range, to);
      assert.ok(await vscode.workspace.applyEdit(edit));
    },
    async publish(name, message) {
      const copy = await api.workspace.workingCopy(uri(name));
      const plan = await planPublishOf(await project(), copy, { message, override: 'a test' });
      await applyPublish((await project()).store, plan);
      return plan.version;
    },
    async promote(name, version, label) {
      const open = await project();
      const otherLabels = { ...defaultPolicy.otherLabels, gate: 'off' as const };
      const lenient: Project = { ...open, policy: async () => ({ ...defaultPolicy, otherLabels }) };
      await applyMove(open.store, await planPromoteOf(lenient, id(name), version, label));
    },
    async version(name, ref) {
      return versionUri(await project(), id(name), ref);
    },
    async close() {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.workspace.fs.delete(folder, { recursive: true });
    },
  };
}

/** Problems that we report on a file, without results of evals. */
export function lintProblems(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source, code }) => source === 'promptgate' && typeof code === 'object');
}

export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}
