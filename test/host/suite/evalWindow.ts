import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension.ts';
import type { Features } from '../../../src/extension/features.ts';
import type { Dialogs, MessageAction, MessageKind } from '../../../src/extension/dialogs.ts';
import { startModelServer, type ModelServer } from '../../modelServer.ts';

// A prompt of its own in the window's workspace, answered by a model server on this machine.

export interface EvalWindow {
  readonly api: Features;
  readonly server: ModelServer;
  readonly uri: vscode.Uri;
  readonly document: vscode.TextDocument;
  /** Replaces a text of the prompt, without saving. */
  edit(from: string, to: string): Promise<void>;
  /** Puts the prompt back to what it was at the start, and saves. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export const promptText = `model: local/test-model
variables:
  question: { type: string }
messages:
  - role: system
    content: Answer in one sentence.
  - role: user
    content: "{{question}}"
testData:
  - { id: late-delivery, question: Where is my parcel, expected: Where is my parcel }
  - { id: broken-kettle, question: we will refund the kettle, expected: A colleague checks it }
evaluators:
  - { name: no promise, uses: promptgate/not-contains, with: { value: we will refund } }
`;

export async function activated(): Promise<Features> {
  const extension = vscode.extensions.getExtension<ExtensionApi>('promptgate.promptgate');
  assert.ok(extension);
  const { start } = await extension.activate();
  return start();
}

/**
 * @param name of the prompt: `evals/<name>`
 * @param settings more of the provider: `timeout: 1`
 */
export async function openEvalWindow(
  name: string,
  text = promptText,
  settings?: string,
): Promise<EvalWindow> {
  const api = await activated();
  const server = await startModelServer();
  const root = rootUri();
  const config = vscode.Uri.joinPath(root, 'promptgate.yml');
  const before = await vscode.workspace.fs.readFile(config);
  const more = settings === undefined ? '' : `, ${settings}`;
  const provider = `  local: { baseURL: "${server.baseURL}"${more} }\n`;
  // Opened once, it is watched.
  await api.workspace.projects();
  await writeText(
    config,
    new TextDecoder().decode(before).replace(/^providers:\n/m, `providers:\n${provider}`),
  );
  await until(async () => {
    const [project] = await api.workspace.projects();
    return project?.config.providers['local']?.baseURL === server.baseURL;
  }, 'promptgate.yml was read again');
  const uri = vscode.Uri.joinPath(root, `prompts/evals/${name}.prompt.yml`);
  await writeText(uri, text);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  await until(() => api.workspace.get(uri), 'the prompt is open');

  const edit = async (from: string, to: string): Promise<void> => {
    const start = document.getText().indexOf(from);
    assert.notEqual(start, -1, `"${from}" is not in the prompt`);
    const change = new vscode.WorkspaceEdit();
    change.replace(
      uri,
      new vscode.Range(document.positionAt(start), document.positionAt(start + from.length)),
      to,
    );
    await vscode.workspace.applyEdit(change);
  };
  return {
    api,
    server,
    uri,
    document,
    edit,
    async reset() {
      const all = new vscode.WorkspaceEdit();
      all.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
      await vscode.workspace.applyEdit(all);
      await document.save();
      const copy = await api.workspace.workingCopy(uri);
      await until(() => api.evaluations.isUpToDate(uri, copy), 'the first text is evaluated again');
      await until(() => !api.evaluations.running(uri), 'no run is under way');
    },
    async close() {
      api.evaluations.cancel();
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await server.stop();
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(root, 'prompts/evals'), { recursive: true });
      await vscode.workspace.fs.writeFile(config, before);
    },
  };
}

export function rootUri(): vscode.Uri {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(root, 'no folder is open');
  return root;
}

export function writeText(uri: vscode.Uri, text: string): Thenable<void> {
  return vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

/** Waits for a state, however long the machine takes; mocha's time limit ends it. */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  what: string | (() => string),
): Promise<T> {
  const limit = Date.now() + 15_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > limit)
      throw new Error(`waited in vain until ${typeof what === 'string' ? what : what()}`);
    await new Promise(done => setTimeout(done, 20));
  }
}

export function once<T>(event: vscode.Event<T>): Promise<T> {
  return new Promise(done => {
    const subscription = event(value => {
      subscription.dispose();
      done(value);
    });
  });
}

export interface Told {
  readonly kind: MessageKind;
  readonly message: string;
  readonly actions: readonly MessageAction[];
}

/** Answers dialogs in order and keeps what was told; a question nobody expected fails the test that asked it. */
export function answering(
  api: Features,
  answers: Partial<Omit<Dialogs, 'tell'>>,
): vscode.Disposable & { readonly told: readonly Told[] } {
  const told: Told[] = [];
  const unexpected = (what: string) => (): never => assert.fail(`asked for ${what} without need`);
  const switched = api.dialogs.answer({
    confirm: unexpected('a confirmation'),
    input: unexpected('an input'),
    pick: unexpected('a choice'),
    pickFolder: unexpected('a folder'),
    ...answers,
    tell: (kind, message, actions = []) => void told.push({ kind, message, actions }),
  });
  return { told, dispose: () => switched.dispose() };
}

/** Eval results of a file that the Problems panel shows: outdated ones are mere hints. */
export function evalProblems(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ code, source }) => source?.startsWith('promptgate') && typeof code !== 'object')
    .filter(({ severity }) => severity !== vscode.DiagnosticSeverity.Hint);
}
