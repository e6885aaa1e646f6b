import { PromptgateError } from '../errors.ts';
import { labelOf } from '../registry/label.ts';
import type { ReleaseEvent, Version } from '../registry/store.ts';
import type { Project } from './project.ts';

/** The version that a label serves, or that has this number, or the highest. */
export async function findVersion(
  project: Project,
  id: string,
  versionOrLabel?: string,
): Promise<Version | undefined> {
  const state = await project.store.readState(id);
  const version =
    versionOrLabel === undefined
      ? state.latest
      : (labelOf(state.labels, versionOrLabel)?.version ?? versionOrLabel);
  return version === undefined ? undefined : project.store.readVersion(id, version);
}

/** @throws PromptgateError `unknown-version`, with those that there are */
export async function requireVersion(project: Project, id: string, version: string): Promise<Version> {
  const found = await project.store.readVersion(id, version);
  if (found) return found;
  const { versions } = await project.store.readState(id);
  const known = versions
    .slice(0, 5)
    .map(summary => summary.version)
    .join(', ');
  throw new PromptgateError(
    'unknown-version',
    `${id} has no version ${version}. ${known === '' ? 'Nothing is published yet.' : `Published: ${known}${versions.length > 5 ? ', …' : ''}.`}`,
  );
}

/** The release log of a prompt, oldest first. */
export async function readLog(
  project: Project,
  id: string,
): Promise<readonly (ReleaseEvent & { readonly hash: string })[]> {
  return Array.fromAsync(project.store.readLog(id));
}
