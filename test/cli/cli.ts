import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { main } from '../../src/cli/main.ts';
import type { CliIo, Output } from '../../src/cli/io.ts';

// `main` over a real temporary folder, with its output kept. Every JSON document is checked against its schema.

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Both streams are terminals. */
  readonly tty?: boolean;
  readonly columns?: number;
  /** What the person types, question by question, perhaps after a while; absent: no terminal to ask at. */
  readonly answers?: readonly (string | (() => Promise<string>))[];
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Sees each piece of stderr as it comes. */
  readonly onStderr?: (text: string) => void;
}

export const testTime = Date.parse('2026-11-20T12:00:00Z');

export class TestProject {
  readonly root: string;
  /** The clock of `main`. */
  now = testTime;
  #ids = 0;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.root = mkdtempSync(join(tmpdir(), 'promptgate-cli-'));
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const full = join(this.root, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  async run(argv: string | readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const [stdout, stderr] = [collect(options), collect(options, options.onStderr)];
    const answers = [...(options.answers ?? [])];
    const io: CliIo = {
      stdout: stdout.output,
      stderr: stderr.output,
      env: { PROMPTGATE_AUTHOR: 'Ana Ruiz <ana@example.com>', ...options.env },
      cwd: this.root,
      now: () => this.now,
      randomId: () => `id-${++this.#ids}`,
      signal: options.signal ?? new AbortController().signal,
      ...(options.answers
        ? {
            ask: async question => {
              stderr.output.write(`${question}\n`);
              const answer = answers.shift();
              return typeof answer === 'function' ? answer() : answer;
            },
          }
        : {}),
    };
    const code = await main(typeof argv === 'string' ? splitWords(argv) : argv, io);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** Runs with `--json`; the document must match its schema and be all that is on stdout. */
  async json(
    argv: string,
    options: CliOptions = {},
  ): Promise<CliResult & { readonly document: CliDocument }> {
    const result = await this.run([...splitWords(argv), '--json'], options);
    const document = JSON.parse(result.stdout) as CliDocument;
    checkSchema(document);
    return { ...result, document };
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', [...args], { cwd: this.root, encoding: 'utf8', stdio: 'pipe' });
  }

  startGit(): void {
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Ana Ruiz');
    this.git('config', 'user.email', 'ana@example.com');
  }

  commitAll(message: string): void {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', message);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export interface CliDocument {
  readonly schema: string;
  readonly ok: boolean;
  // eslint-disable-next-line -- each verb's data is checked by its schema before a test looks into it
  readonly data: any;
  readonly problems: readonly {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
    readonly file: string | null;
    readonly start: { readonly line: number; readonly column: number; readonly offset: number } | null;
  }[];
}

const schemaFolder = resolve(import.meta.dirname, '../../media/schemas/cli');

function loadSchemas(): Ajv {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormatsModule.default(ajv);
  for (const file of readdirSync(schemaFolder)) {
    ajv.addSchema(JSON.parse(readFileSync(join(schemaFolder, file), 'utf8')) as object);
  }
  return ajv;
}

const ajv = loadSchemas();

export function checkSchema(document: CliDocument): void {
  const verb = /^promptgate\/([a-z-]+)\/1$/.exec(document.schema)?.[1];
  const valid = ajv.validate(`${verb}.schema.json`, document);
  if (!valid) throw new Error(`${document.schema}: ${ajv.errorsText(ajv.errors, { separator: '\n' })}`);
}

function collect(
  { tty = false, columns }: CliOptions,
  onWrite?: (text: string) => void,
): { readonly output: Output; readonly text: () => string } {
  let all = '';
  const write = (text: string): void => {
    all += text;
    onWrite?.(text);
  };
  return { output: { write, isTTY: tty, columns }, text: () => all };
}

/** Words of a command line; double quotes keep spaces. */
function splitWords(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), match => match[1] ?? match[2] ?? '');
}

/** A prompt with one row that passes and one that the scripted answers fail, unless mended. */
export const refundFile = 'prompts/support/refund.prompt.yml';
export const refundPrompt = `name: Refund answers
model: demo/small
variables:
  question: { type: string }
messages:
  - role: system
    content: You answer for Acme.
  - role: user
    content: "{{question}}"
testData:
  - { id: late-delivery, question: "Where is my parcel?" }
  - { id: refund-twice, question: "Will I get my money back?" }
evaluators:
  - { name: no promise, uses: promptgate/not-contains, with: { value: "we will refund" } }
`;

export const projectFiles: Readonly<Record<string, string>> = {
  'promptgate.yml': `version: 1
prompts: [{ root: prompts }]
providers:
  demo: { scripted: answers.yml }
defaultProvider: demo
`,
  'answers.yml': `version: 1
answers:
  - when: { contains: money back, nowhere: never promise }
    reply: We are sorry; we will refund you tomorrow.
  - when: { contains: money back }
    reply: A colleague looks into it today.
  - when: { contains: parcel }
    reply: Your parcel is on its way.
`,
  [refundFile]: refundPrompt,
};

/** The same prompt with its failing row mended. */
export const mendedPrompt = refundPrompt.replace(
  'You answer for Acme.',
  'You answer for Acme. Never promise a refund.',
);
