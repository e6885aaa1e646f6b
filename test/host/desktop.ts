// `npm run test:desktop [-- --grep <pattern>]`: the in-host suites in a desktop VS Code. Ends with 2 if this machine
// cannot run one.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { findDesktop, hasDisplay } from './desktopVSCode.ts';
import { deleteFolder, freshFolder, freshSample, root } from './folders.ts';
import { exitOnSignals } from './processes.ts';
import { listenForReport, type SuiteResult } from './report.ts';

exitOnSignals();
const { values: flags } = parseArgs({
  options: { grep: { type: 'string', short: 'g' }, version: { type: 'string' } },
});

if (!hasDisplay()) cannot('there is no display (DISPLAY and WAYLAND_DISPLAY are not set)');
const executable = await findDesktop(flags.version).catch((error: unknown) =>
  cannot(`VS Code cannot be downloaded: ${error instanceof Error ? error.message : error}`),
);
const { passed, failed } = await runSuites(executable);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function cannot(reason: string): never {
  console.error(`The suites cannot run in a desktop VS Code here: ${reason}.`);
  console.error('`npm run test:host` runs the same suites in VS Code from npm.');
  process.exit(2);
}

async function runSuites(vscodeExecutablePath: string): Promise<SuiteResult> {
  const report = await listenForReport(flags.grep);
  const sample = await freshSample('desktop');
  const profile = await freshFolder('desktop');
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(root, 'dist/test/suite.cjs'),
      extensionTestsEnv: report.env,
      launchArgs: [
        sample,
        `--user-data-dir=${path.join(profile, 'data')}`,
        `--extensions-dir=${path.join(profile, 'extensions')}`,
      ],
    });
    return await report.result;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  } finally {
    report.close();
    await deleteFolder(profile);
    await deleteFolder(path.dirname(sample));
  }
}
