import type { CliIo } from './io.ts';

/** One line that overwrites itself, on a terminal only. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

const clearLine = '\r\u001B[K';

export function progressLine({ stderr }: CliIo): ProgressLine {
  if (!stderr.isTTY) return { show: () => {}, clear: () => {} };
  let shown = false;
  return {
    show(text) {
      // A line that wraps could not be overwritten.
      stderr.write(clearLine + text.slice(0, (stderr.columns ?? 80) - 1));
      shown = true;
    },
    clear() {
      if (shown) stderr.write(clearLine);
      shown = false;
    },
  };
}
