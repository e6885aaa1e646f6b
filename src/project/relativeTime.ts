import { plural } from '../evals/summary.ts';

const units: readonly (readonly [unit: string, seconds: number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** `2 days ago`, `just now`. */
export function relativeTime(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds)) return iso;
  const away = Math.abs(seconds);
  for (const [unit, size] of units) {
    if (away < size) continue;
    const text = plural(Math.floor(away / size), unit);
    return seconds < 0 ? `in ${text}` : `${text} ago`;
  }
  return 'just now';
}

/** For tooltips, in the user's own form: `Nov 17, 2026, 9:20 AM`. */
export function exactTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
