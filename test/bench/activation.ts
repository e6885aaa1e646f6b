import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Figure, Missing } from './measure.ts';

const runner = path.resolve(import.meta.dirname, '../host/run.ts');
const timeLimit = 90_000;

/** activate() in the extension host of a real VS Code: one test of its suite has it in its title. */
export async function measureActivation(): Promise<Figure | Missing> {
  const what = 'activate() in the extension host';
  const output = await runSuite('tells what activating took');
  const took = /activate\(\) took ([\d.]+) ms/.exec(output)?.[1];
  if (took !== undefined) return { what, measured: Number(took), budget: 50, unit: 'ms' };
  return { what, reason: output.trim().split('\n').at(-1) ?? 'the suite printed nothing' };
}

function runSuite(name: string): Promise<string> {
  return new Promise(done => {
    const child = spawn(process.execPath, [runner, '--grep', name], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGTERM'), timeLimit);
    child.stdout.on('data', data => (output += String(data)));
    child.stderr.on('data', data => (output += String(data)));
    child.on('close', () => {
      clearTimeout(timer);
      done(output);
    });
  });
}
