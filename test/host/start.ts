// `npm start [-- --browser] [-- --port <n>] [-- --check]`: a copy of the sample workspace in a real VS Code with the
// extension. A desktop VS Code where there is a display and one can be downloaded, else VS Code from npm in the browser.
// --check opens the window in Chromium, waits for the walkthrough and the tree of prompts, and ends.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Workbench } from '../ui/workbench.ts';
import { findChromium } from './chromium.ts';
import { findDesktop, hasDisplay } from './desktopVSCode.ts';
import { freshFolder, freshSample, root, screenshots } from './folders.ts';
import { exitOnSignals, run, startTree } from './processes.ts';
import { startServer } from './server.ts';

exitOnSignals();
const { values: flags } = parseArgs({
  options: { browser: { type: 'boolean' }, port: { type: 'string' }, check: { type: 'boolean' } },
});
const sample = await freshSample('start');
const desktop = flags.browser || flags.check || !hasDisplay() ? undefined : await tryDesktop();
if (desktop) await openDesktop(desktop);
else await openInBrowser();
process.exit();

async function tryDesktop(): Promise<string | undefined> {
  try {
    return await findDesktop();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(
      `A desktop VS Code cannot be downloaded (${reason}): opening VS Code in the browser instead.`,
    );
    return undefined;
  }
}

async function openDesktop(executable: string): Promise<void> {
  const profile = await freshFolder('desktop');
  console.log(`VS Code is opening a copy of the sample: ${sample}`);
  const { child } = startTree(
    executable,
    [
      sample,
      `--extensionDevelopmentPath=${root}`,
      `--user-data-dir=${path.join(profile, 'data')}`,
      `--extensions-dir=${path.join(profile, 'extensions')}`,
      '--disable-workspace-trust',
      '--disable-updates',
      '--skip-welcome',
      '--skip-release-notes',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    { stdio: 'ignore' },
  );
  await new Promise((done, fail) => child.once('error', fail).once('exit', done));
}

async function openInBrowser(): Promise<void> {
  // Installed as a user installs it. Loaded from its folder, the window would show no notification toasts.
  const server = await startServer({
    vsix: await packageExtension(),
    testDriver: false,
    token: randomBytes(16).toString('hex'),
    ...(flags.port ? { port: Number(flags.port) } : {}),
  });
  const address = server.address({ folder: sample });
  console.log(`
  VS Code with Promptgate runs at

    ${address}

  The folder is a copy of the sample: change whatever you like.
  Ctrl-C stops it and deletes the copy.
`);
  if (flags.check) {
    await check(address);
    await server.stop();
    return;
  }
  if (hasDisplay()) openBrowser(address);
  await server.ended; // Ctrl-C ends this process before
}

async function packageExtension(): Promise<string> {
  const vsix = path.join(await freshFolder('package'), 'promptgate.vsix');
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  await run(process.execPath, [vsce, 'package', ...options, '--out', vsix], { cwd: root });
  return vsix;
}

/** Opens the person's own browser. If that fails they have the address. */
function openBrowser(address: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const { child } = startTree(opener, [address], { stdio: 'ignore' });
  child.once('error', () => console.log('  Open the address above in your browser.'));
}

async function check(address: string): Promise<void> {
  const executable = await findChromium();
  const browser = await chromium.launch({ ...executable, args: [...executable.args] });
  const workbench = new Workbench(await browser.newPage({ viewport: { width: 1400, height: 900 } }));
  await workbench.page.goto(address);
  try {
    await workbench.ready();
    // The extension shows it, once it runs.
    await workbench.page.getByText('A prompt is a file that ends in').last().waitFor();
    await workbench.page.screenshot({ path: path.join(screenshots, 'start.png') });
    await workbench.openView('Promptgate');
    await workbench.treeItem(/^prompt support\/refund/).waitFor();
  } catch (error) {
    await workbench.page.screenshot({ path: path.join(screenshots, 'failed-start.png') });
    throw error;
  } finally {
    await browser.close();
  }
  console.log('The window shows the walkthrough and the prompts.');
}
