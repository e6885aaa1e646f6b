import { editScalar, fixOf } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';
import { modelPlaces } from '../modelPlaces.ts';

/** A model that no configured provider is known to serve. */
export const unknownModel: Rule = {
  code: 'unknown-model',
  check(file, context, report) {
    if (!context.resolveModel) return;
    for (const { model, place } of modelPlaces(file)) {
      const info = context.resolveModel(model);
      if (info?.known) continue;
      const [near, ...others] = info?.suggestions ?? [];
      const message = info ? `Unknown model '${model}'.` : `No provider serves '${model}'.`;
      report({
        ...place.value,
        message: near === undefined ? message : `${message} Did you mean '${near}'?`,
        fixes: [near, ...others].flatMap(name =>
          name === undefined ? [] : fixOf(`Change to '${name}'`, editScalar(file, place.value, name)),
        ),
      });
    }
  },
};
