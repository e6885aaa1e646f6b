const units = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `2 days ago`, `just now`. The exact time belongs into the tooltip: `exactTime`. */
export function age(time: string, now: number): string {
  const elapsed = now - Date.parse(time);
  for (const [unit, length] of units) {
    const count = Math.floor(elapsed / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

export function exactTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
