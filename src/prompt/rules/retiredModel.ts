import type { Rule } from '../lint.ts';
import { modelPlaces } from '../modelPlaces.ts';

/** Further off than this there is time, and a newer model may come. */
const daysAhead = 180;

/** A model that its provider stops serving, or has stopped serving. */
export const retiredModel: Rule = {
  code: 'retired-model',
  check(file, context, report) {
    if (!context.resolveModel) return;
    for (const { model, place } of modelPlaces(file)) {
      const info = context.resolveModel(model);
      if (!info || (info.retires === undefined && !info.retired)) continue;
      const days = daysUntil(info.retires, context.today);
      const isGone = info.retired === true || (days !== undefined && days <= 0);
      if (!isGone && days !== undefined && days > daysAhead) continue;
      const date = info.retires ?? '';
      const message = isGone
        ? `The provider retired '${info.model}'${date && ` on ${date}`}. Choose another model and evaluate again.`
        : `The provider retires '${info.model}' on ${date}${days === undefined ? '' : `, in ${days === 1 ? '1 day' : `${days} days`}`}. Choose another model and evaluate again.`;
      report({ ...place.value, message, tag: 'deprecated' });
    }
  },
};

function daysUntil(date: string | undefined, today: string | undefined): number | undefined {
  if (date === undefined || today === undefined) return undefined;
  const days = (Date.parse(date) - Date.parse(today)) / 86_400_000;
  return Number.isNaN(days) ? undefined : Math.ceil(days);
}
