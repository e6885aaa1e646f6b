import { nodeFileSystem, type FileSystem } from './fileSystem.ts';
import { decodeEvidence } from './companion.ts';
import { sha256 } from '../prompt/digest.ts';
import { damagedFile } from './event.ts';
import { commitFiles } from './filesCommit.ts';
import { filesReader } from './filesReader.ts';
import { registryPaths } from './registryPaths.ts';
import { join } from 'node:path';
import type { Store } from './store.ts';
import { decodeVersion } from './version.ts';

/**
 * A registry in a folder, usually `.promptgate`. Any number of processes may read and release at once, without
 * locks. The folder need not exist: the first publish makes it.
 */
export function filesStore(root: string, options: { readonly fs?: FileSystem } = {}): Store {
  const fs = options.fs ?? nodeFileSystem;
  const paths = registryPaths(root);
  const reader = filesReader(fs, paths);
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
      for (const revision of reader.revisions(id)) {
        const stored = reader.event(id, revision);
        if (stored) yield { ...stored.event, hash: stored.hash };
      }
    },
    async readEvidence(digest) {
      const path = paths.evidenceFile(digest);
      const bytes = fs.read(path);
      return bytes && decodeEvidence(bytes, digest, path);
    },
    async readDataset(digest) {
      const name = (fs.names(paths.datasets) ?? []).find(file => file.startsWith(`${digest}.`));
      if (name === undefined) return undefined;
      const path = join(paths.datasets, name);
      const bytes = fs.read(path);
      if (bytes && sha256(bytes) !== digest) throw damagedFile(path, 'was changed after it was written (it is named by its sha256)');
      return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    },
    commit: (id, expectedHead, change) => commitFiles({ fs, paths, reader }, id, expectedHead, change),
    watch: () => ({ dispose: () => {} }),
  };
}
