import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Figure, Missing } from './measure.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Sizes of what users download and what their editor loads. */
export async function measureProducts(): Promise<readonly (Figure | Missing)[]> {
  const size = async (file: string): Promise<number> => (await stat(file)).size / 1024;
  const started = await size(path.join(root, 'dist/extension.cjs'));
  const features = await size(path.join(root, 'dist/features.cjs')).catch(() => 0);
  return [
    {
      what: 'extension bundle loaded at activation',
      measured: started,
      budget: 300,
      unit: 'KB',
      note: `${features.toFixed(0)} KB more with the first prompt`,
    },
    await measureVsix(size),
  ];
}

async function measureVsix(size: (file: string) => Promise<number>): Promise<Figure | Missing> {
  const what = 'VSIX';
  const folder = await mkdtemp(path.join(tmpdir(), 'promptgate-vsix-'));
  const file = path.join(folder, 'promptgate.vsix');
  try {
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    await run(process.execPath, [vsce, 'package', ...flags, '--out', file], { cwd: root });
    return { what, measured: await size(file), budget: 1.5 * 1024, unit: 'KB' };
  } catch (error) {
    return { what, reason: `vsce: ${error instanceof Error ? error.message.split('\n')[1] : String(error)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
