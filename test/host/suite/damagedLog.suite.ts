import assert from 'node:assert/strict';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { until } from './evalWindow.ts';
import { openLibrary, refund, type Library } from './library.ts';

describe('a release log with git conflict markers', () => {
  let library: Library;
  let event: string;
  let sound: string;

  before(async () => {
    library = await openLibrary('damaged');
    for (const name of ['refund', 'other']) {
      await library.write(name, refund);
      await library.publish(name, 'first');
      await library.promote(name, '1.0.0', 'production');
    }
    const log = path.join((await library.project()).root, '.promptgate/prompts/damaged/refund/log');
    event = path.join(log, (await readdir(log)).sort().at(-1) ?? '');
    sound = await readFile(event, 'utf8');
    await library.open('other');
    await library.open('refund');
    await until(
      async () => (await itemOf('refund')).description === '1.0.0 ● production · not evaluated',
      'known',
    );
    await chmod(event, 0o644);
    await writeFile(event, `<<<<<<< HEAD\n${sound}=======\n${sound}>>>>>>> theirs\n`);
  });
  after(async () => {
    await writeFile(event, sound);
    await library.close();
  });

  async function itemOf(name: string): Promise<vscode.TreeItem> {
    const { tree } = library.api;
    const services = await tree.getChildren();
    const service = services.find(node => node.kind === 'service' && node.service === 'damaged');
    const prompts = await tree.getChildren(service);
    const found = prompts.find(node => node.kind === 'prompt' && node.id === library.id(name));
    assert.ok(found);
    return tree.getTreeItem(found);
  }

  async function firstLens(name: string): Promise<vscode.Command | undefined> {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      library.uri(name),
      10,
    );
    return lenses.find(({ command }) => command?.command.startsWith('promptgate.'))?.command;
  }

  it('is named in the tree, for the eye and the ear', async () => {
    const item = await until(async () => {
      const found = await itemOf('refund');
      return String(found.description).startsWith('✗ release log cannot be read') && found;
    }, 'the tree tells');
    assert.match(item.accessibilityInformation?.label ?? '', /conflict markers/);
    assert.ok(item.tooltip instanceof vscode.MarkdownString);
    assert.match(item.tooltip.value, /conflict markers/);
    assert.match(String((await itemOf('other')).description), /^1\.0\.0 ● production/);
  });

  it('is named above the prompt', async () => {
    await until(
      async () => (await firstLens('refund'))?.title === 'Releases cannot be read',
      'the link tells',
    );
    assert.equal((await firstLens('other'))?.title, 'production 1.0.0 · nothing changed');
  });

  it('takes the marks of no other prompt', async () => {
    assert.equal(await library.api.gutter.originalOf(library.uri('refund')), undefined);
    assert.ok(await library.api.gutter.originalOf(library.uri('other')));
  });

  it('is forgotten once it is mended', async () => {
    await writeFile(event, sound);
    await until(
      async () => String((await itemOf('refund')).description).startsWith('1.0.0 ●'),
      'the tree knows',
    );
    await until(
      async () => (await firstLens('refund'))?.title.startsWith('production 1.0.0'),
      'the link knows',
    );
  });
});
