/**
 * `production`, `staging`: 1 to 36 of `a-z 0-9 _ -`, a letter first. `latest` is not one, since it would be
 * taken for the highest version; nor is `constructor`, which every plain object seems to have.
 */
export function isLabelName(name: string): boolean {
  return /^[a-z][a-z0-9_-]{0,35}$/.test(name) && name !== 'latest' && name !== 'constructor';
}
