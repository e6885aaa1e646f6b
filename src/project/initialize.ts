import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PromptgateError, messageOf, systemCode } from '../errors.ts';

export interface InitializeFile {
  /** Below the root, with `/`. */
  readonly path: string;
  /** `add`: a line behind what the file has. */
  readonly action: 'create' | 'add' | 'keep';
  /** The whole new file, or what is added. */
  readonly text: string;
}

export interface InitializePlan {
  readonly root: string;
  readonly files: readonly InitializeFile[];
}

/** What starting a registry in a folder would write. A file that exists is kept as it is. */
export async function planInitialize(root: string): Promise<InitializePlan> {
  const files: InitializeFile[] = [];
  // A folder "prompts" is where prompts are. Not once there is a registry: its ids would change.
  const apart = existsSync(join(root, 'prompts')) && !existsSync(join(root, '.promptgate'));
  for (const [path, text] of Object.entries(newFiles(apart ? 'prompts' : '.'))) {
    const existing = await readIfThere(join(root, path));
    files.push({ path, text, action: existing === undefined ? 'create' : 'keep' });
  }
  const attributes = await readIfThere(join(root, '.gitattributes'));
  const listed = attributes?.split(/\r?\n/).some(line => line.trim().startsWith('.promptgate/**'));
  files.push({
    path: '.gitattributes',
    action: attributes === undefined ? 'create' : listed ? 'keep' : 'add',
    text: `${attributes && !attributes.endsWith('\n') ? '\n' : ''}${attributesLine}\n`,
  });
  return { root, files };
}

/** Writes what the plan says. @throws PromptgateError `cannot-write` */
export async function applyInitialize(plan: InitializePlan): Promise<void> {
  for (const { path, action, text } of plan.files) {
    if (action === 'keep') continue;
    const full = join(plan.root, path);
    try {
      await mkdir(dirname(full), { recursive: true });
      // `wx`: whoever wrote the file meanwhile keeps it.
      await writeFile(full, text, { flag: action === 'create' ? 'wx' : 'a' });
    } catch (error) {
      if (systemCode(error) === 'EEXIST' && action === 'create') continue;
      // A full disk leaves an empty file, which would be taken for one that somebody wrote.
      if (action === 'create') await rm(full, { force: true });
      throw new PromptgateError('cannot-write', `Cannot write ${full}: ${messageOf(error)}`, {
        cause: error,
        data: { path: full },
      });
    }
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    const reason = code === 'ENOTDIR' ? 'a part of its path is a file, not a folder' : messageOf(error);
    throw new PromptgateError('cannot-write', `Cannot use ${path}: ${reason}`, { cause: error });
  }
}

/** Line ends are part of what the release log proves: git must not change them. */
const attributesLine = '.promptgate/** -text';

const newFiles = (promptRoot: string): Readonly<Record<string, string>> => ({
  'promptgate.yml': `# Promptgate: where the prompts are, and which models answer them.
version: 1

# Ids come from the path below root: support/refund.prompt.yml is support/refund.
prompts:
  - root: ${promptRoot}
    include: "**/*.prompt.{yml,yaml}"

# API keys never stand here: keyEnv names the environment variable. OPENAI_API_KEY goes to OpenAI only;
# list other origins in PROMPTGATE_ALLOW_ORIGINS.
providers:
  openai:
    baseURL: https://api.openai.com/v1
    keyEnv: OPENAI_API_KEY
    concurrency: 20
  # local: { baseURL: "http://localhost:11434/v1" }
  # demo: { scripted: answers.yml }
defaultProvider: openai

# Short names for models.
# models: { fast: openai/gpt-5.4-mini }

# Severity per problem code: error, warning, info, hint or off.
# lint: { no-rows: warning }

# US dollars that a run and a day may cost in the editor.
# evals: { budget: { run: 0.50, day: 5 } }
`,
  '.promptgate/policy.yml': `# What a label demands. Reviewed like code: every release records the digest of this file.
version: 1

# override-allowed: publishing without passing evidence takes --override <reason>. gate-required: it is refused.
publish: override-allowed

labels:
  staging: { gate: required }
  production: { gate: required, after: staging, protected: true }
`,
  '.promptgate/cache/.gitignore': '*\n',
});
