import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { once, openEvalWindow, rootUri, until, writeText, type EvalWindow } from './evalWindow.ts';

const text = `model: local/test-model
variables:
  question: { type: string }
messages:
  - role: user
    content: "{{question}}"
testData:
  - { id: parcel, question: Where is my parcel, expected: Where is my parcel }
  - { id: kettle, question: The kettle is broken, expected: Sorry about the kettle }
datasets: [explorer.jsonl]
evaluators:
  - { name: as expected, uses: promptgate/equals }
`;

/** What a test run was told, by item. */
interface Recorded {
  readonly states: Map<string, string>;
  readonly messages: Map<string, readonly vscode.TestMessage[]>;
  output: string;
  ended: boolean;
}

describe('the Test Explorer', () => {
  let window: EvalWindow;
  let controller: vscode.TestController;
  let create: vscode.TestController['createTestRun'];
  let runs: Recorded[] = [];

  before(async () => {
    const dataset = vscode.Uri.joinPath(rootUri(), 'prompts/evals/explorer.jsonl');
    await writeText(
      dataset,
      '{"id":"from-file","question":"Hello","expected":"Hello"}\n{"id":"second","question":"Bye"}\n',
    );
    window = await openEvalWindow('explorer', text);
    ({ controller } = window.api.testing);
    create = controller.createTestRun;
    controller.createTestRun = (...args) => {
      const run = create.apply(controller, args);
      const recorded: Recorded = { states: new Map(), messages: new Map(), output: '', ended: false };
      runs.push(recorded);
      return listening(run, recorded);
    };
  });
  after(async () => {
    controller.createTestRun = create;
    await window.close();
  });
  beforeEach(() => void (runs = []));

  const promptItem = (): Promise<vscode.TestItem> =>
    until(() => find(controller, window.uri.toString()), 'the prompt is in the Test Explorer');

  const runItems = async (...items: vscode.TestItem[]): Promise<Recorded> => {
    const token = new vscode.CancellationTokenSource().token;
    await window.api.testing.runProfile.runHandler(new vscode.TestRunRequest(items), token);
    const [run] = runs;
    assert.ok(run);
    return run;
  };

  it('has services, prompts and rows, each row where it is written', async () => {
    const prompt = await promptItem();
    await controller.resolveHandler?.(prompt);
    assert.equal(prompt.parent?.label, 'evals');
    assert.equal(prompt.label, 'explorer');
    const rows = Array.from(prompt.children, ([, row]) => row);
    assert.deepEqual(
      rows.map(({ id, label, range }) => [id.slice(id.indexOf('#')), label, range?.start.line]),
      [
        ['#parcel', 'parcel', 7],
        ['#kettle', 'kettle', 8],
        ['#from-file', 'from-file', 0],
        ['#second', 'second', 1],
      ],
    );
    assert.match(rows[2]?.uri?.path ?? '', /explorer\.jsonl$/);
  });

  it('runs a prompt: passed, failed with expected and actual, skipped', async () => {
    const prompt = await promptItem();
    const run = await runItems(prompt);
    assert.deepEqual([...run.states].map(([id, state]) => [id.slice(id.indexOf('#') + 1), state]).sort(), [
      ['from-file', 'passed'],
      ['kettle', 'failed'],
      ['parcel', 'passed'],
      ['second', 'skipped'],
    ]);
    const [message] = run.messages.get(`${window.uri.toString()}#kettle`) ?? [];
    assert.equal(message?.expectedOutput, 'Sorry about the kettle');
    assert.equal(message.actualOutput, 'The kettle is broken');
    // Written in one line: at the evaluator, as behind the row stands the score.
    assert.equal(message.location?.range.start.line, 11);
    assert.match(run.output, /user: The kettle is broken\r\n/);
    assert.match(run.output, /✗ as expected \(promptgate\/equals\)/);
    assert.equal(run.ended, true);
  });

  it('runs one row alone', async () => {
    const prompt = await promptItem();
    window.server.reset();
    const row = prompt.children.get(`${window.uri.toString()}#kettle`);
    assert.ok(row);
    const run = await runItems(row);
    assert.deepEqual([...run.states.values()], ['failed']);
    assert.equal(window.server.requests.length, 0, 'the answer is known');
  });

  it('tells errored from failed, in the words of the provider', async () => {
    window.server.replyWith(() => ({ status: 400, message: 'No such model here' }));
    await window.edit('Where is my parcel, expected', 'Where is it, expected');
    const run = await runItems(await promptItem());
    assert.equal(run.states.get(`${window.uri.toString()}#parcel`), 'errored');
    const [message] = run.messages.get(`${window.uri.toString()}#parcel`) ?? [];
    assert.match(String(message?.message), /parcel could not be evaluated: .*400.*No such model here/);
    window.server.replyWith(() => undefined);
  });

  it('runs the others when one prompt cannot be read, and says which', async () => {
    const broken = vscode.Uri.joinPath(rootUri(), 'prompts/evals/broken.prompt.yml');
    // No UTF-8: listed before the good one, which must have its turn all the same.
    await vscode.workspace.fs.writeFile(broken, Uint8Array.of(0xff, 0xfe, 0x80));
    const item = await until(() => find(controller, broken.toString()), 'it is in the Test Explorer');
    const run = await runItems(item, await promptItem());
    await vscode.workspace.fs.delete(broken);
    assert.equal(run.states.get(broken.toString()), 'errored');
    assert.match(String(run.messages.get(broken.toString())?.[0]?.message), /not UTF-8/);
    assert.equal(run.states.get(`${window.uri.toString()}#kettle`), 'failed');
    assert.equal(run.ended, true);
  });

  it('shows the run of a save as well', async () => {
    const finished = once(window.api.evaluations.onDidFinishRun);
    await window.edit('Where is it, expected', 'Where is that, expected');
    await window.document.save();
    await finished;
    const run = await until(() => runs.find(({ ended }) => ended), 'the run has ended');
    assert.equal(run.states.get(`${window.uri.toString()}#parcel`), 'failed');
  });

  it('stops at once when it is cancelled, though the model never answers', async () => {
    window.server.replyWith(() => ({ fault: 'hang' }));
    await window.edit('Where is that, expected', 'Where is nothing, expected');
    const source = new vscode.CancellationTokenSource();
    const request = new vscode.TestRunRequest([await promptItem()]);
    const running = window.api.testing.runProfile.runHandler(request, source.token);
    await until(
      () => window.server.requests.some(({ body }) => JSON.stringify(body).includes('nothing')),
      'the model was asked',
    );
    source.cancel();
    await running;
    assert.equal(runs[0]?.ended, true);
    assert.equal(window.api.evaluations.running(window.uri), undefined);
    window.server.replyWith(() => undefined);
  });

  it('marks results outdated at the first edit', async () => {
    await runItems(await promptItem());
    const outdated: (string | undefined)[] = [];
    const invalidate = controller.invalidateTestResults;
    controller.invalidateTestResults = items => {
      outdated.push(...[items ?? []].flat().map(({ id }) => id));
      invalidate.call(controller, items);
    };
    await window.edit('Where is nothing, expected', 'Where is everything, expected');
    await until(() => outdated.includes(window.uri.toString()), 'the results are marked outdated');
    controller.invalidateTestResults = invalidate;
  });
});

function find(controller: vscode.TestController, id: string): vscode.TestItem | undefined {
  for (const [, service] of controller.items) {
    const found = service.children.get(id);
    if (found) return found;
  }
  return undefined;
}

/** VS Code offers no way to read a run back: listens to what it is told. */
function listening(run: vscode.TestRun, recorded: Recorded): vscode.TestRun {
  const note =
    (state: string, tell: (...args: never[]) => void) =>
    (item: vscode.TestItem, ...rest: unknown[]): void => {
      recorded.states.set(item.id, state);
      if (state === 'failed' || state === 'errored') {
        recorded.messages.set(item.id, [rest[0]].flat() as vscode.TestMessage[]);
      }
      tell.call(run, ...([item, ...rest] as never[]));
    };
  return {
    ...run,
    token: run.token,
    passed: note('passed', run.passed),
    failed: note('failed', run.failed),
    errored: note('errored', run.errored),
    skipped: note('skipped', run.skipped),
    appendOutput: (output, location, item) => {
      recorded.output += output;
      run.appendOutput(output, location, item);
    },
    end: () => {
      recorded.ended = true;
      run.end();
    },
  };
}
