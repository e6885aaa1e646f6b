import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { openLibrary, refund, type Library } from './library.ts';

describe('language features of templates', () => {
  let library: Library;
  before(async () => (library = await openLibrary('language')));
  after(() => library.close());

  /** Opens `refund` with changes; `¦` is where the caret is. */
  async function at(
    name: string,
    change: (text: string) => string,
  ): Promise<{ document: vscode.TextDocument; position: vscode.Position }> {
    const text = change(refund);
    const caret = text.indexOf('¦');
    await library.write(name, text.replace('¦', ''));
    const document = await library.open(name);
    return { document, position: document.positionAt(caret) };
  }

  async function complete(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position,
      '{',
    );
    return list.items.filter(({ kind }) => kind === vscode.CompletionItemKind.Variable);
  }

  it('offers the declared variables after {{, with what they are, and closes the tag', async () => {
    const { document, position } = await at('offer', text => text.replace('"{{question}}"', '"{{¦"'));
    const items = await complete(document, position);
    assert.deepEqual(items.map(nameOf), ['company', 'question', 'tone']);
    assert.equal(items[0]?.insertText, 'company}}');
    assert.deepEqual(items[0].label, { label: 'company', description: 'string, required' });
    const about = items[0].documentation;
    assert.ok(about instanceof vscode.MarkdownString && about.value.includes('Who answers'));
  });

  it('replaces a half-typed name and keeps braces that are there', async () => {
    const { document, position } = await at('half', text => text.replace('{{question}}', '{{que¦s}}'));
    const item = (await complete(document, position)).find(item => nameOf(item) === 'question');
    assert.equal(item?.insertText, 'question');
    assert.ok(item.range instanceof vscode.Range);
    assert.equal(document.getText(item.range), 'ques');
  });

  it('offers the open section after {{/', async () => {
    const { document, position } = await at('section', text =>
      text.replace('"{{question}}"', '"{{#company}}{{question}}{{/¦"'),
    );
    assert.deepEqual((await complete(document, position)).map(nameOf), ['company']);
  });

  it('offers nothing outside of templates', async () => {
    const { document, position } = await at('outside', text => text.replace('Where is it?', '{{¦'));
    assert.deepEqual(await complete(document, position), []);
  });

  it('tells on hover what a variable is, where it is used, and which rows give it', async () => {
    const { document, position } = await at('hover', text => text.replace('{{tone}}', '{{to¦ne}}'));
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    assert.ok(hover?.range);
    assert.equal(document.getText(hover.range), 'tone');
    const text = hover.contents
      .map(content => (typeof content === 'string' ? content : content.value))
      .join();
    for (const part of ['default', 'warm', 'formal', 'message 1', '1 of 2 rows'])
      assert.ok(text.includes(part), text);
  });

  it('goes from a use to the declaration, and finds all uses', async () => {
    const { document, position } = await at('go', text => text.replace('{{company}}', '{{com¦pany}}'));
    const [target] = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      position,
    );
    assert.equal(target?.range.start.line, 2);
    assert.equal(document.getText(target.range), 'company');
    const uses = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeReferenceProvider',
      document.uri,
      position,
    );
    assert.deepEqual(
      uses.map(({ range }) => document.getText(range)),
      ['company', 'company', 'company', 'company'],
    );
  });

  it('renames a variable in declaration, templates and rows', async () => {
    const { document, position } = await at('rename', text => text.replace('{{question}}', '{{question¦}}'));
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      position,
      'inquiry',
    );
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.getText(), refund.replaceAll('question', 'inquiry'));
  });

  it('renames no variable to what rows say already', async () => {
    const { document, position } = await at('taken', text => text.replace('{{question}}', '{{question¦}}'));
    for (const [name, why] of [
      ['company', /has a variable "company" already/],
      ['expected', /Rows say something else under "expected"/],
      ['2nd', /cannot be a variable/],
    ] as const) {
      await assert.rejects(
        async () =>
          vscode.commands.executeCommand(
            'vscode.executeDocumentRenameProvider',
            document.uri,
            position,
            name,
          ),
        why,
      );
    }
  });

  it('colours undefined variables and tags after changed delimiters, and nothing else', async () => {
    const { document } = await at('tokens', text =>
      text.replace('{{company}}', '{{compny}}').replace('"{{question}}"', '"{{=<% %>=}}<%question%>"'),
    );
    const tokens = await vscode.commands.executeCommand<vscode.SemanticTokens>(
      'vscode.provideDocumentSemanticTokens',
      document.uri,
    );
    assert.equal(tokens.data.length, 10);
    const [line = 0, start = 0, length = 0] = tokens.data;
    assert.equal(document.lineAt(line).text.slice(start, start + length), 'compny');
  });
});

function nameOf({ label }: vscode.CompletionItem): string {
  return typeof label === 'string' ? label : label.label;
}
