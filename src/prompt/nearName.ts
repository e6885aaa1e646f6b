import { distance } from 'fastest-levenshtein';

/** The name that was probably meant, for "did you mean"; undefined when none is near. */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > 100) return undefined;
  const folded = fold(name);
  let best: string | undefined;
  let bestAway = name.length <= 2 ? 1 : Math.min(3, 1 + Math.floor(name.length / 4)) + 1;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > 3) continue;
    // A difference of case, `_` and `-` alone is the likeliest slip of all.
    const away = fold(candidate) === folded ? 0 : distance(name, candidate);
    if (away < bestAway) {
      best = candidate;
      bestAway = away;
    }
  }
  return best;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[_\-. ]/g, '');
}
