import type { CommandContext } from './context.ts';
import type { Outcome } from './outcome.ts';

export interface VerbOption {
  /** As commander reads them: `-m, --message <text>`. */
  readonly flags: string;
  readonly text: string;
  /** `list` may be given several times. */
  readonly kind?: 'number' | 'count' | 'list';
  readonly choices?: readonly string[];
}

/** What a verb's file exports: arguments in, what came of it out. Printing is main's. */
export type Execute = (context: CommandContext, args: readonly string[], options: never) => Promise<Outcome>;

/** A verb's arguments and help. Its code loads only when it is called. */
export interface Verb {
  /** In the name of its JSON schema: `promptgate/lint/1`. */
  readonly name: string;
  /** As typed. */
  readonly words: string;
  readonly arguments: string;
  readonly summary: string;
  readonly details?: string;
  readonly options: readonly VerbOption[];
  readonly examples: readonly string[];
  /** Handles Ctrl-C itself, as it has a partial result to show. */
  readonly endsItself?: boolean;
  readonly load: () => Promise<Execute>;
}

const dryRun: VerbOption = { flags: '--dry-run', text: 'show what would happen and change nothing' };
const yes: VerbOption = { flags: '-y, --yes', text: 'do not ask for confirmation' };
const message: VerbOption = { flags: '-m, --message <text>', text: 'why, for the release log' };

