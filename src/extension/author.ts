import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';

/** Who publishes and promotes: git's user of that folder, else the user of the machine. */
export async function authorOf(root: string): Promise<string> {
  const [name, email] = await Promise.all([gitConfig(root, 'user.name'), gitConfig(root, 'user.email')]);
  if (!name) return email ?? userInfo().username;
  return email ? `${name} <${email}>` : name;
}

function gitConfig(root: string, key: string): Promise<string | undefined> {
  return new Promise(done => {
    // No git, no repository and no such entry all mean the same: not known.
    execFile('git', ['config', '--get', key], { cwd: root, timeout: 3000 }, (error, output) =>
      done(error ? undefined : output.trim() || undefined),
    );
  });
}
