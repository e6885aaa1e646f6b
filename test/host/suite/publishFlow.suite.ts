import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Project } from '../../../src/project/project.ts';
import { planPromoteOf } from '../../../src/project/move.ts';
import { planPublishOf } from '../../../src/project/publish.ts';
import { applyPublish } from '../../../src/registry/publish.ts';
import { applyMove } from '../../../src/registry/move.ts';
import { answering, openEvalWindow, rootUri, until, writeText, type EvalWindow } from './evalWindow.ts';

const passing = `model: local/test-model
variables:
  question: { type: string }
messages:
  - role: user
    content: "{{question}}"
testData:
  - { id: parcel, question: Where is my parcel }
evaluators:
  - { name: no promise, uses: promptgate/not-contains, with: { value: we will refund } }
`;

describe('publish, promote, roll back', () => {
  const id = 'evals/publish-flow';
  let window: EvalWindow;
  let project: Project;
  let policy: Uint8Array;
  const policyUri = () => vscode.Uri.joinPath(rootUri(), '.promptgate/policy.yml');

  before(async () => {
    window = await openEvalWindow('publish-flow', passing);
    project = (await window.api.workspace.projects())[0]!; // the runner opens one folder
    policy = await vscode.workspace.fs.readFile(policyUri());
    await writeText(
      policyUri(),
      `version: 1
publish: override-allowed
labels:
  staging: { gate: required }
  production: { gate: required, after: staging, protected: true }
  trial: { gate: off }
`,
    );
  });
  after(async () => {
    await vscode.workspace.fs.writeFile(policyUri(), policy);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(rootUri(), '.promptgate/prompts', id), {
      recursive: true,
    });
    await window.close();
  });

  /** Chooses, in order, the item whose label contains the text. */
  const choosing = (...texts: readonly string[]) => {
    const left = [...texts];
    const seen: {
      readonly labels: readonly string[];
      readonly details: string;
      readonly sentence: string;
    }[] = [];
    const pick = async <T extends vscode.QuickPickItem>(
      items: readonly T[] | Promise<readonly T[]>,
      options: vscode.QuickPickOptions,
    ): Promise<T | undefined> => {
      const offered = await items;
      seen.push({
        labels: offered.map(({ label }) => label),
        details: offered.map(({ detail }) => detail ?? '').join('\n'),
        sentence: options.placeHolder ?? '',
      });
      const wanted = left.shift();
      if (wanted === undefined) return undefined;
      const found = offered.find(({ label }) => label.includes(wanted));
      assert.ok(found, `"${wanted}" is not among ${offered.map(({ label }) => label).join(' | ')}`);
      return found;
    };
    return { pick, seen };
  };

  it('asks what a run costs, evaluates, shows the plan and publishes', async () => {
    const choices = choosing('Run Evals', 'Publish 1.0.0');
    const dialogs = answering(window.api, { pick: choices.pick, input: async () => 'First words' });
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    const state = await project.store.readState(id);
    assert.deepEqual(
      state.versions.map(({ version, message, override }) => [version, message, override]),
      [['1.0.0', 'First words', undefined]],
    );
    assert.ok(
      choices.seen[1]?.labels.some(label => label.includes('gate passed 1/1')),
      String(choices.seen[1]?.labels),
    );
    assert.deepEqual(
      dialogs.told.map(({ kind }) => kind),
      ['info'],
    );
    assert.match(dialogs.told[0]?.message ?? '', /Published evals\/publish-flow 1\.0\.0/);
  });

  it('has nothing to publish twice', async () => {
    const dialogs = answering(window.api, {});
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    assert.match(dialogs.told[0]?.message ?? '', /evals\/publish-flow: /);
    assert.equal(dialogs.told[0]?.kind, 'error');
  });

  it('refuses production, says that staging comes first, and takes the way there', async () => {
    // Production: first staging, promoted from the review; then production, confirmed with the prompt's name.
    const choices = choosing(
      '1.0.0',
      'production',
      'to staging first',
      'Promote 1.0.0 to staging',
      'Promote 1.0.0 to production',
    );
    const dialogs = answering(window.api, { pick: choices.pick, input: async () => id });
    await vscode.commands.executeCommand('promptgate.promote', { project, id });
    dialogs.dispose();
    const { labels } = await project.store.readState(id);
    assert.equal(labels['staging']?.version, '1.0.0');
    assert.equal(labels['production']?.version, '1.0.0');
    assert.match(choices.seen[2]?.sentence ?? '', /^Not yet: production refuses 1\.0\.0/);
    assert.match(choices.seen[2]?.details ?? '', /only what was on staging before/);
  });

  it('does not move a protected label without the name of the prompt', async () => {
    await publishNext('shorter words');
    const staging = answering(window.api, { pick: choosing('staging', 'Promote 1.0.1 to staging').pick });
    await vscode.commands.executeCommand('promptgate.promote', { project, id, version: '1.0.1' });
    staging.dispose();
    const production = answering(window.api, {
      pick: choosing('production', 'Promote 1.0.1 to production').pick,
      input: async () => undefined,
    });
    await vscode.commands.executeCommand('promptgate.promote', { project, id, version: '1.0.1' });
    production.dispose();
    assert.equal((await project.store.readState(id)).labels['production']?.version, '1.0.0');
  });

  it('publishes what was served before as a new version, and offers to promote that', async () => {
    const choices = choosing('Publish 1.0.0 again as a new version', 'Publish 1.0.2');
    const dialogs = answering(window.api, { pick: choices.pick });
    await vscode.commands.executeCommand('promptgate.rollBack', { project, id, label: 'staging' });
    dialogs.dispose();
    const { versions, labels } = await project.store.readState(id);
    assert.deepEqual(
      versions.map(({ version, message }) => `${version} ${message}`),
      ['1.0.2 Back to 1.0.0', '1.0.1 shorter words', '1.0.0 First words'],
    );
    assert.equal(labels['staging']?.version, '1.0.1', 'no label has moved yet');
    const [again, first] = await Promise.all(['1.0.2', '1.0.0'].map(at => project.store.readVersion(id, at)));
    assert.equal(again?.source, first?.source);
    assert.match(choices.seen[1]?.sentence ?? '', /1\.0\.2 will say what 1\.0\.0 says/);
    assert.match(
      dialogs.told[0]?.message ?? '',
      /Published evals\/publish-flow 1\.0\.2, which says what 1\.0\.0/,
    );
    assert.equal(dialogs.told[0]?.actions[0]?.title, 'Promote…');
  });

  it('rolls back to what was served before, with one choice', async () => {
    const choices = choosing('Roll back to 1.0.0');
    const dialogs = answering(window.api, { pick: choices.pick });
    await vscode.commands.executeCommand('promptgate.rollBack', { project, id, label: 'staging' });
    dialogs.dispose();
    assert.equal((await project.store.readState(id)).labels['staging']?.version, '1.0.0');
    assert.match(
      choices.seen[0]?.sentence ?? '',
      /evals\/publish-flow@staging gets 1\.0\.0 instead of 1\.0\.1/,
    );
    assert.match(dialogs.told[0]?.message ?? '', /staging of evals\/publish-flow serves 1\.0\.0 again/);
  });

  it('says who was faster when another window released meanwhile, and asks again', async () => {
    const sentences: string[] = [];
    const dialogs = answering(window.api, {
      pick: async (items, options) => {
        sentences.push(options.placeHolder ?? '');
        if (sentences.length > 2) return undefined;
        const offered = await items;
        if (sentences.length === 1) return offered.find(({ label }) => label.includes('staging'));
        // The other window: while the review is open here.
        await applyMove(project.store, await planPromoteOf(project, id, '1.0.0', 'canary'));
        return offered[0];
      },
    });
    await vscode.commands.executeCommand('promptgate.promote', { project, id, version: '1.0.1' });
    dialogs.dispose();
    assert.equal((await project.store.readState(id)).labels['staging']?.version, '1.0.0');
    assert.match(sentences[2] ?? '', /^Changed meanwhile, .*: promoted 1\.0\.0 → canary/);
  });

  it('removes a label once that is confirmed', async () => {
    const questions: string[] = [];
    const dialogs = answering(window.api, {
      confirm: async ({ message }) => {
        questions.push(message);
        return true;
      },
    });
    await vscode.commands.executeCommand('promptgate.removeLabel', { project, id, label: 'canary' });
    dialogs.dispose();
    assert.deepEqual(questions, ['Remove canary from evals/publish-flow?']);
    assert.equal((await project.store.readState(id)).labels['canary'], undefined);
  });

  it('publishes without evidence only for a reason, which the version shows', async () => {
    window.server.replyWith(() => 'we will refund everything');
    await window.edit('role: user', 'role: developer');
    await window.document.save();
    await until(() => window.api.evaluations.running(window.uri) === undefined, 'the save was evaluated');
    const dialogs = answering(window.api, {
      pick: choosing('Publish without passing evidence').pick,
      input: async ({ title }) =>
        title?.includes('without') ? 'the law changed at noon' : 'Says what the law says',
    });
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    window.server.replyWith(() => undefined);
    const [newest] = (await project.store.readState(id)).versions;
    assert.equal(newest?.override, 'the law changed at noon');
    assert.match(dialogs.told[0]?.message ?? '', /not evaluated/);
  });

  it('gets the evidence that a promotion misses, saying what that costs', async () => {
    await window.edit('content: "{{question}}"', 'content: "Tell me: {{question}}"');
    const copy = await window.api.workspace.workingCopy(window.uri);
    const plan = await planPublishOf(project, copy, { message: 'In a hurry', override: 'no time' });
    await applyPublish(project.store, plan);
    const { version } = plan;
    const choices = choosing('staging', 'Run the evals of', `Promote ${version} to staging`);
    const dialogs = answering(window.api, { pick: choices.pick });
    await vscode.commands.executeCommand('promptgate.promote', { project, id, version });
    dialogs.dispose();
    assert.match(choices.seen[1]?.details ?? '', /has passed its gate/);
    assert.equal((await project.store.readState(id)).labels['staging']?.version, version);
    await window.edit('content: "Tell me: {{question}}"', 'content: "{{question}}"');
  });

  it('gets the evidence that publishing an old version again misses', async () => {
    const hurried: string[] = [];
    for (const [from, to] of [
      ['"{{question}}"', '"Once: {{question}}"'],
      ['"Once: {{question}}"', '"Twice: {{question}}"'],
    ] as const) {
      await window.edit(from, to);
      const copy = await window.api.workspace.workingCopy(window.uri);
      const plan = await planPublishOf(project, copy, { message: 'In a hurry', override: 'no time' });
      await applyPublish(project.store, plan);
      await applyMove(project.store, await planPromoteOf(project, id, plan.version, 'trial'));
      hurried.push(plan.version);
    }
    await window.edit('"Twice: {{question}}"', '"{{question}}"');
    const [version = ''] = hurried;
    const choices = choosing(
      `Publish ${version} again as a new version`,
      `Run the evals of ${version}`,
      'Publish 1.',
    );
    const dialogs = answering(window.api, { pick: choices.pick });
    await vscode.commands.executeCommand('promptgate.rollBack', { project, id, label: 'trial' });
    dialogs.dispose();
    assert.match(dialogs.told[0]?.message ?? '', new RegExp(`which says what ${version} says`));
  });

  it('publishes what the file says when the review is over, not what it said before', async () => {
    await window.edit('content: "{{question}}"', 'content: "Soon: {{question}}"');
    const sentences: string[] = [];
    const dialogs = answering(window.api, {
      pick: async (items, options) => {
        sentences.push(options.placeHolder ?? '');
        return (await items).find(({ label }) => /Run Evals|Publish \d/.test(label));
      },
      input: async ({ value }) => {
        if (value !== undefined) return value;
        await window.edit('"Soon: {{question}}"', '"Late: {{question}}"');
        await window.document.save();
        return 'Typed once';
      },
    });
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    const [newest] = (await project.store.readState(id)).versions;
    const version = newest && (await project.store.readVersion(id, newest.version));
    assert.match(version?.source ?? '', /Late: \{\{question\}\}/, JSON.stringify(dialogs.told));
    assert.equal(newest?.message, 'Typed once');
    assert.ok(
      sentences.some(sentence => sentence.startsWith('The file changed meanwhile')),
      sentences.join(' | '),
    );
    await window.edit('content: "Late: {{question}}"', 'content: "{{question}}"');
  });

  it('publishes none of two files with one id', async () => {
    const twin = window.uri.with({ path: window.uri.path.replace(/[^/]+$/, 'a-twin.prompt.yml') });
    await writeText(twin, `id: ${id}\n${passing.replace('parcel,', 'letter,')}`);
    const others = async (): Promise<number> =>
      (await window.api.workspace.entry(project, id))?.others.length ?? 0;
    await until(async () => (await others()) === 1, 'both files are known');
    const before = await project.store.readState(id);
    for (const argument of [window.uri, twin, { project, id }]) {
      const dialogs = answering(window.api, {});
      await vscode.commands.executeCommand('promptgate.publish', argument);
      dialogs.dispose();
      assert.match(dialogs.told[0]?.message ?? '', /is the id of .*a-twin.* and of .*publish-flow/);
    }
    assert.deepEqual(await project.store.readState(id), before);
    await vscode.workspace.fs.delete(twin);
    await until(async () => (await others()) === 0, 'one file is left');
  });

  it('asks to save a prompt that is on no disk', async () => {
    const untitled = await vscode.workspace.openTextDocument({ language: 'yaml', content: passing });
    const draft = untitled.uri.with({ path: 'draft.prompt.yml' });
    await vscode.workspace.openTextDocument(draft);
    await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(draft), 'yaml');
    await until(() => window.api.workspace.get(draft), 'the draft is a prompt');
    for (const command of ['promptgate.publish', 'promptgate.runEvals']) {
      const dialogs = answering(window.api, {});
      await vscode.commands.executeCommand(command, draft);
      dialogs.dispose();
      assert.match(dialogs.told[0]?.message ?? '', /^Save .* to a file first/);
    }
  });

  it('refuses a prompt with an error and leads to the problems', async () => {
    await window.edit('content: "{{question}}"', 'content: "{{qestion}}"');
    const dialogs = answering(window.api, {});
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    assert.match(dialogs.told[0]?.message ?? '', /cannot be published/);
    assert.ok(dialogs.told[0]?.actions.some(({ title }) => title === 'Show Problems'));
  });

  it('says why nothing was written when the registry cannot be written to', async () => {
    await window.edit('content: "{{qestion}}"', 'content: "Once more: {{question}}"');
    // A file where the folder of this service's versions would be: root may write anywhere, but not there.
    const folder = vscode.Uri.joinPath(rootUri(), '.promptgate/prompts/evals');
    const aside = vscode.Uri.joinPath(rootUri(), '.promptgate/prompts/aside');
    const before = await project.store.readState(id);
    await vscode.workspace.fs.rename(folder, aside);
    await writeText(folder, '');
    const dialogs = answering(window.api, {
      pick: async items => (await items).find(({ label }) => /Run Evals|Publish \d/.test(label)),
      input: async () => 'Will not be written',
    });
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    await vscode.workspace.fs.delete(folder);
    await vscode.workspace.fs.rename(aside, folder);
    assert.deepEqual(
      dialogs.told.map(({ kind }) => kind),
      ['error'],
    );
    assert.doesNotMatch(dialogs.told[0]?.message ?? '', /unexpected/);
    assert.deepEqual(await project.store.readState(id), before);
  });

  /** A patch of the wording, evaluated and published. */
  async function publishNext(words: string): Promise<void> {
    await window.edit('content: "{{question}}"', `content: "${words}: {{question}}"`);
    const dialogs = answering(window.api, {
      pick: async items => {
        const offered = await items;
        return offered.find(({ label }) => /Run Evals|Publish 1\.0\.1/.test(label));
      },
      input: async () => words,
    });
    await vscode.commands.executeCommand('promptgate.publish', window.uri);
    dialogs.dispose();
    assert.match(dialogs.told[0]?.message ?? '', /Published/);
    await window.edit(`content: "${words}: {{question}}"`, 'content: "{{question}}"');
  }
});