export const verbs: readonly Verb[] = [
  {
    name: 'init',
    words: 'init',
    arguments: '[folder]',
    summary: 'Start a registry in this folder',
    details:
      'Writes promptgate.yml, .promptgate/policy.yml and a .gitattributes line. Never overwrites anything.',
    options: [dryRun],
    examples: ['init', 'init --dry-run'],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'lint',
    words: 'lint',
    arguments: '[paths-or-ids...]',
    summary: 'Find mistakes in prompt files, without a model',
    details: 'Without arguments: every prompt of the project.',
    options: [
      { flags: '--fix', text: 'apply the fixes that are known to be right' },
      {
        flags: '--severity <level>',
        text: 'the least severity to show (default: info)',
        choices: ['error', 'warning', 'info', 'hint'],
      },
    ],
    examples: ['lint', 'lint support/refund', 'lint ./prompts/support --severity warning', 'lint --fix'],
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  {
    name: 'render',
    words: 'render',
    arguments: '<reference>',
    summary: 'Show the messages a model would get',
    options: [
      { flags: '--var <key=value>', text: 'a value; may be repeated', kind: 'list' },
      { flags: '--vars <file.json>', text: 'values from a JSON object' },
      { flags: '--row <id>', text: 'values of a row of the suite' },
    ],
    examples: [
      'render support/refund --var company=Acme --var question="Where is it?"',
      'render support/refund@production --row late-delivery',
    ],
    load: async () => (await import('./commands/render.ts')).renderPrompt,
  },
  {
    name: 'eval',
    words: 'eval',
    arguments: '[references...]',
    summary: 'Run the rows of prompts against their models',
    details:
      'Exits 1 when a row fails or, with --gate, when a gate does not pass; 2 when rows had no answer (an outage).',
    options: [
      { flags: '--all', text: 'every prompt of the project' },
      { flags: '--changed <git-ref>', text: 'prompts that differ from where this branch left that ref' },
      { flags: '--against <label|version>', text: 'compare with what that serves' },
      { flags: '--gate', text: 'demand that every gate passes' },
      { flags: '--model <model>', text: 'run published versions with this model, as promote --model would' },
      {
        flags: '--suite <which>',
        text: 'rows for published versions: frozen (their own, default) or current (the working copy’s)',
        choices: ['frozen', 'current'],
      },
      { flags: '--fresh', text: 'ask the models again instead of reading kept answers' },
      { flags: '--concurrency <n>', text: 'rows under way at once', kind: 'count' },
      { flags: '--row <id>', text: 'only this row; may be repeated', kind: 'list' },
      { flags: '--timeout <seconds>', text: 'for each call (default: 60)', kind: 'number' },
      { flags: '--markdown <file>', text: 'write a summary for a pull request; - is stdout' },
      { flags: '--junit <file>', text: 'write the results as JUnit XML' },
    ],
    examples: [
      'eval support/refund',
      'eval support/refund@2.4.0 --against production',
      'eval --changed origin/main --gate --markdown summary.md',
    ],
    endsItself: true,
    load: async () => (await import('./commands/eval.ts')).evaluate,
  },
  {
    name: 'diff',
    words: 'diff',
    arguments: '<a> [b]',
    summary: 'Show what differs between two versions, labels or working copies',
    details:
      'With one reference: from that to the working copy, and from what production serves to a working copy. Always exits 0 when both could be read.',
    options: [],
    examples: [
      'diff support/refund',
      'diff support/refund@staging support/refund',
      'diff support/refund@1.2.0 support/refund@1.3.0',
    ],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'publish',
    words: 'publish',
    arguments: '<id-or-path>',
    summary: 'Make a version of the working copy',
    options: [
      message,
      { flags: '--bump <bump>', text: 'more than the proposed bump', choices: ['major', 'minor', 'patch'] },
      { flags: '--override <reason>', text: 'publish without passing evidence' },
      dryRun,
      yes,
    ],
    examples: [
      'publish support/refund -m "Warmer tone"',
      'publish support/refund -m "Warmer tone" --dry-run',
    ],
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  {
    name: 'promote',
    words: 'promote',
    arguments: '<id@version> <label>',
    summary: 'Point a label at a version',
    options: [
      { flags: '--model <model>', text: 'serve it with this model on this label' },
      { flags: '--confirm <id>', text: "the prompt's id, which a protected label asks for" },
      message,
      dryRun,
      yes,
    ],
    examples: [
      'promote support/refund@2.4.0 staging',
      'promote support/refund@2.4.0 production --confirm support/refund',
    ],
    load: async () => (await import('./commands/promote.ts')).promote,
  },
  {
    name: 'rollback',
    words: 'rollback',
    arguments: '<id> <label>',
    summary: 'Point a label back at what it served before',
    options: [
      { flags: '--to <version>', text: 'a version other than the one before' },
      { flags: '--as-new-version', text: 'publish the old content as a new version, through the gate' },
      { flags: '--override <reason>', text: 'with --as-new-version: publish without passing evidence' },
      message,
      dryRun,
      yes,
    ],
    examples: ['rollback support/refund production', 'rollback support/refund production --to 2.2.0'],
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  {
    name: 'list',
    words: 'list',
    arguments: '[service-or-id...]',
    summary: 'List prompts with their versions and labels',
    options: [{ flags: '--changes', text: 'also what is not live yet, and the gate (reads every prompt)' }],
    examples: ['list', 'list support --changes'],
    load: async () => (await import('./commands/list.ts')).list,
  },
  {
    name: 'show',
    words: 'show',
    arguments: '<reference>',
    summary: 'Show a prompt, a version, or what a label serves',
    options: [],
    examples: ['show support/refund', 'show support/refund@production'],
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'history',
    words: 'history',
    arguments: '<id>',
    summary: 'Show the release log of a prompt, newest first',
    options: [
      { flags: '-n, --limit <n>', text: 'entries to show (default: 20)', kind: 'count' },
      { flags: '--label <label>', text: 'only moves of this label' },
    ],
    examples: ['history support/refund', 'history support/refund --label production -n 5'],
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'verify',
    words: 'verify',
    arguments: '[ids...]',
    summary: 'Prove that nothing in the registry was altered',
    options: [
      { flags: '--head <id=hash>', text: 'a head known from elsewhere; may be repeated', kind: 'list' },
    ],
    examples: ['verify', 'verify support/refund --head support/refund=9f3c…'],
    load: async () => (await import('./commands/verify.ts')).verifyRegistry,
  },
  {
    name: 'registry-resolve',
    words: 'registry resolve',
    arguments: '',
    summary: 'Settle a git merge in which both branches released a prompt',
    details: 'Keeps their events and replays yours behind them. Asks only when both moved the same label.',
    options: [
      { flags: '--take <side>', text: 'who wins a label that both moved', choices: ['ours', 'theirs'] },
      dryRun,
    ],
    examples: ['registry resolve', 'registry resolve --take theirs'],
    load: async () => (await import('./commands/registryResolve.ts')).registryResolve,
  },
];
