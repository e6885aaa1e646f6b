/** Where text goes: a stream, or a list in tests. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width in characters, where there is one. */
  readonly columns?: number;
}

/** All that the CLI touches of its process. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  now(): number;
  randomId(): string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Asks the person at the terminal; absent when there is none. Undefined: they gave no answer. */
  readonly ask?: (question: string) => Promise<string | undefined>;
}
