import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { sameDigests } from '../../../src/evals/latest.ts';
import {
  answering,
  evalProblems,
  once,
  openEvalWindow,
  until,
  writeText,
  type EvalWindow,
} from './evalWindow.ts';

describe('evals on save', () => {
  let window: EvalWindow;
  before(async () => void (window = await openEvalWindow('on-save')));
  after(() => window.close());
  afterEach(async () => {
    window.server.replyWith(() => undefined);
    await window.reset();
  });

  /** Saves, and waits for the run that this starts. */
  const saveAndRun = async (): Promise<void> => {
    const finished = once(window.api.evaluations.onDidFinishRun);
    await window.document.save();
    await finished;
  };

  it('shows a failing row in the Problems panel, at the row and with its evaluator', async () => {
    await window.edit('one sentence', 'two sentences');
    await saveAndRun();
    const [problem] = await until(() => nonEmpty(evalProblems(window.uri)), 'a problem shows');
    assert.ok(problem);
    assert.match(problem.message, /^broken-kettle: "no promise": output contains "we will refund"/);
    assert.equal(problem.code, 'promptgate/not-contains');
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.match(window.document.lineAt(problem.range.start.line).text, /broken-kettle/);
    assert.match(JSON.stringify(problem.relatedInformation), /actual: we will refund the kettle/);
  });

  it('marks results outdated at the first edit of the content, and takes them back with it', async () => {
    await window.edit('one sentence', 'three sentences');
    await saveAndRun();
    await until(() => nonEmpty(evalProblems(window.uri)), 'a problem shows');
    const isCurrent = (): boolean => {
      const results = window.api.evaluations.results(window.uri);
      return [...(results?.rows.values() ?? [])].some(({ digests }) => sameDigests(digests, results?.now));
    };
    await window.edit('three sentences', 'few words');
    await until(() => !isCurrent(), 'the results are outdated');
    await until(() => evalProblems(window.uri).length === 0, 'the problem has gone from the panel');
    await window.edit('few words', 'three sentences');
    await until(isCurrent, 'the results are current again');
  });

  it('runs nothing when neither content nor rows changed', async () => {
    await window.edit('one sentence', 'four sentences');
    await saveAndRun();
    let runs = 0;
    const counting = window.api.evaluations.onDidStartRun(() => runs++);
    await window.edit('model: local', '# a comment\nmodel: local');
    await window.document.save();
    await window.edit('four sentences', 'five sentences');
    await saveAndRun();
    counting.dispose();
    assert.equal(runs, 1, 'the comment was evaluated');
  });

  it('spends nothing on an auto-save', async () => {
    const files = vscode.workspace.getConfiguration('files');
    let runs = 0;
    const counting = window.api.evaluations.onDidStartRun(() => runs++);
    await files.update('autoSaveDelay', 50, vscode.ConfigurationTarget.Workspace);
    await files.update('autoSave', 'afterDelay', vscode.ConfigurationTarget.Workspace);
    try {
      const saved = once(vscode.workspace.onDidSaveTextDocument);
      await window.edit('one sentence', 'six sentences');
      await saved;
    } finally {
      await files.update('autoSave', undefined, vscode.ConfigurationTarget.Workspace);
      await files.update('autoSaveDelay', undefined, vscode.ConfigurationTarget.Workspace);
    }
    assert.equal(runs, 0);
    await window.edit('six sentences', 'six words');
    await saveAndRun();
    counting.dispose();
    assert.equal(runs, 1, 'a save by hand still runs them');
  });

  it('runs nothing when the setting says off', async () => {
    const settings = vscode.workspace.getConfiguration('promptgate');
    let runs = 0;
    const counting = window.api.evaluations.onDidStartRun(() => runs++);
    await settings.update('evalOnSave', 'off', vscode.ConfigurationTarget.Workspace);
    await window.edit('one sentence', 'seven sentences');
    await window.document.save();
    await settings.update('evalOnSave', undefined, vscode.ConfigurationTarget.Workspace);
    await window.edit('seven sentences', 'eight sentences');
    await saveAndRun();
    counting.dispose();
    assert.equal(runs, 1);
  });

  it('stops the run of an older text', async () => {
    window.server.replyWith(({ body }) =>
      JSON.stringify(body).includes('slow answer') ? { fault: 'hang' } : undefined,
    );
    await window.edit('one sentence', 'a slow answer');
    await window.document.save();
    const first = await until(() => window.api.evaluations.running(window.uri), 'the first run is under way');
    await window.edit('a slow answer', 'a quick answer');
    await saveAndRun();
    assert.equal(first.stopped, 'superseded');
    await until(() => !window.api.evaluations.running(window.uri), 'the second run is over');
    const { report } = window.api.evaluations.results(window.uri) ?? {};
    assert.equal(report?.rows.length, 2);
    assert.deepEqual(
      report?.digests.content,
      (await window.api.workspace.workingCopy(window.uri)).digests?.content,
    );
  });

  it('shows an errored row apart from a failed one, in the words of the provider', async () => {
    window.server.replyWith(({ body }) =>
      JSON.stringify(body).includes('kettle') ? { status: 400, message: 'This model is asleep' } : undefined,
    );
    await window.edit('one sentence', 'nine sentences');
    await saveAndRun();
    const [problem] = await until(
      () => nonEmpty(evalProblems(window.uri).filter(({ message }) => message.includes('asleep'))),
      'a problem shows',
    );
    assert.ok(problem);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Warning);
    assert.match(problem.source ?? '', /errored/);
    assert.match(problem.message, /broken-kettle could not be evaluated: .*400.*This model is asleep/);
  });

  it('tells failing alike of every row once', async () => {
    window.server.replyWith(() => ({ status: 400, message: 'This model is gone' }));
    await window.edit('one sentence', 'ten sentences');
    await saveAndRun();
    const problems = await until(
      () => nonEmpty(evalProblems(window.uri).filter(({ message }) => message.includes('gone'))),
      'a problem shows',
    );
    assert.deepEqual(
      problems.map(({ message }) => message.replace(/:.*/, '')),
      ['2 rows could not be evaluated'],
    );
  });

  it('tells the tree what the gate says now', async () => {
    const [project] = await window.api.workspace.projects();
    assert.ok(project);
    window.api.standings.get(project, 'evals/on-save');
    await window.edit('one sentence', 'a word for the tree');
    await saveAndRun();
    await until(
      () => window.api.standings.get(project, 'evals/on-save')?.gate?.text.includes('broken-kettle'),
      'the standing names the failing row',
    );
  });

  it('runs the prompt that reads a dataset when the dataset is saved', async () => {
    const dataset = vscode.Uri.joinPath(window.uri, '../more.jsonl');
    await writeText(dataset, '{"id":"more","question":"Hello"}\n');
    await window.edit('evaluators:', 'datasets: [more.jsonl]\nevaluators:');
    await saveAndRun();
    const document = await vscode.workspace.openTextDocument(dataset);
    const more = new vscode.WorkspaceEdit();
    more.insert(dataset, new vscode.Position(1, 0), '{"id":"again","question":"we will refund again"}\n');
    await vscode.workspace.applyEdit(more);
    await document.save();
    const [problem] = await until(() => nonEmpty(evalProblems(dataset)), 'the new row shows in the dataset');
    assert.match(problem?.message ?? '', /^again: "no promise"/);
    assert.equal(problem?.range.start.line, 1);
  });

  it('runs no other prompt then, and none with text that is not saved', async () => {
    const dataset = vscode.Uri.joinPath(window.uri, '../mine.jsonl');
    await writeText(dataset, '{"id":"more","question":"Hello"}\n');
    const other = window.uri.with({ path: window.uri.path.replace(/[^/]+$/, 'unsaved.prompt.yml') });
    await writeText(other, window.document.getText());
    await vscode.workspace.openTextDocument(other);
    await until(() => window.api.workspace.get(other), 'the other prompt is open');
    const half = new vscode.WorkspaceEdit();
    half.insert(other, new vscode.Position(0, 0), 'description: half a\n');
    half.insert(other, new vscode.Position(5, 0), '    # half a thought\n');
    await vscode.workspace.applyEdit(half);
    await window.edit('evaluators:', 'datasets: [mine.jsonl]\nevaluators:');
    await saveAndRun();
    const ran: string[] = [];
    const runs = window.api.evaluations.onDidStartRun(({ uri }) => ran.push(uri.toString()));
    const document = await vscode.workspace.openTextDocument(dataset);
    const more = new vscode.WorkspaceEdit();
    more.insert(dataset, new vscode.Position(1, 0), '{"id":"again","question":"Good evening"}\n');
    await vscode.workspace.applyEdit(more);
    const finished = once(window.api.evaluations.onDidFinishRun);
    await document.save();
    await finished;
    // A file that somebody else changes later starts nothing.
    const changed = once(window.api.workspace.onDidChangeProject);
    await writeText(vscode.Uri.joinPath(window.uri, '../else.jsonl'), '{}\n');
    await changed;
    runs.dispose();
    assert.deepEqual([...new Set(ran)], [window.uri.toString()]);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(other));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(other);
    await vscode.window.showTextDocument(window.document);
  });

  it('shows the newest answer in a comparison that is open', async () => {
    const from = '{ name: no promise, uses: promptgate/not-contains, with: { value: we will refund } }';
    await window.edit(from, '{ name: as expected, uses: promptgate/equals }');
    await window.edit('one sentence', 'a sentence of today');
    await saveAndRun();
    const row = { prompt: window.uri.toString(), row: 'broken-kettle', hasExpected: true };
    const measured = { ...row, evaluator: 'as expected', index: 0 };
    await vscode.commands.executeCommand('promptgate.compareAnswer', measured);
    const tab = await until(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    }, 'a diff is open');
    const answer = await vscode.workspace.openTextDocument(tab.modified);
    assert.equal(answer.getText(), 'we will refund the kettle');
    window.server.replyWith(() => 'We have a look at the kettle');
    await window.api.evaluations.run({ uri: window.uri, reason: 'command', fresh: true });
    await until(() => answer.getText() === 'We have a look at the kettle', 'the new answer shows');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.window.showTextDocument(window.document);
  });

  it('offers expected against actual at a failing row', async () => {
    const from = '{ name: no promise, uses: promptgate/not-contains, with: { value: we will refund } }';
    await window.edit(from, '{ name: as expected, uses: promptgate/equals }');
    assert.deepEqual(await compared('as expected'), ['A colleague checks it', 'we will refund the kettle']);
  });

  it('offers what the row expected where the evaluator wants only that something is not said', async () => {
    await window.edit('one sentence', 'six sentences');
    assert.deepEqual(await compared('no promise'), ['A colleague checks it', 'we will refund the kettle']);
  });

  /** Saves, and takes the offer at the failed evaluator. */
  async function compared(evaluator: string): Promise<readonly string[]> {
    await saveAndRun();
    const [problem] = await until(
      () => nonEmpty(evalProblems(window.uri).filter(({ message }) => message.includes(evaluator))),
      'a problem shows',
    );
    assert.ok(problem);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      window.uri,
      problem.range,
    );
    const compare = actions.find(({ title }) => title === 'Compare expected with actual')?.command;
    assert.ok(compare);
    await vscode.commands.executeCommand(compare.command, ...(compare.arguments ?? []));
    const tab = await until(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    }, 'a diff is open');
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    const texts = [await text(tab.original), await text(tab.modified)];
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.window.showTextDocument(window.document);
    return texts;
  }

  for (const [what, reply, words] of [
    ['a reply that is not JSON', { fault: 'not-json' }, /broken-kettle could not be evaluated: /],
    ['an empty answer', { fault: 'no-content' }, /broken-kettle could not be evaluated: /],
    [
      'a failing provider',
      { status: 500, message: 'Out of order', retryAfter: 0 },
      /500.*Out of order|Out of order/,
    ],
    ['a rate limit', { status: 429, message: 'Slow down', retryAfter: 0 }, /429.*Slow down/],
  ] as const) {
    it(`calls a row errored, not failed, after ${what}`, async () => {
      window.server.replyWith(({ body }) => (JSON.stringify(body).includes('kettle') ? reply : undefined));
      await window.edit('one sentence', `a sentence despite ${what}`);
      await saveAndRun();
      const row = window.api.evaluations.results(window.uri)?.rows.get('broken-kettle')?.result;
      assert.equal(row?.verdict, 'errored');
      const [problem] = await until(
        () => nonEmpty(evalProblems(window.uri).filter(({ message }) => words.test(message))),
        'a problem shows',
      );
      assert.equal(problem?.severity, vscode.DiagnosticSeverity.Warning);
    });
  }

  it('takes back what it said of a prompt that is deleted', async () => {
    const uri = window.uri.with({ path: window.uri.path.replace(/[^/]+$/, 'doomed.prompt.yml') });
    await writeText(uri, window.document.getText());
    await until(async () => {
      const entries = await window.api.workspace.entries(await window.api.workspace.projectOf(uri));
      return entries.some(({ path }) => path === uri.fsPath);
    }, 'it is in the library');
    await vscode.commands.executeCommand('promptgate.runEvals', uri);
    await until(() => nonEmpty(evalProblems(uri)), 'a problem shows');
    await vscode.workspace.fs.delete(uri);
    await until(() => evalProblems(uri).length === 0, 'the problem has gone with its file');
  });

  it('retries errored rows and asks the model for nothing else', async () => {
    window.server.replyWith(({ body }) =>
      JSON.stringify(body).includes('kettle') ? { status: 400, message: 'asleep' } : undefined,
    );
    await window.edit('one sentence', 'eleven sentences');
    await saveAndRun();
    window.server.replyWith(() => 'A colleague checks it');
    window.server.reset();
    await vscode.commands.executeCommand('promptgate.retryErrored', window.uri);
    assert.equal(window.server.requests.length, 1);
    assert.deepEqual(window.api.evaluations.results(window.uri)?.report?.counts, {
      passed: 2,
      failed: 0,
      errored: 0,
      skipped: 0,
    });
  });

  it('does not run over budget, says so, and runs when a person insists', async () => {
    const config = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'promptgate.yml'); // the runner opens one
    const before = new TextDecoder().decode(await vscode.workspace.fs.readFile(config));
    const reopened = once(window.api.workspace.onDidChangeProject);
    await writeText(config, `${before}\nevals: { budget: { day: 0 } }\n`);
    await reopened;
    // Money that is gone already: the test model has no price.
    await window.api.evaluations.spending.pay(0.01);
    try {
      const said = once(window.api.evaluations.onDidChangeResults);
      await window.edit('one sentence', 'twelve sentences');
      await said;
      await window.document.save();
      const status = await until(() => window.api.evaluations.status(window.uri), 'the status says why');
      assert.equal(status.kind, 'over-budget');
      const dialogs = answering(window.api, { confirm: async () => true });
      await vscode.commands.executeCommand('promptgate.runEvals', window.uri);
      dialogs.dispose();
      assert.equal(window.api.evaluations.status(window.uri), undefined);
    } finally {
      await window.api.evaluations.spending.pay(-0.01);
      const again = once(window.api.workspace.onDidChangeProject);
      await writeText(config, before);
      await again;
    }
  });
});

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}
