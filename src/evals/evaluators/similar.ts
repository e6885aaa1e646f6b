import * as v from 'valibot';
import { CallFailure } from '../model.ts';
import { defineEvaluator } from './evaluator.ts';
import { excerpt, toText } from './excerpt.ts';
import { jsonValue, optionsOf } from './options.ts';
import { comparedValue, nothingToCompare } from './value.ts';

const defaultModel = 'text-embedding-3-small';

/** The embedding model: as named, else the usual one of the provider that answers the prompt. */
export function embeddingReference(named: string | undefined, promptRef: string | undefined): string {
  if (named !== undefined) return named;
  const slash = promptRef?.indexOf('/') ?? -1;
  return slash < 0 ? defaultModel : `${promptRef?.slice(0, slash)}/${defaultModel}`;
}

/** Cosine of the two texts' embeddings. Real embeddings or an errored row: never a lexical stand-in. */
export const similar = defineEvaluator({
  version: 1,
  scale: 'graded',
  threshold: 0.75,
  negatable: true,
  options: optionsOf('similar', {
    value: v.optional(jsonValue),
    model: v.optional(v.string('model must be the name of an embedding model')),
  }),
  prepare({ value, model }, setting) {
    const valueFor = comparedValue(value, setting.prompt);
    const reference = embeddingReference(model, setting.model);
    return async subject => {
      const wanted = valueFor(subject);
      if (wanted === undefined) return nothingToCompare;
      const expected = toText(wanted);
      const actual = subject.output;
      const { vectors, spent } = await subject.calls.embed(reference, [actual, expected]);
      // Rounded, so that vectors from the cache (single precision) give the same verdict.
      const score = Math.round(cosine(vectors[0] ?? [], vectors[1] ?? []) * 1e6) / 1e6;
      const message = `similarity ${score.toFixed(2)} to ${excerpt(expected)}`;
      return { score: Math.max(0, Math.min(1, score)), message, quote: true, expected, actual, spent };
    };
  },
});

function cosine(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) {
    throw new CallFailure({ kind: 'malformed', message: 'The provider returned embeddings of two lengths.' });
  }
  let dot = 0;
  let square = 0;
  let otherSquare = 0;
  for (const [index, value] of one.entries()) {
    const opposite = other[index] ?? 0;
    dot += value * opposite;
    square += value * value;
    otherSquare += opposite * opposite;
  }
  return square === 0 || otherSquare === 0 ? 0 : dot / Math.sqrt(square * otherSquare);
}
