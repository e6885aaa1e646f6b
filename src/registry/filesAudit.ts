import { dirname, join, relative, sep } from 'node:path';
import { PromptgateError, systemCode } from '../errors.ts';
import type { Audit, Stored } from './audit.ts';
import type { FileSystem } from './fileSystem.ts';
import type { FilesReader } from './filesReader.ts';
import type { RegistryPaths } from './registryPaths.ts';

export function filesAudit(fs: FileSystem, paths: RegistryPaths, reader: FilesReader): Audit {
  const named = (path: string) => relative(paths.root, path).split(sep).join('/');

  function stored(path: string): Stored {
    const file = named(path);
    try {
      return { file, bytes: fs.read(path) };
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      // A folder, or no permission: to whoever wants the bytes it is not there.
      return { file };
    }
  }

  function filesBelow(folder: string): string[] {
    try {
      return (fs.names(folder) ?? []).flatMap(name => {
        const path = join(folder, name);
        return fs.stat(path)?.isFolder ? filesBelow(path) : [named(path)];
      });
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      // No permission: what events name in there is looked at one by one, and the rest would be harmless.
      return [];
    }
  }

  return {
    ids: reader.ids,
    revisions: reader.log.revisions,
    event(id, revision) {
      try {
        const found = reader.log.bytes(id, revision);
        if (found) return { file: named(found.path), bytes: found.bytes };
      } catch (error) {
        if (!(error instanceof PromptgateError)) throw error;
      }
      return { file: named(paths.event(id, revision)) };
    },
    version(id, summary) {
      const { json, source } = paths.version(id, summary);
      return { json: stored(json), source: stored(source) };
    },
    evidence: digest => stored(paths.evidenceFile(digest)),
    dataset: digest => stored(reader.datasetPath(digest) ?? paths.datasetFile(digest, 'jsonl')),
    orphans(known, ids) {
      const folders = ids
        ? ids.map(id => dirname(paths.log(id)))
        : [paths.prompts, paths.evidence, paths.datasets];
      return folders
        .flatMap(filesBelow)
        .filter(file => !known.has(file))
        .sort();
    },
  };
}
