import { join, sep } from 'node:path';
import type { Digest } from '../prompt/digest.ts';
import type { VersionSummary } from './store.ts';
import { versionFileName } from './version.ts';

/** Where everything lies below `.promptgate`. */
export interface RegistryPaths {
  readonly root: string;
  readonly prompts: string;
  readonly evidence: string;
  readonly datasets: string;
  readonly cache: string;
  log(id: string): string;
  event(id: string, revision: number): string;
  versions(id: string): string;
  version(
    id: string,
    summary: Pick<VersionSummary, 'version' | 'hash'>,
  ): { readonly json: string; readonly source: string };
  evidenceFile(digest: Digest): string;
  datasetFile(digest: Digest, suffix: string): string;
  /** Where to look for the publish events of a prompt: a hint. */
  publishHint(id: string): string;
  /** Where to look for the last event of each prompt: a hint. */
  headsHint: string;
}

export function registryPaths(root: string): RegistryPaths {
  // Put together by hand: a list asks for a path or two of each of 500 prompts, and an id needs no normalizing.
  const prompts = join(root, 'prompts');
  const prompt = (id: string) => `${prompts}${sep}${id.replace('/', sep)}`;
  return {
    root,
    prompts,
    evidence: join(root, 'evidence'),
    datasets: join(root, 'datasets'),
    cache: join(root, 'cache'),
    log: id => `${prompt(id)}${sep}log`,
    event: (id, revision) => `${prompt(id)}${sep}log${sep}${eventFileName(revision)}`,
    versions: id => join(prompt(id), 'versions'),
    version(id, summary) {
      const stem = join(prompt(id), 'versions', versionFileName(summary));
      return { json: `${stem}.json`, source: `${stem}.yml` };
    },
    evidenceFile: digest => join(root, 'evidence', `${digest}.json`),
    datasetFile: (digest, suffix) => join(root, 'datasets', `${digest}.${suffix}`),
    publishHint: id => join(root, 'cache', 'hints', ...id.split('/')) + '.json',
    headsHint: join(root, 'cache', 'hints', 'heads.json'),
  };
}

export function eventFileName(revision: number): string {
  return `${String(revision).padStart(6, '0')}.json`;
}

/** The revision that a file name of a log stands for; undefined for any other file. */
export function revisionOf(fileName: string): number | undefined {
  const digits = /^(\d{6,15})\.json$/.exec(fileName)?.[1];
  if (digits === undefined) return undefined;
  const revision = Number(digits);
  return revision > 0 && eventFileName(revision) === fileName ? revision : undefined;
}

/** Where the event lies in a log entry that had to be made as a folder, since there are no hard links. */
export const eventInFolder = 'event.json';
