import { evaluatorPlaces, infoOf } from '../evaluatorPlaces.ts';
import type { LintContext, Rule } from '../lint.ts';

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
      const judge = spec.llm
        ? (spec.llm.modelId ?? defaultJudge(context))
        : builtIn && (typeof own === 'string' ? own : builtIn);
      const unnamed = file.field(`${path}.llm`)?.key ?? file.field(`${path}.uses`)?.value;
      const named = file.field(`${path}.llm.modelId`) ?? file.field(`${path}.with.model`);
      const place = named?.value ?? unnamed;
      if (!judge || !place || resolveModel(judge)?.model !== subject) continue;
      const model = file.field('model');
      report({
        ...place,
        message: `The judge runs on '${subject}', the model that it judges. Let another model judge.`,
        related: model && [{ ...model.value, message: 'The model of the prompt.' }],
      });
    }
  },
};

/** A judge that names no model runs on the one that GitHub's own judges run on. */
function defaultJudge({ evaluators }: LintContext): string | undefined {
  return evaluators.get('github/similarity')?.judge;
}
