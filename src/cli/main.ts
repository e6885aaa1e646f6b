import { CommanderError } from 'commander';
import { PromptgateError, isAbort, messageOf, systemCode } from '../errors.ts';
import type { CliIo, Output } from './io.ts';
import { createContext } from './context.ts';
import { toDocument, toPlainProblem, type ExitCode, type Outcome } from './outcome.ts';
import { styleFor, withoutSteering } from './style.ts';
import { buildProgram, type VerbRun } from './program.ts';
import { verbs } from './verbs.ts';

/** The whole CLI: reads arguments, prints, and says how the process should end. */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode: ExitCode = 0;
  const program = buildProgram(io, async run => {
    exitCode = await runVerb(io, run);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its message and the usage line, or the help that was asked for.
    if (error.exitCode === 0) return 0;
    if (argv.includes('--json')) {
      const verb = verbs.find(({ words }) => argv.join(' ').startsWith(words))?.name;
      const problems = [toPlainProblem('bad-arguments', error.message.replace(/^error: /, ''))];
      io.stdout.write(toDocument(verb ?? 'error', { exitCode: 2, data: null, problems }));
    }
    return 2;
  }
}

async function runVerb(io: CliIo, run: VerbRun): Promise<ExitCode> {
  const context = createContext(io, run);
  try {
    const outcome = await Promise.race([
      run.execute(context),
      ...(run.verb.endsItself ? [] : [stopped(io.signal)]),
    ]);
    print(io, run, outcome);
    return outcome.exitCode;
  } catch (error) {
    const failure = toFailure(error, io);
    print(io, run, failure);
    return failure.exitCode;
  } finally {
    context.dispose();
  }
}

function print(io: CliIo, run: VerbRun, outcome: Outcome): void {
  if (run.json) io.stdout.write(toDocument(run.verb.name, outcome));
  else if (outcome.text !== '') io.stdout.write(`${shown(io.stdout, outcome.text.replace(/\n$/, ''))}\n`);
  for (const note of outcome.notes ?? []) io.stderr.write(`${shown(io.stderr, note)}\n`);
}

/** What others wrote, a model's answer or a message of the log, must not steer the terminal. */
function shown(output: Output, text: string): string {
  return output.isTTY ? withoutSteering(text) : text;
}

/** Ctrl-C in a verb that has nothing to clean up: commits are all or nothing. */
function stopped(signal: AbortSignal): Promise<Outcome> {
  const outcome: Outcome = {
    exitCode: 130,
    data: null,
    problems: [toPlainProblem('stopped', 'Stopped.')],
    text: '',
    notes: ['Stopped.'],
  };
  return new Promise(done => {
    if (signal.aborted) done(outcome);
    else signal.addEventListener('abort', () => done(outcome), { once: true });
  });
}

/** The one place where what was thrown becomes a message. */
function toFailure(error: unknown, io: CliIo): Outcome {
  const { red } = styleFor(io.stderr, io.env);
  if (isAbort(error)) return { exitCode: 130, data: null, text: '', notes: ['Stopped.'] };
  if (error instanceof PromptgateError) {
    return {
      exitCode: error.code === 'refused' ? 1 : 2,
      data: null,
      problems: [toPlainProblem(error.code, error.message)],
      text: '',
      notes: [`${red('promptgate:')} ${error.message}`],
    };
  }
  const system = systemCode(error);
  const unexpected = system === undefined || system.startsWith('ERR_');
  const code = unexpected ? 'unexpected' : 'cannot-read-or-write';
  const stack = error instanceof Error && unexpected ? (error.stack ?? error.message) : messageOf(error);
  return {
    exitCode: 2,
    data: null,
    problems: [toPlainProblem(code, messageOf(error))],
    text: '',
    notes: [`${red('promptgate:')} ${unexpected ? 'unexpected error, a bug in promptgate: ' : ''}${stack}`],
  };
}
