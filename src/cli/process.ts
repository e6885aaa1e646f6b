import { randomUUID } from 'node:crypto';
import { main } from './main.ts';
import type { CliIo, Output } from './io.ts';

/** Runs `main` over this process. The only file beside bin.ts that touches it. */
export async function runProcess(): Promise<void> {
  if (process.argv[2] === 'eval') await keepSmall();
  const stop = new AbortController();
  process.on('SIGINT', () => {
    // The second Ctrl-C does not wait for anything.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
  for (const stream of [process.stdout, process.stderr]) {
    // `promptgate list | head`: the reader has seen enough.
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  }
  const terminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  const io: CliIo = {
    stdout: toOutput(process.stdout),
    stderr: toOutput(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    randomId: () => randomUUID(),
    signal: stop.signal,
    ...(terminal ? { ask: question => ask(question, stop.signal) } : {}),
  };
  process.exitCode = await main(process.argv.slice(2), io);
  // Calls that were cancelled may still hold the process.
  if (stop.signal.aborted) process.exit();
}

/**
 * The room for young objects does not grow: an eval of 20,000 rows then needs 130 MB instead of 180, in the same time.
 * Most of what a row makes dies at once, and more room would only fill up with it.
 */
async function keepSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}

function toOutput(stream: NodeJS.WriteStream): Output {
  return {
    write: text => void stream.write(text),
    isTTY: Boolean(stream.isTTY),
    get columns() {
      return stream.columns;
    },
  };
}

async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  // Questions go to stderr: stdout is for the result.
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<undefined>(done => lines.once('close', () => done(undefined)));
    lines.once('SIGINT', () => process.emit('SIGINT'));
    return await Promise.race([lines.question(question, { signal }), closed]);
  } finally {
    lines.close();
  }
}
