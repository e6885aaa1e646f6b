import { evaluatorPlaces } from './evaluatorPlaces.ts';
import type { Field, ParsedPrompt } from './parse.ts';

/** A model that the file names. */
export interface ModelPlace {
  readonly model: string;
  readonly place: Field;
}

/** The prompt's model and those of its judges, where they are written. */
export function* modelPlaces(file: ParsedPrompt): Generator<ModelPlace> {
  const { model } = file.prompt;
  const place = file.field('model');
  if (model && place) yield { model, place };
  for (const { path, spec } of evaluatorPlaces(file)) {
    const own = spec.with?.['model'];
    for (const [name, field] of [
      [spec.llm?.modelId, file.field(`${path}.llm.modelId`)],
      [typeof own === 'string' ? own : undefined, file.field(`${path}.with.model`)],
    ] as const) {
      if (name && field) yield { model: name, place: field };
    }
  }
}
