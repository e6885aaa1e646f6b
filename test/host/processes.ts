// Child processes that the harness starts, and that never outlive it.
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

const windows = process.platform === 'win32';

/** Runs a command to its end; throws with the end of its output if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((done, fail) =>
    child.once('error', fail).once('close', done),
  );
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-3000)}`);
  return output;
}

/** npm, run by the Node that runs us: the one whose native modules must fit. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const cli = process.env['npm_execpath'];
  if (cli?.endsWith('.js')) return run(process.execPath, [cli, ...args], { cwd });
  return run('npm', args, { cwd, shell: windows });
}

/** Starts a process with children of its own, all of which end with `stop`, or when this process ends. */
export function startTree(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): { child: ChildProcess; ended: Promise<void>; stop: () => Promise<void> } {
  const child = spawn(command, args, { detached: !windows, ...options });
  const ended = new Promise<void>(done => child.once('exit', () => done()));
  const kill = (): void => {
    if (child.pid === undefined) return;
    if (windows) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    else killGroup(child.pid);
  };
  process.prependOnceListener('exit', kill); // before the folders that it works in are deleted
  return {
    child,
    ended,
    stop: async () => {
      kill();
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await ended;
      process.off('exit', kill);
    },
  };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: all of them have ended
  }
}

/** Makes Ctrl-C and a polite kill end this process through its exit handlers, which stop what it started. */
export function exitOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
