import { CallFailure } from './model.ts';

/** What trying again needs from outside: time and chance. */
export interface Waiting {
  /** Rejects with the signal's reason when it is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0..1 */
  readonly random: () => number;
}

const tries = 4;
const firstPauseMs = 500;
/** Longer than this nobody waits in front of an editor: the row is errored. */
const longestWaitMs = 60_000;

/** Tries again what failed in passing, after the time the provider asks for, else after 0.5, 1, 2 s. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { wait, random }: Waiting,
  signal: AbortSignal,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof CallFailure && error.transient && tried < tries && !signal.aborted;
      if (!again) throw error;
      const pause = error.retryAfterMs ?? firstPauseMs * 2 ** (tried - 1) * (0.75 + random() / 2);
      if (pause > longestWaitMs) throw error;
      await wait(pause, signal);
    }
  }
}

/**
 * One try with a deadline. Settles at the deadline, and as soon as `cancelled` says so, even when the
 * provider never answers and does not mind its signal.
 */
export function withDeadline<T>(
  run: (signal: AbortSignal) => Promise<T>,
  options: { readonly timeoutMs: number; readonly host: string; readonly signal: AbortSignal },
): Promise<T> {
  const { timeoutMs, host, signal } = options;
  signal.throwIfAborted();
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      finish();
      controller.abort(signal.reason);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      finish();
      controller.abort();
      reject(
        new CallFailure({ kind: 'timeout', message: `No answer from ${host} within ${seconds(timeoutMs)}.` }),
      );
    }, timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    run(controller.signal).then(
      value => {
        finish();
        resolve(value);
      },
      (error: unknown) => {
        finish();
        reject(error);
      },
    );
  });
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
