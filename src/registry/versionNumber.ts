import SemVer from 'semver/classes/semver.js';
import compare from 'semver/functions/compare.js';
import diff from 'semver/functions/diff.js';
import inc from 'semver/functions/inc.js';
import type { Bump } from '../prompt/bump.ts';

const firstVersion = '1.0.0';

/** `2.4.0`: three numbers, nothing before or behind them. Said of every number in a log, so without a parse. */
export function isVersionNumber(text: string): boolean {
  return plainVersion.test(text) && text.split('.').every(part => Number.isSafeInteger(Number(part)));
}

const plainVersion = /^(?:0|[1-9]\d{0,15})(?:\.(?:0|[1-9]\d{0,15})){2}$/;

/** The same versions, each parsed once: highest first. */
export function highestFirst<T extends { readonly version: string }>(versions: readonly T[]): readonly T[] {
  return versions
    .map(item => ({ item, number: new SemVer(item.version) }))
    .sort((a, b) => b.number.compareMain(a.number))
    .map(({ item }) => item);
}

export function highestVersion(versions: Iterable<string>): string | undefined {
  let highest: string | undefined;
  for (const version of versions)
    if (highest === undefined || compare(version, highest) > 0) highest = version;
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
