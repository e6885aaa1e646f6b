import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { reportFailure } from './commands.ts';
import type { Deps } from './deps.ts';
import type { EvalRun } from './evalRun.ts';
import { requireTrust } from './evaluations.ts';
import { detailOf } from './log.ts';
import { TestRecorder } from './testRecorder.ts';
import { isPromptItem, TestTree } from './testTree.ts';

/** What in-host tests look at. */
export interface Testing extends vscode.Disposable {
  readonly controller: vscode.TestController;
  readonly runProfile: vscode.TestRunProfile;
}

/** Prompts and rows in the Test Explorer; every eval run shows there, whoever asked for it. */
export function registerTesting(deps: Deps): Testing {
  const { workspace, evaluations, log } = deps;
  const controller = vscode.tests.createTestController('promptgate', 'Promptgate');
  const tree = new TestTree(controller, workspace);
  const recorders = new Map<EvalRun, TestRecorder>();

  const guarded = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => log.debug(`${what}: ${String(error)}`));
  };

  controller.resolveHandler = item => tree.resolve(item);
  controller.refreshHandler = async () => {
    await workspace.refresh();
    await tree.readPrompts();
  };

  /** One test run for all that was asked for, prompt after prompt: each has its own limit of calls at once. */
  const runTests = async (
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    fresh: boolean,
  ): Promise<void> => {
    const controllerOfRun = new AbortController();
    const cancelling = token.onCancellationRequested(() => controllerOfRun.abort());
    const testRun = controller.createTestRun(request);
    try {
      requireTrust('Evals');
      if (!request.include) await tree.readPrompts();
      for (const chosen of chosenPrompts(controller, request)) {
        const { prompt } = chosen;
        if (token.isCancellationRequested) break;
        if (!prompt.uri) continue;
        try {
          const only = await chosenRows(tree, chosen);
          if (only?.size === 0) continue;
          const outcome = await evaluations.run({
            uri: prompt.uri,
            reason: 'test',
            signal: controllerOfRun.signal,
            testRun,
            fresh,
            ...(only ? { only } : {}),
          });
          if (outcome.kind === 'over-budget') {
            testRun.errored(prompt, new vscode.TestMessage(`Not run, over budget: ${outcome.why}`));
          }
        } catch (error) {
          // One that cannot be read or run keeps no other from running.
          log.error(`evals of ${prompt.id}: ${detailOf(error)}`);
          testRun.errored(prompt, new vscode.TestMessage(messageOf(error)));
        }
      }
    } catch (error) {
      reportFailure(deps, 'run evals', error);
    } finally {
      cancelling.dispose();
      testRun.end();
    }
  };

  const runProfile = controller.createRunProfile(
    'Run Evals',
    vscode.TestRunProfileKind.Run,
    (request, token) => runTests(request, token, false),
    true,
  );
  const freshProfile = controller.createRunProfile(
    'Run Evals (ask the model again)',
    vscode.TestRunProfileKind.Run,
    (request, token) => runTests(request, token, true),
    false,
  );

  const started = (run: EvalRun): void => {
    const recorder = new TestRecorder(run, () => {
      if (run.request.testRun) return { testRun: run.request.testRun, own: false };
      const item = tree.find(run.uri);
      const request = new vscode.TestRunRequest(item && [item], undefined, runProfile, false, true);
      return { testRun: controller.createTestRun(request, `Evals of ${run.copy.id}`), own: true };
    });
    recorders.set(run, recorder);
    guarded('test items', recorder.begin(tree));
  };

  const all = vscode.Disposable.from(
    controller,
    runProfile,
    freshProfile,
    evaluations.onDidStartRun(started),
    evaluations.onDidStartRow(({ run, row }) => recorders.get(run)?.rowStarted(row.id)),
    evaluations.onDidFinishRow(({ run, result }) => recorders.get(run)?.rowFinished(result)),
    evaluations.onDidFinishRun(({ run, outcome }) => {
      recorders.get(run)?.end(outcome);
      recorders.delete(run);
    }),
    evaluations.onDidOutdate(uri => {
      const item = tree.find(uri);
      if (item) controller.invalidateTestResults(item);
    }),
    workspace.onDidChangePrompt(({ document }) => guarded('test rows', tree.readRows(document.uri))),
    workspace.onDidChangeProject(() => guarded('test items', tree.readPrompts())),
    workspace.onDidChangeFolders(() => guarded('test items', tree.readPrompts())),
  );
  return { controller, runProfile, dispose: () => all.dispose() };
}

interface ChosenPrompt {
  readonly prompt: vscode.TestItem;
  /** Names of rows; undefined: all. */
  readonly rows?: ReadonlySet<string>;
  /** Ids of items that are not to run. */
  readonly excluded: ReadonlySet<string>;
}

/** What a request asks for, by prompt. */
function chosenPrompts(
  controller: vscode.TestController,
  { include, exclude }: vscode.TestRunRequest,
): readonly ChosenPrompt[] {
  const excluded = new Set(exclude?.map(({ id }) => id));
  const chosen = new Map<vscode.TestItem, Set<string> | undefined>();
  const add = (item: vscode.TestItem): void => {
    if (excluded.has(item.id)) return;
    if (isPromptItem(item)) chosen.set(item, undefined);
    else if (item.parent && isPromptItem(item.parent)) {
      if (chosen.has(item.parent) && !chosen.get(item.parent)) return;
      const rows = chosen.get(item.parent) ?? new Set<string>();
      chosen.set(item.parent, rows.add(item.label));
    } else for (const [, child] of item.children) add(child);
  };
  if (include) include.forEach(add);
  else for (const [, service] of controller.items) add(service);
  return Array.from(chosen, ([prompt, rows]) => ({ prompt, rows, excluded }));
}

/** The rows of a prompt that were asked for, as its text is now; undefined: all. */
async function chosenRows(
  tree: TestTree,
  { prompt, rows, excluded }: ChosenPrompt,
): Promise<ReadonlySet<string> | undefined> {
  const anyExcluded = [...prompt.children].some(([id]) => excluded.has(id));
  if (!rows && !anyExcluded) return undefined;
  if (prompt.uri) await tree.readRows(prompt.uri);
  const all = Array.from(prompt.children, ([, row]) => row).filter(({ id }) => !excluded.has(id));
  return new Set(all.filter(({ label }) => !rows || rows.has(label)).map(({ label }) => label));
}
