import { createContext, Script } from 'node:vm';

/** Looks for a pattern in a text. @throws Error when that takes longer than the limit */
export type GuardedPattern = (text: string) => RegExpExecArray | null;

const defaultLimitMs = 1000;
/** After so many the pattern is known to be bad: further texts are not tried, or a suite would take a second per row. */
const mostTimeouts = 3;
/** Steps that are over before starting a watchdog is, which takes about 0.1 ms. */
const cheapSteps = 1_000_000;

const search = new Script('pattern.exec(text)');

/**
 * A pattern that cannot hang its process: backtracking may take longer than the age of the universe over forty
 * characters, and nothing in the same thread could stop it. What may take long runs under a watchdog.
 */
export function guardedPattern(pattern: RegExp, limitMs = defaultLimitMs): GuardedPattern {
  const degree = degreeOf(pattern);
  let context: { text: string } | undefined;
  let timeouts = 0;
  return text => {
    if (text.length ** degree <= cheapSteps) return pattern.exec(text);
    if (timeouts >= mostTimeouts) throw tooSlow(pattern, limitMs);
    context ??= createContext({ pattern, text }) as { text: string };
    context.text = text;
    try {
      return search.runInContext(context, { timeout: limitMs }) as RegExpExecArray | null;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      timeouts++;
      throw tooSlow(pattern, limitMs);
    }
  };
}

/** Made by the context, so no instance of this side's `Error`. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

function tooSlow(pattern: RegExp, limitMs: number): Error {
  const source = pattern.source.length > 80 ? `${pattern.source.slice(0, 80)}…` : pattern.source;
  return new Error(
    `the pattern /${source}/ took longer than ${limitMs / 1000} s: repetitions inside of repetitions do that`,
  );
}

/** With n characters a search takes at most about n to this many steps; counted generously. */
function degreeOf({ source }: RegExp): number {
  const bare = source.replaceAll('(?', '(');
  // A repeated group may be matched in exponentially many ways.
  if (/\)[*+{]/.test(bare)) return Number.POSITIVE_INFINITY;
  const repetitions = bare.match(/[*+?{]|\\[1-9k]/g)?.length ?? 0;
  // Each group with alternatives may be matched in several ways, whatever the others are.
  const choices = bare.includes('|') ? (bare.match(/\(/g)?.length ?? 0) : 0;
  return 1 + repetitions + choices;
}
