// `npm run test:host [-- --grep <pattern>]`: the in-host suites (test/host/suite) in a real VS Code from npm.
// Page and server only carry the suite; it runs in the Node extension host, against the whole vscode API.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.ts';
import { deleteFolder, freshSample, root, screenshots } from './folders.ts';
import { exitOnSignals } from './processes.ts';
import { listenForReport, type SuiteResult } from './report.ts';
import { startServer } from './server.ts';

const timeLimit = 8 * 60_000;

exitOnSignals();
const { values: flags } = parseArgs({ options: { grep: { type: 'string', short: 'g' } } });
const { passed, failed } = await runSuites(flags.grep);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function runSuites(grep: string | undefined): Promise<SuiteResult> {
  const executable = await findChromium();
  const report = await listenForReport(grep);
  const sample = await freshSample('host');
  const server = await startServer({ env: report.env });
  const browser = await chromium.launch({ ...executable, args: [...executable.args] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const crash = new Promise<never>((_, fail) =>
      page.once('crash', () => fail(new Error('The page crashed'))),
    );
    const tests = path.join(root, 'dist/test/suite.cjs');
    await page.goto(server.address({ folder: sample, extension: root, tests }));
    try {
      return await Promise.race([report.result, crash, afterTimeLimit()]);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      console.error(server.logs());
      await page.screenshot({ path: path.join(screenshots, 'host-failure.png') });
      return { passed: 0, failed: 1 };
    }
  } finally {
    await browser.close();
    await server.stop();
    report.close();
    await deleteFolder(path.dirname(sample));
  }
}

async function afterTimeLimit(): Promise<never> {
  return new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`No result after ${timeLimit / 60_000} minutes`)), timeLimit).unref();
  });
}
