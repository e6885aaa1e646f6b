// `npm run test:ui [-- <mocha options or files>]`: one VS Code server and one Chromium for all test/ui/*.ui.ts.
// A file with a failure runs once more in fresh windows: these tests watch a whole workbench on machines that do other
// things meanwhile. What passes only then is called flaky, by name, at the end; what fails twice has failed.
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../host/chromium.ts';
import { deleteFolder, freshFolder, root } from '../host/folders.ts';
import { exitOnSignals } from '../host/processes.ts';
import { startServer } from '../host/server.ts';
import type { UiReport } from './reporter.ts';

exitOnSignals();
const args = process.argv.slice(2);
const named = args.filter(arg => arg.endsWith('.ui.ts'));
const options = args.filter(arg => !arg.endsWith('.ui.ts'));
const executable = await findChromium();
const server = await startServer();
const browser = await chromium.launchServer({ ...executable, args: [...executable.args], host: '127.0.0.1' });
const reports = await freshFolder('ui-reports');
const code = await runFiles(named.length > 0 ? named : globSync('test/ui/*.ui.ts', { cwd: root }).sort());
await deleteFolder(reports);
await browser.close();
await server.stop();
process.exit(code);

async function runFiles(files: readonly string[]): Promise<number> {
  const first = await runMocha(files);
  const again = Object.keys(first).filter(file => failedIn(first, file).length > 0);
  if (again.length === 0) return 0;
  console.log(`\n  once more: ${again.map(file => path.relative(root, file)).join(', ')}`);
  const second = await runMocha(again);
  const failed = again.flatMap(file => failedIn(second, file));
  for (const title of again.flatMap(file => failedIn(first, file))) {
    if (!failed.includes(title)) console.log(`  flaky: ${title}`);
  }
  for (const title of failed) console.log(`  failed: ${title}`);
  // Of both runs together, where mocha's own last lines tell of the second alone.
  const passed = Object.values({ ...first, ...second }).reduce((sum, file) => sum + file.passed, 0);
  console.log(`\n  ${passed} passing\n  ${failed.length} failing`);
  return failed.length > 0 ? 1 : 0;
}

function failedIn(report: UiReport, file: string): readonly string[] {
  return report[file]?.failed ?? [];
}

async function runMocha(files: readonly string[]): Promise<UiReport> {
  const report = path.join(reports, `${files.length}-${Date.now()}.json`);
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'node_modules/mocha/bin/mocha.js'),
      '--no-package',
      '--no-config',
      '--exit',
      '--timeout=120000',
      '--slow=5000',
      '--require=test/ui/hooks.ts',
      '--reporter=test/ui/reporter.ts',
      ...options,
      ...files,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        PROMPTGATE_UI_SERVER: server.origin,
        PROMPTGATE_UI_BROWSER: browser.wsEndpoint(),
        PROMPTGATE_UI_REPORT: report,
      },
    },
  );
  const code = await new Promise<number>((done, fail) =>
    child.once('error', fail).once('close', code => done(code ?? 1)),
  );
  let told: UiReport;
  try {
    told = JSON.parse(readFileSync(report, 'utf8')) as UiReport;
  } catch (error) {
    throw new Error(`mocha ended with ${code} before its report was written`, { cause: error });
  }
  const all = Object.values(told);
  if (code !== 0 && all.every(({ failed }) => failed.length === 0))
    throw new Error(`mocha ended with ${code}, and no test says why`);
  if (all.length === 0) throw new Error('no test ran: is there one of that name?');
  return told;
}
