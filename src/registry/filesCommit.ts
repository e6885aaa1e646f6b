import { dirname, join } from 'node:path';
import { PromptgateError, messageOf, systemCode } from '../errors.ts';
import { conflict, isSameChange, placeChange, type PlacedChange } from './change.ts';
import type { FileSystem } from './fileSystem.ts';
import { makeCache } from './filesHints.ts';
import type { FilesReader } from './filesReader.ts';
import { eventInFolder, type RegistryPaths } from './registryPaths.ts';
import type { Change, Head, PromptState, Version, VersionSummary } from './store.ts';
import { decodeVersion, wrongDigests } from './version.ts';

export interface CommitTools {
  readonly fs: FileSystem;
  readonly paths: RegistryPaths;
  readonly reader: FilesReader;
}

/**
 * Everything that the event names is on the disk before the event; the event's own name is the commit and the
 * compare-and-set in one. What is interrupted before leaves files that no event names, and nothing to repair.
 */
export async function commitFiles(
  tools: CommitTools,
  id: string,
  expectedHead: Head,
  change: Change,
): Promise<PromptState> {
  const { fs, paths, reader } = tools;
  // Read once: what is decided here and what is built on must be the same state.
  const state = await reader.state(id);
  if (wasDone(reader, id, expectedHead, change)) {
    await confirm(tools, id);
    return reader.state(id);
  }
  const { head } = state;
  if (head.revision !== expectedHead.revision || head.hash !== expectedHead.hash)
    throw conflict(id, expectedHead, reader.log.last(id));
  const placed = placeChange(id, state, change);

  await guard(paths.cache, async () => {
    await makeFolders(fs, paths.root);
    if (head.revision === 0) await keepLineEnds(fs, paths.root);
    await makeCache(fs, paths);
  });
  await writeCompanions(tools, id, placed);
  if (!(await writeEvent(tools, id, placed))) {
    if (wasDone(reader, id, expectedHead, change)) return reader.state(id);
    throw conflict(id, expectedHead, reader.log.last(id));
  }
  await confirm(tools, id);
  const { summary } = placed.version ?? {};
  await reader.remember(placed.state, summary ? { [summary.version]: placed.state.head.revision } : {});
  return placed.state;
}

