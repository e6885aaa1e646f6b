import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openProject, type Project, type ProjectHost } from '../../src/project/project.ts';

export interface TestWorkspace {
  readonly root: string;
  readonly project: Project;
  write(path: string, text: string): Promise<string>;
  /** After a change of promptgate.yml. */
  reopen(host?: Partial<ProjectHost>): Promise<Project>;
  remove(): Promise<void>;
}

/** A project in a folder of its own, with a clock that moves on a minute per reading. */
export async function makeWorkspace(files: Readonly<Record<string, string>>): Promise<TestWorkspace> {
  const root = await mkdtemp(join(tmpdir(), 'promptgate-project-'));
  const write = async (path: string, text: string) => {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    return full;
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  let now = Date.parse('2026-11-20T09:00:00Z');
  let ids = 0;
  const open = (host: Partial<ProjectHost> = {}) =>
    openProject(root, {
      env: {},
      now: () => (now += 60_000),
      randomId: () => `id-${++ids}`,
      author: async () => 'Ana <ana@example.com>',
      ...host,
    });
  return { root, project: await open(), write, reopen: open, remove: () => rm(root, { recursive: true }) };
}
