// `npm test`: everything, in one run. Prints what each part did, what failed once more, and last a line
// `N passed, N failed` over all of them: whoever sees only the end of a long log still reads what to mend.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');

interface Part {
  readonly name: string;
  readonly command: readonly string[];
  /** Parts without which this one makes no sense. */
  readonly needs?: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly note: string;
  /** The part's own words on what failed; empty when nothing did. */
  readonly failures: string;
}

const bin = (file: string): string => path.join(root, 'node_modules', file);

/** npm itself, as it started this run: which files are formatted is written in package.json alone. */
function npm(): string {
  const npm = process.env['npm_execpath'];
  if (npm === undefined) throw new Error('run this as `npm test`');
  return npm;
}

const parts: readonly Part[] = [
  { name: 'types', command: [bin('typescript/bin/tsc')] },
  { name: 'format', command: [npm(), 'run', '--silent', 'prettier', '--', '--check'] },
  { name: 'lint', command: [bin('oxlint/bin/oxlint')] },
  { name: 'build', command: ['.ci/build.ts'] },
  { name: 'unit', command: [bin('mocha/bin/mocha.js'), '--reporter', 'dot'] },
  { name: 'in-host', command: ['test/host/run.ts'], needs: ['build'] },
  { name: 'ui', command: ['test/ui/run.ts'], needs: ['build'] },
  { name: 'start', command: ['test/host/start.ts', '--check'], needs: ['build'] },
];

const outcomes: Outcome[] = [];
for (const part of parts) {
  const missing = part.needs?.find(name =>
    outcomes.some(outcome => outcome.name === name && outcome.failed > 0),
  );
  outcomes.push(missing ? skipped(part, missing) : await runPart(part));
}

for (const { name, failures } of outcomes) {
  if (failures !== '') console.log(`\n── ${name}: what failed\n${failures}`);
}
console.log();
for (const { name, passed, failed, note } of outcomes) {
  console.log(
    `${failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${passed} passed, ${failed} failed${note}`,
  );
}
const failed = sum(outcomes.map(outcome => outcome.failed));
console.log(`${sum(outcomes.map(outcome => outcome.passed))} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function runPart({ name, command }: Part): Promise<Outcome> {
  console.log(`\n── ${name}`);
  const began = performance.now();
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.on('data', (chunk: Buffer) => {
      output += chunk;
      to.write(chunk);
    });
  }
  const code = await new Promise<number | null>((done, fail) =>
    child.once('error', fail).once('close', done),
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  output = stripVTControlCharacters(output);
  const counted = count(output, code === 0);
  const failures = counted.failed > 0 ? whatFailed(output) : '';
  const flaky = output.match(/^ *flaky: .*$/gm) ?? [];
  return { name, ...counted, note: [`  (${seconds} s)`, ...flaky].join('\n'), failures };
}

const MOST_LINES_AGAIN = 80;

/** The failures as mocha lists them after its count; the last lines of any other tool. */
function whatFailed(output: string): string {
  const list = output.search(/^ *\d+ failing\b/m);
  if (list < 0) return output.trimEnd().split('\n').slice(-MOST_LINES_AGAIN).join('\n');
  return output.slice(list).trimEnd().split('\n').slice(0, MOST_LINES_AGAIN).join('\n');
}

/** What mocha counted; a part without tests counts as one. A part that failed has at least one failure. */
function count(output: string, succeeded: boolean): { passed: number; failed: number } {
  const passed = lastNumber(output, /(\d+) passing/g);
  const failed = lastNumber(output, /(\d+) failing/g) ?? 0;
  return {
    passed: passed ?? (succeeded ? 1 : 0),
    failed: succeeded ? failed : Math.max(failed, 1),
  };
}

function lastNumber(text: string, pattern: RegExp): number | undefined {
  const found = [...text.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

function skipped(part: Part, missing: string): Outcome {
  return { name: part.name, passed: 0, failed: 1, note: `  (not run: ${missing} failed)`, failures: '' };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
