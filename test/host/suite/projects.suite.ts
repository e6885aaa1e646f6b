import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Features } from '../../../src/extension/features.ts';
import { activated, until, writeText } from './evalWindow.ts';
import { openLibrary, refund, type Library } from './library.ts';

describe('a prompt that lies outside of the window’s folders', () => {
  let api: Features;
  let home: string;

  before(async () => {
    api = await activated();
    home = await realpath(await mkdtemp(path.join(tmpdir(), 'promptgate-home-')));
    await mkdir(path.join(home, '.git'));
    await mkdir(path.join(home, 'elsewhere/deep'), { recursive: true });
    for (const name of ['loose', 'beside', 'elsewhere/deep/other']) {
      await writeFile(path.join(home, `${name}.prompt.yml`), refund);
    }
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(home, { recursive: true });
  });

  const uriOf = (name: string): vscode.Uri => vscode.Uri.file(path.join(home, `${name}.prompt.yml`));

  it('belongs to its repository, as the command line sees it', async () => {
    const project = await api.workspace.projectOf(uriOf('elsewhere/deep/other'));
    assert.equal(project.root, home);
    assert.equal((await project.findPromptFiles()).length, 3);
  });

  it('of a home folder in git is looked at with its neighbours, and nothing below or above them', async () => {
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      await api.workspace.refresh();
      await lookAtLoose();
    } finally {
      process.env['HOME'] = before;
    }
  });

  const lookAtLoose = async (): Promise<void> => {
    await vscode.window.showTextDocument(uriOf('loose'));
    const { project } = await until(() => api.workspace.get(uriOf('loose')), 'it is known as a prompt');
    assert.equal(project.root, home);
    const found = await project.findPromptFiles();
    assert.deepEqual(
      found.map(file => path.basename(file)),
      ['beside.prompt.yml', 'loose.prompt.yml'],
    );
    const other = await api.workspace.projectOf(uriOf('elsewhere/deep/other'));
    assert.equal(other.root, path.join(home, 'elsewhere/deep'));
  };

  it('belongs to a project that somebody made above it', async () => {
    await writeFile(path.join(home, 'elsewhere/promptgate.yml'), 'version: 1\n');
    const { root } = await api.workspace.projectOf(uriOf('elsewhere/deep/other'));
    assert.equal(root, path.join(home, 'elsewhere'));
  });
});

describe('many files that change at once', () => {
  let library: Library;
  before(async () => (library = await openLibrary('burst')));
  after(() => library.close());

  it('are told of a few times, not each on its own', async () => {
    const { workspace } = library.api;
    await library.write('first', refund);
    let told = 0;
    const counting = workspace.onDidChangeProject(() => told++);
    const names = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    await Promise.all(names.map(name => writeText(library.uri(name), refund)));
    const ids = async (): Promise<readonly string[]> =>
      (await workspace.entries(await library.project())).map(({ id }) => id);
    await until(async () => {
      const known = new Set(await ids());
      return names.every(name => known.has(library.id(name)));
    }, 'all are known');
    counting.dispose();
    assert.ok(told < 20, `told ${told} times of 100 files`);
  });
});
