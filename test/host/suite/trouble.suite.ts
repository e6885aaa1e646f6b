import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Features } from '../../../src/extension/features.ts';
import { reportSummary } from '../../../src/evals/summary.ts';
import type { Reply } from '../../modelServer.ts';
import {
  activated,
  answering,
  evalProblems,
  openEvalWindow,
  promptText,
  until,
  type EvalWindow,
} from './evalWindow.ts';
import { codeOf, lintProblems, openLibrary, refund, type Library } from './library.ts';

/** A text that nobody means to write, and what its editor says of it. */
interface BadText {
  readonly name: string;
  readonly text: string;
  readonly code: string;
  /** What is underlined. */
  readonly at: string | RegExp;
  readonly says: RegExp;
}

const head = 'model: openai/gpt-5.4-mini\n';

const badTexts: readonly BadText[] = [
  { name: 'an empty file', text: '', code: 'invalid-value', at: '', says: /no messages/ },
  {
    name: 'tabs',
    text: `${head}messages:\n\t- role: user\n\t  content: hi\n`,
    code: 'yaml-syntax',
    at: '\t',
    says: /Tabs are not allowed/,
  },
  {
    name: 'duplicate keys',
    text: `${head}messages:\n  - role: user\n    content: hi\n    content: ho\n`,
    code: 'yaml-syntax',
    at: 'content',
    says: /stands here twice/,
  },
  {
    name: 'ten thousand unclosed braces',
    text: `${head}variables: { a: { type: string } }\nmessages:\n  - role: user\n    content: "{{a}} ${'{{x '.repeat(10_000)}"\n`,
    code: 'template-syntax',
    at: '{{x',
    says: /never closed/,
  },
  {
    name: 'CRLF and a BOM',
    text: `\uFEFF${refund.replaceAll('\n', '\r\n').replace('{{company}}', '{{compny}}')}`,
    code: 'undefined-variable',
    at: 'compny',
    says: /company/,
  },
  {
    name: 'no YAML at all',
    text: 'Dear customer,\n\nthank you for {{everything}}: [\n',
    code: 'yaml-syntax',
    at: /./,
    says: /./,
  },
];

