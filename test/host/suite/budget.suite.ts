import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, openEvalWindow, rootUri, until, writeText, type EvalWindow } from './evalWindow.ts';

// A provider with prices: what a row costs is known, and here it is far more than its length lets one expect.
const text = `model: anthropic/claude-sonnet-4-5
messages:
  - role: user
    content: "{{question}}"
testData:
  - { id: one, question: Hello }
  - { id: two, question: Bye }
  - { id: three, question: Once more }
evaluators:
  - { name: answers, string: { contains: e } }
`;

describe('the budget', () => {
  let window: EvalWindow;
  let config: string;
  const configUri = () => vscode.Uri.joinPath(rootUri(), 'promptgate.yml');
  before(async () => {
    window = await openEvalWindow('budget', text);
    config = new TextDecoder().decode(await vscode.workspace.fs.readFile(configUri()));
    window.server.replyWith(({ body }) => ({
      text: `yes ${String(body.messages?.[0]?.content)}`,
      usage: { prompt_tokens: 1_000_000, completion_tokens: 10 },
    }));
    const provider = `providers:\n  anthropic: { baseURL: "${window.server.baseURL}", concurrency: 1 }\n`;
    await writeText(
      configUri(),
      `${config.replace(/^providers:\n/m, provider)}\nevals: { budget: { day: 0.5 } }\n`,
    );
    await until(async () => {
      const [project] = await window.api.workspace.projects();
      return project?.config.evals.budget.day === 0.5;
    }, 'promptgate.yml was read again');
  });
  after(async () => {
    await window.api.evaluations.spending.pay(-window.api.evaluations.spending.session);
    await writeText(configUri(), config);
    await window.close();
  });

  /** @returns what was asked on the way */
  async function run({ anyway }: { readonly anyway: boolean }): Promise<readonly string[]> {
    const questions: string[] = [];
    const dialogs = answering(window.api, {
      confirm: async ({ detail }) => {
        questions.push(detail ?? '');
        return anyway;
      },
    });
    await vscode.commands.executeCommand('promptgate.runEvals', window.uri);
    dialogs.dispose();
    return questions;
  }

  it('of a day stops a run that was thought to be cheap', async () => {
    const questions = await run({ anyway: false });
    assert.equal(window.server.requests.length, 1, 'the first answer spent it');
    assert.equal(window.api.evaluations.status(window.uri)?.kind, 'over-budget');
    assert.deepEqual(questions, [], 'before the run nobody could know');
  });

  it('is asked about before the next run, which then ends', async () => {
    const questions = await run({ anyway: true });
    assert.match(questions[0] ?? '', /a day may cost \$0\.50, spent today \$6\.00/);
    assert.equal(window.server.requests.length, 3);
    assert.equal(window.api.evaluations.results(window.uri)?.report?.counts.passed, 3);
  });
});
