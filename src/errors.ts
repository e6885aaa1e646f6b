/**
 * A failure that the user can act on: what was expected, what came, what to do next.
 * Anything else that is thrown is a bug and rises to the host's one handler.
 */
export class PromptgateError extends Error {
  /** Stable kebab-case name of the failure, e.g. `conflict`, `no-api-key`. */
  readonly code: string;
  /** Plain data about the failure, for `--json` and for hosts that offer a next step. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { readonly cause?: unknown; readonly data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PromptgateError';
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error is the cancellation of an `AbortSignal`, which hosts pass over in silence. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The `code` of a Node system error such as `ENOENT`, or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
