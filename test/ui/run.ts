// `npm run test:ui [-- <mocha options or files>]`: one VS Code server and one Chromium for all test/ui/*.ui.ts.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findChromium } from '../host/chromium.ts';
import { root } from '../host/folders.ts';
import { exitOnSignals } from '../host/processes.ts';
import { startServer } from '../host/server.ts';

exitOnSignals();
const args = process.argv.slice(2);
const executable = await findChromium();
const server = await startServer();
const browser = await chromium.launchServer({ ...executable, args: [...executable.args], host: '127.0.0.1' });
const code = await runMocha();
await browser.close();
await server.stop();
process.exit(code);

async function runMocha(): Promise<number> {
  const files = args.some(arg => arg.endsWith('.ui.ts'))
    ? []
    : globSync('test/ui/*.ui.ts', { cwd: root }).sort();
  const options = [
    '--no-package',
    '--no-config',
    '--exit',
    '--timeout=120000',
    '--slow=5000',
    '--require=test/ui/hooks.ts',
  ];
  const child = spawn(
    process.execPath,
    [`${root}/node_modules/mocha/bin/mocha.js`, ...options, ...args, ...files],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        PROMPTGATE_UI_SERVER: server.origin,
        PROMPTGATE_UI_BROWSER: browser.wsEndpoint(),
      },
    },
  );
  return new Promise((done, fail) => child.once('error', fail).once('close', code => done(code ?? 1)));
}
