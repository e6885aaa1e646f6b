import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { rootUri, until, writeText } from './evalWindow.ts';
import { codeOf, lintProblems, openLibrary, refund, type Library } from './library.ts';

describe('problems while writing', () => {
  let library: Library;
  before(async () => (library = await openLibrary('lint')));
  after(() => library.close());

  const find = (uri: vscode.Uri, code: string) => lintProblems(uri).find(problem => codeOf(problem) === code);

  it('underlines just the name of an undefined variable, and links its code', async () => {
    const uri = await library.write('typo', refund.replace('{{company}}', '{{compny}}'));
    const document = await library.open('typo');
    const problem = await until(() => find(uri, 'undefined-variable'), 'the typo is reported');
    assert.equal(document.getText(problem.range), 'compny');
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.match(problem.message, /company/);
    assert.ok(
      typeof problem.code === 'object' && problem.code.target.toString().includes('undefined-variable'),
    );
  });

  it('fixes it by its quick fix, and the problem goes', async () => {
    const uri = library.uri('typo');
    const document = await library.open('typo');
    const problem = await until(() => find(uri, 'undefined-variable'), 'the typo is reported');
    const actions = await quickFixes(uri, problem.range);
    const fix = actions.find(({ title }) => title.includes('company'));
    assert.ok(fix?.edit, actions.map(({ title }) => title).join());
    assert.equal(fix.isPreferred, true);
    await vscode.workspace.applyEdit(fix.edit);
    assert.ok(document.getText().includes('for {{company}}.'));
    await until(() => !find(uri, 'undefined-variable'), 'the problem is gone');
  });

  it('offers a comment that silences a problem, and the comment works', async () => {
    const uri = await library.write('silent', refund.replace('{{company}}', '{{compny}}'));
    const document = await library.open('silent');
    const problem = await until(() => find(uri, 'undefined-variable'), 'the typo is reported');
    const ignore = (await quickFixes(uri, problem.range)).find(({ title }) => title.startsWith('Ignore'));
    assert.ok(ignore?.edit);
    await vscode.workspace.applyEdit(ignore.edit);
    assert.match(document.getText(), /\n {2,4}# promptgate-ignore undefined-variable: reason\n/);
    await until(() => !find(uri, 'undefined-variable'), 'the problem is silenced');
    assert.equal(find(uri, 'unused-ignore'), undefined);
  });

  it('names two files with one id in both, and stops when one changes', async () => {
    const first = await library.write('twin-a', `id: lint/twin\n${refund}`);
    const second = await library.write('other', refund);
    const document = await library.open('other');
    await library.open('twin-a');
    await library.replace(document, 'model:', 'id: lint/twin\nmodel:');
    await until(() => find(first, 'duplicate-id') && find(second, 'duplicate-id'), 'both are marked');
    await library.replace(document, 'id: lint/twin\n', '');
    await until(() => !find(first, 'duplicate-id') && !find(second, 'duplicate-id'), 'neither is marked');
  });

  it('names them on opening, of a folder that was not listed before', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'promptgate-twins-'));
    const uri = vscode.Uri.file(path.join(folder, 'a.prompt.yml'));
    try {
      for (const name of ['a', 'b']) {
        await writeFile(path.join(folder, `${name}.prompt.yml`), `id: lint/loose-twin\n${refund}`);
      }
      await vscode.window.showTextDocument(uri);
      const { message } = await until(() => find(uri, 'duplicate-id'), 'it is marked');
      assert.match(message, /b\.prompt\.yml/);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await rm(folder, { recursive: true });
    }
  });

  it('shows a broken line of a dataset in the dataset', async () => {
    const dataset = vscode.Uri.joinPath(rootUri(), 'prompts/lint/rows.jsonl');
    await writeText(dataset, '{"company":"Acme","question":"Hm?"}\nnot json\n');
    await library.write('with-dataset', `${refund}datasets: [rows.jsonl]\n`);
    await library.open('with-dataset');
    const [problem] = await until(() => {
      const found = lintProblems(dataset);
      return found.length > 0 && found;
    }, 'the dataset has a problem');
    assert.equal(problem?.range.start.line, 1);
    await writeText(dataset, '{"company":"Acme","question":"Hm?"}\n');
    await until(() => lintProblems(dataset).length === 0, 'mended, it has none');
  });

  it('says what is wrong in promptgate.yml, in promptgate.yml, and prompts still work', async () => {
    const config = vscode.Uri.joinPath(rootUri(), 'promptgate.yml');
    const before = await vscode.workspace.fs.readFile(config);
    try {
      await writeText(config, `${new TextDecoder().decode(before)}\nlint: { no-such-code: loud }\n`);
      await until(() => lintProblems(config).length > 0, 'promptgate.yml has a problem');
      assert.ok(library.api.workspace.get(library.uri('other')) ?? (await library.open('other')));
    } finally {
      await vscode.workspace.fs.writeFile(config, before);
    }
    await until(() => lintProblems(config).length === 0, 'the problem is gone');
  });

  it('says that promptgate.yml cannot be read', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'promptgate-config-'));
    try {
      await mkdir(path.join(folder, 'promptgate.yml'));
      await writeFile(path.join(folder, 'a.prompt.yml'), refund);
      await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, 'a.prompt.yml')));
      const config = vscode.Uri.file(path.join(folder, 'promptgate.yml'));
      const [problem] = await until(() => {
        const found = lintProblems(config);
        return found.length > 0 && found;
      }, 'it is a problem');
      assert.match(problem?.message ?? '', /cannot be read/);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await rm(folder, { recursive: true });
    }
  });

  it('reports once when a git diff of the prompt is open beside it', async () => {
    const uri = await library.write('in-diff', refund.replace('{{company}}', '{{compny}}'));
    const document = await library.open('in-diff');
    await until(() => find(uri, 'undefined-variable'), 'the typo is reported');
    const other = vscode.workspace.registerTextDocumentContentProvider('gitlike', {
      provideTextDocumentContent: () => document.getText(),
    });
    const left = uri.with({ scheme: 'gitlike', query: 'HEAD' });
    await vscode.commands.executeCommand('vscode.diff', left, uri, 'diff');
    const opened = await vscode.workspace.openTextDocument(left);
    await vscode.languages.setTextDocumentLanguage(opened, 'yaml');
    await library.replace(document, 'Tone:', 'The tone:');
    await until(() => library.api.workspace.get(uri)?.parsed.text.includes('The tone:'), 'it was read again');
    assert.deepEqual(lintProblems(left), []);
    assert.equal(lintProblems(uri).filter(problem => codeOf(problem) === 'undefined-variable').length, 1);
    other.dispose();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('reads CRLF, a BOM and 2 MB', async () => {
    const crlf = `\uFEFF${refund.replaceAll('\n', '\r\n').replace('{{company}}', '{{compny}}')}`;
    const uri = await library.write('crlf', crlf);
    const document = await library.open('crlf');
    const problem = await until(() => find(uri, 'undefined-variable'), 'the typo is reported');
    assert.equal(document.getText(problem.range), 'compny');
    const rows = '  - { company: Acme, question: "Where is my parcel, and when does it come?" }\n'.repeat(
      27_000,
    );
    const large = await library.write('large', refund.replace('{{question}}', '{{qestion}}') + rows);
    const opened = await library.open('large');
    const found = await until(() => find(large, 'undefined-variable'), 'the large file is checked');
    assert.equal(opened.getText(found.range), 'qestion');
  });

  it('is quiet about YAML files that are no prompts', async () => {
    const uri = vscode.Uri.joinPath(rootUri(), 'prompts/lint/values.yml');
    await writeText(uri, 'messages:\n  - "{{nobody}}"\n');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await library.open('other');
    assert.equal(library.api.workspace.get(uri), undefined);
    assert.deepEqual(lintProblems(uri), []);
  });
});

async function quickFixes(uri: vscode.Uri, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, range, 'quickfix');
}
