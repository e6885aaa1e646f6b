import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { PromptgateError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import type { CliIo } from './io.ts';
import { displayPath } from './place.ts';
import { styleFor, type Style } from './style.ts';

/** What every verb gets. */
export interface CommandContext {
  readonly io: CliIo;
  /** The folder the verb works in: `-C`, else the current one. Absolute. */
  readonly cwd: string;
  /** Colours of stdout. */
  readonly style: Style;
  readonly json: boolean;
  /** Whether to ask the person at the terminal instead of refusing. */
  readonly interactive: boolean;
  /** The project around `cwd`, opened once. */
  project(): Promise<Project>;
  /** The same for verbs that spend money or release. @throws PromptgateError `bad-config` */
  soundProject(): Promise<Project>;
  /** A path as the user would write it. */
  display(path: string): string;
}

export function createContext(
  io: CliIo,
  options: { readonly json: boolean; readonly directory?: string },
): CommandContext & { dispose(): void } {
  const cwd = resolve(io.cwd, options.directory ?? '.');
  let opened: Promise<Project> | undefined;
  let project: Project | undefined;
  const open = async (): Promise<Project> => {
    if (!isFolder(cwd)) throw new PromptgateError('cannot-read', `${cwd} is not a folder.`);
    const { findRoot, openProject } = await import('../project/project.ts');
    project = await openProject(await findRoot(cwd), {
      env: io.env,
      now: () => io.now(),
      randomId: () => io.randomId(),
      async author(root) {
        const { gitAuthor } = await import('../project/git.ts');
        return gitAuthor(root, io.env);
      },
    });
    return project;
  };
  const context = {
    io,
    cwd,
    style: styleFor(io.stdout, io.env),
    json: options.json,
    interactive: io.ask !== undefined && !options.json,
    project: () => (opened ??= open()),
    async soundProject() {
      const sound = await context.project();
      const { configError } = await import('../project/project.ts');
      const broken = configError(sound);
      if (broken) {
        // Defaults stand in for the broken part: good enough to look, not to send prompts somewhere.
        throw new PromptgateError(
          'bad-config',
          `${displayPath(cwd, broken.file ?? 'promptgate.yml')} is broken: ${broken.message}\nSee: promptgate lint`,
        );
      }
      return sound;
    },
    display: (path: string) => displayPath(cwd, path),
    dispose: () => project?.dispose(),
  };
  return context;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
