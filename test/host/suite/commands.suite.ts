import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandTable } from '../../../src/extension/commandTable.ts';
import { newPromptPath } from '../../../src/project/newPrompt.ts';
import { activated, answering, rootUri, until } from './evalWindow.ts';
import { lintProblems, openLibrary, refund, type Library } from './library.ts';

describe('commands', () => {
  let library: Library;
  before(async () => {
    library = await openLibrary('commands');
    await library.write('here', refund);
  });
  after(() => library.close());

  it('are all there', async () => {
    const registered = await vscode.commands.getCommands(true);
    for (const command of Object.keys(commandTable)) assert.ok(registered.includes(command), command);
  });

  it('are not in the way of a search: it leaves out what the registry keeps', async () => {
    const excluded = vscode.workspace.getConfiguration('search').get<Record<string, boolean>>('exclude');
    assert.equal(excluded?.['**/.promptgate/{prompts,datasets,evidence,cache}'], true);
    assert.equal(excluded?.['**/node_modules'], true, 'the defaults of VS Code stay');
  });

  it('make a new prompt that has no problem, and open it', async () => {
    let checked: unknown[] = [];
    const dialogs = answering(library.api, {
      input: async ({ validateInput }) => {
        checked = await Promise.all(
          ['Bad Id', 'commands/here', 'commands/fresh'].map(text => validateInput?.(text)),
        );
        return 'commands/fresh';
      },
    });
    await vscode.commands.executeCommand('promptgate.newPrompt');
    dialogs.dispose();
    assert.match(String(checked[0]), /service\/name/);
    assert.match(String(checked[1]), /already/);
    assert.equal(checked[2], undefined);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.fsPath, newPromptPath(await library.project(), 'commands/fresh'));
    const open = await until(() => library.api.workspace.get(document.uri), 'it is known as a prompt');
    assert.equal(open.id, 'commands/fresh');
    const copy = await library.api.workspace.workingCopy(document.uri);
    assert.deepEqual(copy.problems, []);
    assert.equal(copy.rows.length, 2);
    assert.deepEqual(lintProblems(document.uri), []);
  });

  it('start an id with the service of the folder that was clicked', async () => {
    let value: string | undefined;
    const dialogs = answering(library.api, {
      input: async options => {
        value = options.value;
        return undefined;
      },
    });
    await vscode.commands.executeCommand(
      'promptgate.newPrompt',
      vscode.Uri.joinPath(rootUri(), 'prompts/commands'),
    );
    dialogs.dispose();
    assert.equal(value, 'commands/');
  });

  it('say why a prompt cannot be written', async () => {
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(rootUri(), 'prompts/blocked'), new Uint8Array());
    const dialogs = answering(library.api, { input: async () => 'blocked/refund' });
    await vscode.commands.executeCommand('promptgate.newPrompt');
    dialogs.dispose();
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(rootUri(), 'prompts/blocked'));
    assert.match(dialogs.told[0]?.message ?? '', /Cannot create .*refund\.prompt\.yml/);
  });

  it('say that a registry is there already, and change nothing', async () => {
    const config = vscode.Uri.joinPath(rootUri(), 'promptgate.yml');
    const before = await vscode.workspace.fs.readFile(config);
    const dialogs = answering(library.api, {});
    await vscode.commands.executeCommand('promptgate.initializeRegistry');
    dialogs.dispose();
    assert.equal(dialogs.told.length, 1);
    assert.match(dialogs.told[0]?.message ?? '', /registry/i);
    assert.deepEqual(await vscode.workspace.fs.readFile(config), before);
  });

  it('read everything anew on Refresh', async () => {
    const before = await library.project();
    await vscode.commands.executeCommand('promptgate.refresh');
    assert.notEqual(await library.project(), before);
    assert.ok((await library.api.workspace.entry(await library.project(), library.id('here')))?.path);
  });

  it('take the prompt of the active editor, else ask', async () => {
    await library.open('here');
    const dialogs = answering(library.api, {});
    await vscode.commands.executeCommand('promptgate.copyReference');
    dialogs.dispose();
    assert.equal(await vscode.env.clipboard.readText(), 'commands/here');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until(() => !vscode.window.activeTextEditor, 'no editor is active');
    const asked = answering(library.api, {
      pick: async items => (await items).find(({ label }) => label === 'commands/here'),
    });
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand('promptgate.copyReference');
    asked.dispose();
    assert.equal(await vscode.env.clipboard.readText(), 'commands/here');
  });

  it('turn failures into messages: the expected with their words, the unexpected with the log', async () => {
    const { api } = library;
    const dialogs = answering(api, {
      input: () => {
        throw new Error('a bug');
      },
    });
    await vscode.commands.executeCommand('promptgate.newPrompt');
    dialogs.dispose();
    assert.match(dialogs.told[0]?.message ?? '', /unexpected.*a bug/);
    assert.deepEqual(
      dialogs.told[0]?.actions.map(({ title }) => title),
      ['Show Log'],
    );
    const cancelled = answering(api, {
      input: () => {
        throw new vscode.CancellationError();
      },
    });
    await vscode.commands.executeCommand('promptgate.newPrompt');
    cancelled.dispose();
    assert.deepEqual(cancelled.told, []);
  });

  it('open the walkthrough', async () => {
    await activated();
    await vscode.commands.executeCommand('promptgate.getStarted');
    await until(
      () =>
        vscode.window.tabGroups.all.some(({ tabs }) =>
          tabs.some(({ label }) => /Walkthrough|Welcome/.test(label)),
        ),
      'the walkthrough is open',
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