describe('trouble with a text', () => {
  let library: Library;
  before(async () => (library = await openLibrary('trouble')));
  after(() => library.close());

  for (const [index, { name, text, code, at, says }] of badTexts.entries()) {
    it(`${name}: a problem at its place, and no release`, async () => {
      const uri = await library.write(`text-${index}`, text);
      const document = await library.open(`text-${index}`);
      const problem = await until(
        () => lintProblems(uri).find(each => codeOf(each) === code),
        'the problem shows',
      );
      assert.match(problem.message, says);
      const marked = document.getText(problem.range);
      if (typeof at === 'string') assert.equal(marked, at);
      else assert.match(marked, at);
      const dialogs = answering(library.api, {});
      await vscode.commands.executeCommand('promptgate.publish', uri);
      dialogs.dispose();
      assert.match(dialogs.told[0]?.message ?? '', /cannot be published/);
      assert.equal(document.getText(), text.replace('\uFEFF', ''), 'nothing was lost');
    });
  }

  it('anchors and merge keys: no problem, and what they merge is read', async () => {
    const text = refund.replace(
      /variables:\n[\s\S]*?messages:/,
      'variables:\n  company: &text { type: string, example: Acme }\n  question: { <<: *text, untrusted: true }\n  tone: { <<: *text, default: warm }\nmessages:',
    );
    const uri = await library.write('anchors', text);
    const open = await library.open('anchors').then(() => library.api.workspace.get(uri));
    assert.equal(open?.parsed.prompt.variables['question']?.example, 'Acme');
    const { problems } = await library.api.workspace.workingCopy(uri);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  it('a binary file: listed, refused with a reason, its neighbours untouched', async () => {
    const uri = library.uri('binary');
    await library.write('neighbour', refund);
    await vscode.workspace.fs.writeFile(
      uri,
      Uint8Array.from({ length: 4096 }, (_, at) => (at * 7919) % 256),
    );
    const project = await library.project();
    await until(
      async () => (await library.api.workspace.entries(project)).some(({ path: at }) => at === uri.fsPath),
      'it is listed',
    );
    const dialogs = answering(library.api, {});
    await vscode.commands.executeCommand('promptgate.publish', { project, id: library.id('binary') });
    await vscode.commands.executeCommand('promptgate.runEvals', { project, id: library.id('binary') });
    dialogs.dispose();
    assert.equal(dialogs.told.length, 2);
    for (const { kind, message } of dialogs.told) {
      assert.match(message, /binary\.prompt\.yml: it is not UTF-8 text, save it as UTF-8/);
      assert.equal(kind, 'error');
      assert.doesNotMatch(message, /unexpected/);
    }
    const { problems } = await library.api.workspace.workingCopy(library.uri('neighbour'));
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
  });
});

describe('trouble with a provider', () => {
  let window: EvalWindow;
  before(async () => {
    window = await openEvalWindow('provider-trouble', promptText, 'timeout: 0.3');
  });
  after(() => window.close());

  /** Rows come in one by one: at first each speaks for itself. */
  const onlyProblem = async (says: RegExp): Promise<vscode.Diagnostic> =>
    until(
      () => {
        const [problem, ...more] = evalProblems(window.uri);
        const isIt = problem && problem.message.startsWith('2 rows could not be evaluated: ');
        return isIt && says.test(problem.message) && more.length === 0 && problem;
      },
      () => `one problem shows for both rows, not ${JSON.stringify(told())}`,
    );
  const told = (): unknown => [
    vscode.languages.getDiagnostics(window.uri).map(({ message, severity }) => `${severity} ${message}`),
    window.api.evaluations.status(window.uri),
    window.api.evaluations.results(window.uri)?.report?.counts,
  ];

  interface BadProvider {
    readonly name: string;
    readonly reply: Reply;
    readonly says: RegExp;
    readonly status: RegExp;
  }
  const badProviders: readonly BadProvider[] = [
    {
      name: '401',
      reply: { status: 401, message: 'Incorrect API key provided' },
      says: /401: Incorrect API key/,
      status: /API key refused/,
    },
    {
      name: '429',
      reply: { status: 429, message: 'Slow down', retryAfter: 0 },
      says: /429: Slow down/,
      status: /rate limit/,
    },
    {
      name: '500',
      reply: { status: 500, message: 'Out of order', retryAfter: 0 },
      says: /500: Out of order/,
      status: /provider failed/,
    },
    {
      name: 'a reply that is not JSON',
      reply: { fault: 'not-json' },
      says: /could not be evaluated/,
      status: /unreadable answer/,
    },
    {
      name: 'a model that returns nothing',
      reply: { fault: 'no-content' },
      says: /could not be evaluated/,
      status: /empty answer/,
    },
    {
      name: 'a connection that breaks',
      reply: { fault: 'reset' },
      says: /could not be evaluated/,
      status: /no connection/,
    },
    {
      name: 'a hung connection',
      reply: { fault: 'hang' },
      says: /could not be evaluated/,
      status: /no answer in time/,
    },
  ];
  for (const [index, { name, reply, says, status }] of badProviders.entries()) {
    it(`${name}: all rows errored, said once, in its own words`, async () => {
      window.server.replyWith(() => reply);
      await window.edit('one sentence', `one sentence, try ${index}`);
      const dialogs = answering(window.api, {});
      await vscode.commands.executeCommand('promptgate.runEvals', window.uri);
      const found = await onlyProblem(says);
      assert.equal(window.document.getText(found.range), 'local/test-model');
      assert.equal(found.severity, vscode.DiagnosticSeverity.Warning);
      const report = window.api.evaluations.results(window.uri)?.report;
      assert.ok(report);
      assert.deepEqual(report.counts, { passed: 0, failed: 0, errored: 2, skipped: 0 });
      assert.match(reportSummary(report), status);
      // Of an API key that is refused there is a message, with the way to give another.
      if (name === '401') await until(() => dialogs.told.length > 0, 'it is told');
      dialogs.dispose();
      assert.deepEqual(
        dialogs.told.map(({ actions }) => actions.map(({ title }) => title)),
        name === '401' ? [['Set API Key…', 'Use Another Provider', 'Open Settings']] : [],
      );
      window.server.replyWith(() => undefined);
      await window.reset();
    });
  }

  it('no network: says that there is no connection, and where to', async () => {
    await window.server.stop();
    await window.edit('one sentence', 'one sentence without a network');
    const dialogs = answering(window.api, {});
    await vscode.commands.executeCommand('promptgate.runEvals', window.uri);
    dialogs.dispose();
    await onlyProblem(/127\.0\.0\.1/);
    const report = window.api.evaluations.results(window.uri)?.report;
    assert.match(report ? reportSummary(report) : '', /no connection/);
    assert.deepEqual(dialogs.told, []);
  });
});

/** A workspace that is a disk of its own, a very small one. */
describe('trouble with a disk', () => {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  let api: Features;
  let folder: string;
  let uri: vscode.Uri;
  let isMounted = false;
  const mount = (...args: readonly string[]): void =>
    void execFileSync('mount', [...args, folder], { stdio: 'pipe' });

  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('promptgate');

  before(async () => {
    api = await activated();
    // There is no API key, and a save would say so in the midst of a release.
    await settings().update('evalOnSave', 'off', vscode.ConfigurationTarget.Workspace);
    folder = await mkdtemp(path.join(tmpdir(), 'promptgate-disk-'));
    if (isRoot) {
      try {
        mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs');
        isMounted = true;
      } catch {
        // A container may not.
      }
    }
    await mkdir(path.join(folder, 'disk'));
    await writeFile(path.join(folder, 'promptgate.yml'), 'version: 1\n');
    uri = vscode.Uri.file(path.join(folder, 'disk/refund.prompt.yml'));
    await writeFile(uri.fsPath, refund);
    await vscode.window.showTextDocument(uri);
    await until(() => api.workspace.get(uri), 'the prompt is open');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await settings().update('evalOnSave', undefined, vscode.ConfigurationTarget.Workspace);
    if (isMounted) execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
    await rm(folder, { recursive: true, force: true });
  });

  /** Publishes without evidence, and answers what was said in the end. */
  const publish = async (): Promise<string> => {
    const dialogs = answering(api, {
      pick: async items => (await items).find(({ label }) => label.includes('without passing evidence')),
      input: async () => 'no evals here',
    });
    await vscode.commands.executeCommand('promptgate.publish', uri);
    dialogs.dispose();
    assert.equal(dialogs.told.length, 1);
    return dialogs.told[0]?.message ?? '';
  };
  const versions = async (): Promise<readonly string[]> => {
    const { store } = await api.workspace.projectOf(uri);
    return (await store.readState('disk/refund')).versions.map(({ version }) => version);
  };

  it('that is full: nothing is released, and once there is space it is', async function () {
    if (!isMounted) this.skip();
    const filler = path.join(folder, 'filler');
    await assert.rejects(writeFile(filler, Buffer.alloc(512 * 1024)), { code: 'ENOSPC' });
    assert.match(await publish(), /no space left.*Nothing was released/);
    assert.deepEqual(await versions(), []);
    await rm(filler);
    assert.match(await publish(), /Published disk\/refund 1\.0\.0/);
    assert.deepEqual(await versions(), ['1.0.0']);
  });

  it('that cannot be written to: nothing is released, and what is there can be read', async function () {
    if (isRoot && !isMounted) this.skip(); // root may write anywhere
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('You answer'));
    edit.insert(uri, at, 'Politely: ');
    await vscode.workspace.applyEdit(edit);
    await document.save();
    const before = await versions();
    if (isRoot) mount('-o', 'remount,ro');
    else await chmodAll(path.join(folder, '.promptgate'), 0o555);
    try {
      assert.match(await publish(), /cannot be written.*Nothing was released/);
      assert.deepEqual(await versions(), before);
    } finally {
      if (isRoot) mount('-o', 'remount,rw');
      else await chmodAll(path.join(folder, '.promptgate'), 0o755);
    }
    assert.match(await publish(), /Published disk\/refund/);
    assert.equal((await versions()).length, before.length + 1);
  });
});

async function chmodAll(folder: string, mode: number): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) await chmod(path.join(entry.parentPath, entry.name), mode);
  }
  await chmod(folder, mode);
}
