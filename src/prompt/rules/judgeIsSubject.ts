import { evaluatorPlaces, infoOf } from '../evaluatorPlaces.ts';
import type { Rule } from '../lint.ts';

/** A model that grades its own answers grades them too well. */
export const judgeIsSubject: Rule = {
  code: 'judge-is-subject',
  check(file, context, report) {
    const { resolveModel } = context;
    const subject = resolveModel?.(file.prompt.model)?.model;
    if (!resolveModel || subject === undefined || file.prompt.model === undefined) return;
    for (const { path, spec } of evaluatorPlaces(file)) {
      const own = spec.with?.['model'];
      const builtIn = spec.uses === undefined ? undefined : infoOf(context, spec.uses)?.judge;
      const judge = spec.llm ? spec.llm.modelId : builtIn && (typeof own === 'string' ? own : builtIn);
      const place =
        file.field(`${path}.llm.modelId`) ?? file.field(`${path}.with.model`) ?? file.field(`${path}.uses`);
      if (!judge || !place || resolveModel(judge)?.model !== subject) continue;
      const model = file.field('model');
      report({
        ...place.value,
        message: `The judge runs on '${subject}', the model that it judges. Let another model judge.`,
        related: model && [{ ...model.value, message: 'The model of the prompt.' }],
      });
    }
  },
};
