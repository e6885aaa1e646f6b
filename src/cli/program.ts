import { Command, InvalidArgumentError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { CommandContext } from './context.ts';
import type { CliIo } from './io.ts';
import type { Outcome } from './outcome.ts';
import { verbs, type Verb, type VerbOption } from './verbs.ts';

/** One call of a verb, understood but not yet done. */
export interface VerbRun {
  readonly verb: Verb;
  readonly json: boolean;
  readonly directory?: string;
  execute(context: CommandContext): Promise<Outcome>;
}

const footer = `
References: support/refund is the working copy, support/refund@1.2.0 a version, support/refund@production a
label. What ends in .yml or .yaml, or starts with . or /, is a path.
Exit codes: 0 done; 1 a check, the gate or the policy said no; 2 it could not be done.`;

/** Arguments and help of every verb, for commander. */
export function buildProgram(io: CliIo, run: (run: VerbRun) => Promise<void>): Command {
  const program = new Command('promptgate')
    .description('Versions, tests, a gate and releases for the prompts that your applications run on.')
    .usage('<verb> [arguments]')
    .version(manifest.version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, 'promptgate:')),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText('after', footer);
  for (const verb of verbs) addVerb(program, verb, run);
  return program.showHelpAfterError('Usage: promptgate <verb> [arguments]\nSee: promptgate --help');
}

function addVerb(program: Command, verb: Verb, run: (run: VerbRun) => Promise<void>): void {
  const words = verb.words.split(' ');
  const last = words.pop() ?? verb.words;
  const parent = words.reduce(groupIn, program);
  const command = parent.command(`${last} ${verb.arguments}`.trim()).summary(verb.summary);
  command.description([`${verb.summary}.`, ...(verb.details ? [verb.details] : [])].join('\n\n'));
  for (const option of verb.options) addOption(command, option);
  command
    .option('--json', 'print one JSON document on stdout')
    .option('-C, --directory <folder>', 'work in this folder instead of the current one')
    .addHelpText('after', `\nExamples:\n${verb.examples.map(line => `  $ promptgate ${line}`).join('\n')}`)
    .showHelpAfterError(
      `Usage: promptgate ${verb.words} ${command.usage()}\nSee: promptgate ${verb.words} --help`,
    )
    .action(async (...received: unknown[]) => {
      // Commander gives the declared arguments (a list for the last one), then the options and itself.
      const args = received.slice(0, -2).flat() as (string | undefined)[];
      const options = command.opts<{ json?: boolean; directory?: string }>();
      await run({
        verb,
        json: options.json ?? false,
        directory: options.directory,
        async execute(context) {
          const execute = await verb.load();
          // What commander parsed has the shape that the verb's flags declare.
          return execute(
            context,
            args.filter(item => item !== undefined),
            options as never,
          );
        },
      });
    });
}

/** The command that holds `registry resolve` and its later brothers. */
function groupIn(parent: Command, name: string): Command {
  const existing = parent.commands.find(command => command.name() === name);
  return existing ?? parent.command(name).usage('<verb>').summary(`verbs about the ${name}`);
}

function addOption(command: Command, option: VerbOption): void {
  const { flags, text, kind, choices } = option;
  const created = command.createOption(flags, text);
  if (choices) created.choices(choices);
  if (kind === 'number') created.argParser((value: string) => toNumber(value));
  if (kind === 'count') created.argParser((value: string) => toCount(value));
  if (kind === 'list') {
    created.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  }
  command.addOption(created);
}

function toCount(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('A whole number above 0 is expected.');
}

function toNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0) {
    throw new InvalidArgumentError('A number above 0 is expected.');
  }
  return number;
}
