import { spawnSync } from 'node:child_process';

/** One line of the result: what was measured, against what design.md 13 allows. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly budget: number;
  readonly unit: 'ms' | 'KB';
  /** What else to know: a spread, a count. */
  readonly note?: string;
}

/** A measurement that cannot be made here, and why. */
export interface Missing {
  readonly what: string;
  readonly reason: string;
}

/** The least of several runs: what the work takes when nothing else does. Warmed up first. */
export function leastTime(times: number, run: () => void, warmUp = Math.ceil(times / 4)): number {
  for (let index = 0; index < warmUp; index++) run();
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < times; index++) {
    const began = performance.now();
    run();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

export interface Started {
  /** Milliseconds from start to end. */
  readonly wall: number;
  readonly stdout: string;
}

/** Wall time of a Node process. */
export function timeNode(args: readonly string[], cwd: string): Started {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const wall = performance.now() - began;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wall, stdout };
}

export function print(figures: readonly (Figure | Missing)[]): void {
  const rows = figures.map(figure => {
    if ('reason' in figure) return [' ', figure.what, '–', '', '', figure.reason];
    const { what, measured, budget, unit, note = '' } = figure;
    const within = measured <= budget ? '✓' : '✗';
    return [within, what, show(measured, unit), show(budget, unit), (measured / budget).toFixed(2), note];
  });
  const all = [['', 'what', 'measured', 'budget', 'ratio', ''], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map(column => Math.max(...all.map(row => row[column]?.length ?? 0)));
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column >= 2 && column <= 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
  }
}

function show(value: number, unit: Figure['unit']): string {
  const digits = unit === 'KB' || value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return `${value.toFixed(digits)} ${unit}`;
}
