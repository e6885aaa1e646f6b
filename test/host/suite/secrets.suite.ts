import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { apiKeySecret } from '../../../src/extension/projects.ts';
import { startModelServer, type ModelServer } from '../../modelServer.ts';
import { answering, once, openEvalWindow, rootUri, until, writeText, type EvalWindow } from './evalWindow.ts';

const text = `model: remote/test-model
messages:
  - role: user
    content: "{{question}}"
testData:
  - { id: one, question: Hello }
  - { id: two, question: Bye }
evaluators:
  - { name: answers, string: { contains: e } }
`;

describe('API keys', () => {
  let window: EvalWindow;
  let guarded: ModelServer;
  let config: Uint8Array;
  const configUri = () => vscode.Uri.joinPath(rootUri(), 'promptgate.yml');
  /** `.invalid` never resolves: it stands for an endpoint that is not on this machine. */
  const origin = 'https://models.invalid';
  /** Its name contains that of the other. */
  const inner = 'https://eu.models.invalid';

  before(async () => {
    guarded = await startModelServer({ apiKey: 'right' });
    window = await openEvalWindow('secrets', text);
    config = await vscode.workspace.fs.readFile(configUri());
    const providers = `providers:\n  remote: { baseURL: "${origin}/v1" }\n  inner: { baseURL: "${inner}/v1" }\n  guarded: { baseURL: "${guarded.baseURL}" }\n`;
    await writeText(configUri(), new TextDecoder().decode(config).replace(/^providers:\n/m, providers));
    await until(async () => {
      const [project] = await window.api.workspace.projects();
      return project?.config.providers['remote'] !== undefined;
    }, 'promptgate.yml was read again');
  });
  after(async () => {
    await vscode.workspace.fs.writeFile(configUri(), config);
    await guarded.stop();
    await window.close();
  });

  const runEvals = () => vscode.commands.executeCommand('promptgate.runEvals', window.uri);
  const verdicts = (): readonly string[] =>
    Array.from(
      window.api.evaluations.results(window.uri)?.rows.values() ?? [],
      ({ result }) => result.verdict,
    );

  it('without one, says for which endpoint and offers the ways on, once', async () => {
    const dialogs = answering(window.api, {});
    await runEvals();
    await until(() => dialogs.told.length > 0, 'the missing API key is told');
    dialogs.dispose();
    assert.equal(dialogs.told.length, 1);
    assert.match(dialogs.told[0]?.message ?? '', /^No API key for models\.invalid\./);
    assert.deepEqual(
      dialogs.told[0]?.actions.map(({ title }) => title),
      ['Set API Key…', 'Use Another Provider', 'Open Settings'],
    );
    assert.deepEqual(verdicts(), ['errored', 'errored']);
  });

  it('does not ask again at a save', async () => {
    const dialogs = answering(window.api, {});
    await window.edit('Hello', 'Hello again');
    const finished = once(window.api.evaluations.onDidFinishRun);
    await window.document.save();
    await finished;
    // Whoever tells of a run does it on the same event; one turn later it is done.
    await new Promise(done => setImmediate(done));
    dialogs.dispose();
    assert.deepEqual(verdicts(), ['errored', 'errored']);
    assert.deepEqual(dialogs.told, []);
  });

  it('keeps an API key for the origin that was chosen, and for no other', async () => {
    const dialogs = answering(window.api, {
      pick: async items => (await items).find(({ label }) => label.includes('models.invalid')),
      input: async ({ password }) => (password ? 'sk-secret' : undefined),
    });
    await vscode.commands.executeCommand('promptgate.setApiKey');
    dialogs.dispose();
    const { secrets } = window.api.context;
    assert.equal(await secrets.get(apiKeySecret(origin)), 'sk-secret');
    const [project] = await window.api.workspace.projects();
    assert.equal(await project?.host.apiKey?.(origin), 'sk-secret');
    assert.equal(await project?.host.apiKey?.('https://models.invalid:8443'), undefined);
    assert.equal(await project?.host.apiKey?.('http://models.invalid'), undefined);
  });

  it('takes the one that a message asks for to the endpoint that the message is about', async () => {
    await window.edit('remote/test-model', 'inner/test-model');
    const dialogs = answering(window.api, { input: async () => 'sk-inner' });
    await runEvals();
    await until(() => dialogs.told.length > 0, 'the missing API key is told');
    await dialogs.told[0]?.actions.find(({ title }) => title === 'Set API Key…')?.run();
    dialogs.dispose();
    const { secrets } = window.api.context;
    assert.equal(await secrets.get(apiKeySecret(inner)), 'sk-inner');
    assert.equal(await secrets.get(apiKeySecret(origin)), 'sk-secret');
    await secrets.delete(apiKeySecret(inner));
    await window.edit('inner/test-model', 'remote/test-model');
  });

  it('says when an API key is refused, and uses the next one without a restart', async () => {
    await window.edit('remote/test-model', 'guarded/test-model');
    const refused = answering(window.api, {
      input: async () => 'right',
    });
    await runEvals();
    await until(() => refused.told.length > 0, 'the refused API key is told');
    assert.match(refused.told[0]?.message ?? '', /was refused: 401 .*Incorrect API key provided/);
    await refused.told[0]?.actions.find(({ title }) => title === 'Set API Key…')?.run();
    await until(
      () => verdicts().every(verdict => verdict === 'passed'),
      'the rows pass with the right API key',
    );
    refused.dispose();
    assert.equal(guarded.requests.at(-1)?.headers.authorization, 'Bearer right');
  });

  it('clears an API key', async () => {
    const dialogs = answering(window.api, {
      pick: async items => (await items).find(({ label }) => label.includes('models.invalid')),
    });
    await vscode.commands.executeCommand('promptgate.clearApiKey');
    dialogs.dispose();
    assert.equal(await window.api.context.secrets.get(apiKeySecret(origin)), undefined);
  });

  it('asks nobody whose API key is not its own', async () => {
    await window.edit('guarded/test-model', 'remote/test-model');
    guarded.reset();
    const dialogs = answering(window.api, {});
    await runEvals();
    dialogs.dispose();
    assert.equal(guarded.requests.length, 0);
    assert.deepEqual(verdicts(), ['errored', 'errored']);
  });
});
