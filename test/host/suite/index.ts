// The entry point that VS Code loads into its extension host: runs every *.suite.ts beside it with mocha
// and reports to the socket that test/host/run.ts (or desktop.ts) listens on.
import { readdirSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import type { SuiteMessage } from '../report.ts';

export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const socket = await connectToRunner(process.env['PROMPTGATE_TEST_REPORT']);
  const send = (message: SuiteMessage): void => void socket.write(`${JSON.stringify(message)}\n`);
  try {
    const runner = await runMocha(text => send({ text: toSourceLines(text) }));
    const { passes: passed = 0, failures: failed = 0 } = runner.stats ?? {};
    send({ passed, failed });
  } catch (error) {
    // A suite file that cannot be loaded has no test to fail.
    send({ text: format(error) });
    send({ passed: 0, failed: 1 });
  } finally {
    await new Promise<void>(done => socket.end(done));
  }
}

async function runMocha(print: (line: string) => void): Promise<Mocha.Runner> {
  const grep = process.env['PROMPTGATE_TEST_GREP'];
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => print(format(...args));
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: process.env['PROMPTGATE_TEST_COLOR'] === '1',
    timeout: 20_000,
    ...(grep ? { grep } : {}),
  });
  for (const file of readdirSync(__dirname)) {
    if (file.endsWith('.suite.cjs')) mocha.addFile(path.join(__dirname, file));
  }
  return new Promise(done => {
    const runner = mocha.run(() => done(runner));
  });
}

/** Stacks name lines of the bundles: VS Code makes them itself, and knows no source maps. */
function toSourceLines(text: string): string {
  return text.replaceAll(/(dist\/test\/[\w.]+\.cjs):(\d+):(\d+)/g, (place, file: string, line, column) => {
    const bundle = path.join(__dirname, path.basename(file));
    const found = findSourceMap(bundle)?.findOrigin(Number(line), Number(column));
    if (!found || !('fileName' in found)) return place;
    const source = path.resolve(__dirname, found.fileName.replace(/^file:\/\//, ''));
    return `${path.relative(path.join(__dirname, '../..'), source)}:${found.lineNumber}:${found.columnNumber}`;
  });
}

function connectToRunner(address: string | undefined): Promise<Socket> {
  if (!address)
    throw new Error('PROMPTGATE_TEST_REPORT is not set: start the suite with `npm run test:host`');
  return new Promise((done, fail) => {
    const socket = connect(Number(address), '127.0.0.1', () => done(socket)).once('error', fail);
  });
}
