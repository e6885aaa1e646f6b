import * as v from 'valibot';

/** A sha256. */
export const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** Keys that may be missing. */
export function optional<K extends string, S extends v.GenericSchema>(schema: S, keys: readonly K[]) {
  return Object.fromEntries(keys.map(key => [key, v.optional(schema)])) as Record<
    K,
    v.OptionalSchema<S, undefined>
  >;
}

/** In the order in which they are stored. */
export const parameterKeys = [
  'temperature',
  'topP',
  'maxTokens',
  'stop',
  'seed',
  'frequencyPenalty',
  'presencePenalty',
  'reasoningEffort',
  'extra',
] as const;

export const modelParameters = v.strictObject(optional(v.unknown(), parameterKeys));
