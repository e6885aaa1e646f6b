import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PromptgateError, messageOf } from '../errors.ts';

/** The repository around a folder, found without starting git. */
export function findGitRoot(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/**
 * Who publishes: `PROMPTGATE_AUTHOR`, else git's user, else the name of the account.
 * @throws PromptgateError `no-author`
 */
export async function gitAuthor(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  account: () => string = () => userInfo().username,
): Promise<string> {
  const given = env['PROMPTGATE_AUTHOR']?.trim();
  if (given) return given;
  // `git config` ends with 1 when nothing is set, and there may be no git at all: both mean the account's name.
  const settings = await runGit(root, ['config', '--get-regexp', String.raw`^user\.(name|email)$`]).catch(
    () => '',
  );
  // Later lines win: the repository's own settings come after the user's.
  const values = new Map(settings.split('\n').map(line => splitOnce(line)));
  const name = values.get('user.name');
  const email = values.get('user.email');
  if (name && email) return `${name} <${email}>`;
  const known = name || email;
  if (known) return known;
  try {
    return account();
  } catch (error) {
    // In a container the account may be a number without a name.
    throw new PromptgateError(
      'no-author',
      `Who releases is not known: ${messageOf(error)}. Set PROMPTGATE_AUTHOR, or "git config user.name".`,
      { cause: error },
    );
  }
}

/**
 * Absolute paths of what differs from where this branch left `reference`: committed, staged, edited and new files.
 * @throws PromptgateError `git` in git's own words
 */
export async function changedFiles(root: string, reference: string): Promise<readonly string[]> {
  const base = (await runGit(root, ['merge-base', '--', reference, 'HEAD'])).trim();
  const [changed, untracked] = await Promise.all([
    runGit(root, ['diff', '--name-only', '--no-renames', '--relative', '-z', base, '--']),
    runGit(root, ['ls-files', '--others', '--exclude-standard', '-z']),
  ]);
  const names = `${changed}${untracked}`.split('\0').filter(name => name !== '');
  return names.map(name => resolve(root, name));
}

function splitOnce(line: string): readonly [string, string] {
  const space = line.indexOf(' ');
  return space === -1 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
}

/** What git prints. @throws PromptgateError `git` in its own words */
export function runGit(cwd: string, args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    execFile('git', [...args], { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return done(stdout);
      const words = stderr.trim().split('\n')[0] ?? '';
      fail(new PromptgateError('git', `git ${args[0]}: ${words || messageOf(error)}`, { cause: error }));
    });
  });
}
