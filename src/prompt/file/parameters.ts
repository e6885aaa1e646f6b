import { isSeq } from 'yaml';
import type { ModelParameters } from '../prompt.ts';
import type { Reader } from './reader.ts';
import type { Place } from './tree.ts';

const known = [
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
type Key = (typeof known)[number];

export function readParameters(reader: Reader, place: Place): ModelParameters {
  const fields = reader.fields(place, 'a mapping such as `temperature: 0.2`');
  reader.unknownFields(fields.values(), known, '`modelParameters` (anything else goes under `extra`)');
  const at = (key: Key): Place | undefined => fields.get(key)?.value;
  const number = (key: Key, min: number, max: number): number | undefined =>
    reader.number(at(key), `${key}, a number from ${min} to ${max}`, { min, max });
  const extra = at('extra');
  return present({
    temperature: number('temperature', 0, 2),
    topP: number('topP', 0, 1),
    maxTokens: reader.number(at('maxTokens'), 'maxTokens, a whole number from 1, such as 400', {
      min: 1,
      integer: true,
    }),
    stop: readStop(reader, at('stop')),
    seed: reader.number(at('seed'), 'seed, a whole number such as 7', { integer: true }),
    frequencyPenalty: number('frequencyPenalty', -2, 2),
    presencePenalty: number('presencePenalty', -2, 2),
    reasoningEffort: reader.text(at('reasoningEffort'), 'reasoningEffort, a text such as low')?.text,
    extra: extra && reader.object(extra, 'extra, a mapping of parameters that are sent as they are'),
  });
}

function readStop(reader: Reader, place: Place | undefined): string | readonly string[] | undefined {
  if (place === undefined) return undefined;
  const what = 'stop, a text or a list of texts';
  if (!isSeq(reader.tree.resolve(place).node)) return reader.text(place, what)?.text;
  return reader.tree.items(place).flatMap(item => reader.text(item, what)?.text ?? []);
}

/** The object without what the file does not say. */
export function present<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
