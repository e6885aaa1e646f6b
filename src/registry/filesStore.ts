import { nodeFileSystem, type FileSystem } from './fileSystem.ts';
import { decodeEvidence } from './companion.ts';
import { sha256 } from '../prompt/digest.ts';
import { changedFile, damagedFile } from './parseStored.ts';
import { filesAudit } from './filesAudit.ts';
import { commitFiles } from './filesCommit.ts';
import { filesReader } from './filesReader.ts';
import { filesWatch, type WatchOptions } from './filesWatch.ts';
import { registryPaths } from './registryPaths.ts';
import type { Store } from './store.ts';
import { decodeVersion } from './version.ts';

export interface FilesStoreOptions {
  readonly fs?: FileSystem;
  readonly watch?: WatchOptions;
}

/**
 * A registry in a folder, usually `.promptgate`. Any number of processes may read and release at once, without
 * locks. The folder need not exist: the first publish makes it.
 */
export function filesStore(root: string, options: FilesStoreOptions = {}): Store {
  const fs = options.fs ?? nodeFileSystem;
  const paths = registryPaths(root);
  const reader = filesReader(fs, paths);
  const watcher = filesWatch(fs, paths, () => reader.heads(), options.watch);
  return {
    list: () => reader.summaries(),
    readState: id => reader.state(id),
    async readVersion(id, version) {
      const summary = await reader.summary(id, version);
      if (!summary) return undefined;
      const where = paths.version(id, summary);
      const [json, source] = [fs.read(where.json), fs.read(where.source)];
      if (!json || !source) throw damagedFile(json ? where.source : where.json, 'is missing');
      return decodeVersion({ json, source }, { id, summary }, where);
    },
    async *readLog(id) {
      for (const { event, hash } of reader.log.all(id)) yield { ...event, hash };
    },
    async readEvidence(digest) {
      const path = paths.evidenceFile(digest);
      const bytes = fs.read(path);
      return bytes && decodeEvidence(bytes, digest, path);
    },
    async readDataset(digest) {
      const path = reader.datasetPath(digest);
      if (path === undefined) return undefined;
      const bytes = fs.read(path);
      if (bytes && sha256(bytes) !== digest)
        throw changedFile(path, bytes, {
          hash: digest,
          what: 'was changed after it was written (it is named by its sha256)',
        });
      return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    },
    async commit(id, expectedHead, change) {
      const state = await commitFiles({ fs, paths, reader }, id, expectedHead, change);
      watcher.lookSoon();
      return state;
    },
    watch: onChange => watcher.watch(onChange),
    audit: filesAudit(fs, paths, reader),
  };
}
