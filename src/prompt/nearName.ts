import { distance } from 'fastest-levenshtein';

/** The name that was probably meant, for "did you mean"; undefined when none is near. */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  return nearNames(name, candidates)[0];
}

/** The names that were probably meant, nearest first; of equally near ones the first given. */
export function nearNames(name: string, candidates: Iterable<string>): readonly string[] {
  if (name.length > 100) return [];
  const folded = fold(name);
  const farthest = name.length <= 2 ? 0 : Math.min(3, 1 + Math.floor(name.length / 4));
  const near: { readonly candidate: string; readonly away: number }[] = [];
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > 3) continue;
    // A difference of case, `_` and `-` alone is the likeliest slip of all.
    const away = fold(candidate) === folded ? 0 : distance(name, candidate);
    if (away <= farthest) near.push({ candidate, away });
  }
  return near.sort((a, b) => a.away - b.away).map(({ candidate }) => candidate);
}

/** Whether a name is hardly meant to be another one: a letter more, less or other, two in a long name. */
export function isSlip(name: string, known: string): boolean {
  return name !== known && distance(name, known) <= (name.length >= 8 ? 2 : 1);
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[_\-. ]/g, '');
}