/** What git must not change is said before there is anything to change, also where nobody has called `init`. */
async function keepLineEnds(fs: FileSystem, root: string): Promise<void> {
  const own = join(root, '.gitattributes');
  const around = fs.read(join(dirname(root), '.gitattributes'));
  if (fs.stat(own) || (around && new TextDecoder().decode(around).includes('.promptgate/**'))) return;
  try {
    await fs.write(own, '* -text\n');
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** Whether an event since the expected head is this change: then its answer got lost, and it is not made twice. */
function wasDone(reader: FilesReader, id: string, expectedHead: Head, change: Change): boolean {
  const last = reader.log.last(id);
  if (!last) return false;
  for (let revision = last.event.revision; revision > expectedHead.revision; revision--) {
    const stored = reader.log.event(id, revision);
    if (stored && isSameChange(stored.event, change)) return true;
  }
  return false;
}

async function writeCompanions({ fs, paths }: CommitTools, id: string, placed: PlacedChange): Promise<void> {
  const folders = new Set<string>();
  async function put(path: string, text: string): Promise<void> {
    await guard(path, () => putContent(fs, paths, path, text));
    folders.add(dirname(path));
  }
  for (const { digest, json } of placed.evidence) await put(paths.evidenceFile(digest), json);
  for (const { digest, suffix, text } of placed.datasets) await put(paths.datasetFile(digest, suffix), text);
  const { version } = placed;
  if (version) {
    const files = paths.version(id, version.summary);
    await put(files.source, version.source);
    await put(files.json, version.json);
  }
  for (const folder of folders) await guard(folder, () => fs.syncFolder(folder));
  if (version) readBack({ fs, paths }, id, version.summary);
}

/** A version that cannot be read again must not be published. */
function readBack(
  { fs, paths }: Pick<CommitTools, 'fs' | 'paths'>,
  id: string,
  summary: VersionSummary,
): void {
  const where = paths.version(id, summary);
  const [json, source] = [fs.read(where.json), fs.read(where.source)];
  if (!json || !source)
    throw new PromptgateError(
      'damaged',
      `${json ? where.source : where.json} is gone right after it was written. Try again.`,
    );
  const lost = (what: string, cause?: unknown) =>
    new Error(`${id}@${summary.version} does not survive being stored: ${what}`, { cause });
  let version: Version;
  try {
    version = decodeVersion({ json, source }, { id, summary }, where);
  } catch (error) {
    if (!(error instanceof PromptgateError) || error.code !== 'newer-format') throw error;
    throw lost(error.message, error);
  }
  const wrong = wrongDigests(version);
  if (wrong.length > 0) throw lost(wrong.join(', '));
}

/** Writes a file that is named for its content. One that lies there with other content is torn or tampered: replaced. */
async function putContent(fs: FileSystem, paths: RegistryPaths, path: string, text: string): Promise<void> {
  const present = fs.read(path);
  if (present && Buffer.from(text).equals(present)) return;
  await makeFolders(fs, dirname(path));
  await staged(fs, paths, text, async file => fs.rename(file, path));
}

/** False: the name is taken, someone else committed this revision. */
async function writeEvent({ fs, paths }: CommitTools, id: string, placed: PlacedChange): Promise<boolean> {
  const path = paths.event(id, placed.state.head.revision);
  return guard(path, async () => {
    await makeFolders(fs, dirname(path));
    return staged(fs, paths, placed.stored.text, file => claim(fs, file, path));
  });
}

/** Once the event has its name it is released, whatever the disk says: only a power cut could undo it. */
async function confirm({ fs, paths }: CommitTools, id: string): Promise<void> {
  const folder = paths.log(id);
  try {
    await fs.syncFolder(folder);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new PromptgateError(
      'not-confirmed',
      `${id} was released, but the disk does not confirm that ${folder} is safe: ${messageOf(error)}. Look at the disk, then at "promptgate history ${id}".`,
      { cause: error, data: { file: folder } },
    );
  }
}

/**
 * Gives a file a name that nobody else gets: by a hard link, or where there are none by moving the folder around
 * it to that name, since a folder replaces neither a file nor a folder that holds something. Both kinds of
 * writers may share a registry: the name is the same.
 */
async function claim(fs: FileSystem, file: string, path: string): Promise<boolean> {
  try {
    await fs.link(file, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !noHardLinks.includes(code)) throw error;
  }
  if (fs.stat(path)) return false;
  // The name of the file in the folder must be on the disk before the folder's, or a power cut leaves it empty.
  await fs.syncFolder(dirname(file));
  try {
    await fs.rename(dirname(file), path);
    return true;
  } catch (error) {
    if (systemCode(error) !== undefined && fs.stat(path)) return false;
    throw error;
  }
}

/** What file systems without hard links answer; Windows says EISDIR for exFAT. */
const noHardLinks = [
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EACCES',
  'EISDIR',
  'EINVAL',
  'EMLINK',
  'UNKNOWN',
];

/** A file on the disk under a name of its own, in a folder of its own, gone afterwards. */
async function staged<T>(
  fs: FileSystem,
  paths: RegistryPaths,
  text: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await fs.makeTemporaryFolder(join(paths.cache, 'tmp', 'commit-'));
  let result: T;
  try {
    const file = join(folder, eventInFolder);
    await fs.write(file, text);
    result = await use(file);
  } catch (error) {
    await discard(fs, folder);
    throw error;
  }
  await discard(fs, folder);
  return result;
}

async function discard(fs: FileSystem, folder: string): Promise<void> {
  try {
    await fs.remove(folder);
  } catch (error) {
    // It lies in cache/, where it harms nobody; what was done, or failed, before is what the caller must hear of.
    if (systemCode(error) === undefined) throw error;
  }
}

/** Makes a folder and those above it, so that they are still there after a power cut. */
async function makeFolders(fs: FileSystem, folder: string): Promise<void> {
  if (fs.stat(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolders(fs, parent);
  await fs.makeFolder(folder);
  await fs.syncFolder(parent);
}

/** Turns what a file system says into what a person can do about it. */
async function guard<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw writeError(path, error);
  }
}

function writeError(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof PromptgateError || code === undefined) return error;
  const options = { cause: error, data: { file: path } };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new PromptgateError(
      'disk-full',
      `There is no space left to write ${path}. Nothing was released. Free some space and do it again.`,
      options,
    );
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new PromptgateError(
      'read-only',
      `${path} cannot be written (${code}). Nothing was released. Make the folder .promptgate writable for you and do it again.`,
      options,
    );
  return new PromptgateError(
    'cannot-write',
    `${path} cannot be written: ${messageOf(error)}. Nothing was released. Look at the disk and do it again.`,
    options,
  );
}
