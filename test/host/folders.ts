// Where the test harness keeps its things: all below .vscode-test/, which git ignores.
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const cache = path.join(root, '.vscode-test');
export const screenshots = path.join(cache, 'screenshots');

/** A new empty folder. Whoever asks for it deletes it; at the latest it goes with this process. */
export async function freshFolder(name: string): Promise<string> {
  const runs = path.join(cache, 'runs');
  await mkdir(runs, { recursive: true });
  const folder = await mkdtemp(path.join(runs, `${name}-`));
  deleteAtExit(folder);
  return folder;
}

const leftovers = new Set<string>();

function deleteAtExit(folder: string): void {
  leftovers.add(folder);
  if (!process.listeners('exit').includes(deleteLeftovers)) process.on('exit', deleteLeftovers);
}

function deleteLeftovers(): void {
  for (const folder of leftovers)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** A copy of the sample workspace that a test or a newcomer may change. */
export async function freshSample(name: string): Promise<string> {
  const folder = path.join(await freshFolder(name), 'sample');
  await cp(path.join(root, 'media/sample'), folder, { recursive: true });
  return folder;
}

export async function deleteFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  leftovers.delete(folder);
}

/**
 * Fills `.vscode-test/<name>` once. It is filled under another name and then renamed, so that an interrupted or a
 * parallel run never leaves or sees half of it.
 */
export async function installOnce(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(cache, name);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${randomBytes(4).toString('hex')}.tmp`;
  deleteAtExit(temporary);
  try {
    await mkdir(temporary, { recursive: true });
    await writeFile(path.join(temporary, 'package.json'), '{ "private": true }\n');
    await fill(temporary);
    await rename(temporary, folder);
  } catch (error) {
    await deleteFolder(temporary);
    if (!existsSync(folder)) throw error; // else another run was faster
  }
  return folder;
}
