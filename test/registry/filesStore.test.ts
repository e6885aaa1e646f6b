import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem, type FileSystem } from '../../src/registry/fileSystem.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { describeStore } from './storeContract.ts';
import { withoutHardLinks } from './troubledFileSystem.ts';

async function open(fs: FileSystem) {
  const folder = await mkdtemp(join(tmpdir(), 'promptgate-files-'));
  const root = join(folder, '.promptgate');
  return {
    store: filesStore(root, { fs }),
    reopen: () => filesStore(root, { fs }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

describeStore('files', () => open(nodeFileSystem));
describeStore('files without hard links', () => open(withoutHardLinks(nodeFileSystem)));
