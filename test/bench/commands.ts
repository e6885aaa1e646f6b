import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeLibrary } from './library.ts';
import { timeNode, type Figure } from './measure.ts';

const bin = path.resolve(import.meta.dirname, '../../dist/promptgate.cjs');
/** A busy machine needs many tries for one that is not disturbed; a rollback more than this has nothing to go back to. */
const runs = 20;

/** The built CLI over a library of 500 prompts, each with two years of releases. */
export async function measureCommands(): Promise<readonly Figure[]> {
  const root = await mkdtemp(path.join(tmpdir(), 'promptgate-bench-'));
  // Half a million small files are not left behind, whatever happens.
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  const { ids, versions } = writeLibrary(root, { prompts: 500, versions: 200 });
  const [id = ''] = ids;
  const verified = timeNode([bin, 'verify', id], root).stdout;
  if (!verified.includes('nothing was altered')) throw new Error(verified);
  const commands: readonly (readonly string[])[] = [
    ['list'],
    ['diff', `${id}@${versions[0]}`, `${id}@${versions.at(-1)}`],
    ['history', id],
    ['rollback', id, 'production', '--yes'],
  ];
  const figures: Figure[] = commands.map(args => {
    const { least, bare } = besideNode([bin, ...args], root);
    return {
      what: `${args[0]}, 500 prompts × ${versions.length} versions`,
      measured: least - bare,
      budget: 100,
      unit: 'ms',
      note: `beyond ${bare.toFixed(0)} ms of Node's own start`,
    };
  });
  const { least } = besideNode([bin, 'lint'], root, 5);
  return [
    {
      what: 'lint a library of 500 prompts',
      measured: least,
      budget: 1000,
      unit: 'ms',
      note: 'Node start included',
    },
    ...figures,
  ];
}

/** Takes turns with a Node that does nothing, so that a busy machine slows both. */
function besideNode(args: readonly string[], cwd: string, times = runs): { least: number; bare: number } {
  let [least, bare] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // The first run fills the hints and the compile cache, as the first run after an installation does.
  timeNode(args, cwd);
  for (let index = 0; index < times; index++) {
    bare = Math.min(bare, timeNode(['-e', '0'], cwd).wall);
    least = Math.min(least, timeNode(args, cwd).wall);
  }
  return { least, bare };
}
