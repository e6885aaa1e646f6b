import compare from 'semver/functions/compare.js';
import diff from 'semver/functions/diff.js';
import inc from 'semver/functions/inc.js';
import valid from 'semver/functions/valid.js';
import type { Bump } from '../prompt/bump.ts';

export const firstVersion = '1.0.0';

/** `2.4.0`: three numbers, nothing before or behind them. */
export function isVersionNumber(text: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(text) && valid(text) === text;
}

/** For sorting, lowest first. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b);
}

export function highestVersion(versions: Iterable<string>): string | undefined {
  let highest: string | undefined;
  for (const version of versions)
    if (highest === undefined || compareVersions(version, highest) > 0) highest = version;
  return highest;
}

/** The version that follows: 1.0.0 when there is none yet. */
export function nextVersion(base: string | undefined, bump: Bump): string {
  if (base === undefined) return firstVersion;
  const next = inc(base, bump);
  if (next === null) throw new Error(`not a version: ${base}`);
  return next;
}

/** Which part of the number moved between two versions; undefined for the first one and for equal ones. */
export function bumpBetween(from: string | undefined, to: string): Bump | undefined {
  if (from === undefined) return undefined;
  const part = diff(from, to);
  return part === 'major' || part === 'minor' || part === 'patch' ? part : undefined;
}

const order: Readonly<Record<Bump, number>> = { patch: 0, minor: 1, major: 2 };

export function isSmaller(a: Bump, b: Bump): boolean {
  return order[a] < order[b];
}
