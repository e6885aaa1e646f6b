import { evaluatorPlaces, rowEvaluators } from '../evaluatorPlaces.ts';
import { editScalar, fixOf } from '../fileEdits.ts';
import type { LintContext, Rule } from '../lint.ts';
import { nearName } from '../nearName.ts';
import type { Field, ParsedPrompt } from '../parse.ts';
import { isKnown } from '../tagNames.ts';
import { isJsonObject } from '../valueType.ts';

/** `uses:` that names nothing which exists, and rows that name an evaluator which the file does not have. */
export const unknownEvaluator: Rule = {
  code: 'unknown-evaluator',
  check(file, context, report) {
    const names = knownNames(context);
    for (const { path, spec } of evaluatorPlaces(file)) {
      const field = file.field(`${path}.uses`);
      if (!field || spec.uses === undefined || names.has(spec.uses)) continue;
      const near = nearUses(spec.uses, names);
      report(unknown(file, field, `There is no evaluator '${spec.uses}'.`, near));
    }
    if (!isKnown(file, 'evaluators')) return;
    const own = new Set(file.prompt.evaluators.map(({ name }) => name));
    for (const { path, item } of rowEvaluators(file)) {
      const field = file.field(path);
      if (!field || isJsonObject(item)) continue;
      if (typeof item !== 'string') {
        const { start, end } = field.value;
        report({
          start,
          end,
          message: "A row lists names of the file's evaluators, or evaluators of its own.",
        });
        continue;
      }
      if (own.has(item)) continue;
      report(unknown(file, field, `The file has no evaluator named '${item}'.`, nearName(item, own)));
    }
  },
};

function unknown(file: ParsedPrompt, field: Field, message: string, near: string | undefined) {
  const { start, end } = field.value;
  if (near === undefined) return { start, end, message };
  return {
    start,
    end,
    message: `${message} Did you mean '${near}'?`,
    fixes: fixOf(`Change to '${near}'`, editScalar(file, { start, end }, near)),
  };
}

function knownNames(context: LintContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, { negatable }] of context.evaluators) {
    names.add(name);
    if (negatable) names.add(name.replace('/', '/not-'));
  }
  return names;
}

/** The namespace is often left out or taken for another: `equals`, `github/equals`. */
function nearUses(uses: string, names: ReadonlySet<string>): string | undefined {
  const bare = uses.slice(uses.lastIndexOf('/') + 1);
  return (
    nearName(uses, names) ??
    [...names].find(name => name.endsWith(`/${bare}`)) ??
    nearName(`promptgate/${bare}`, names) ??
    nearName(`github/${bare}`, names)
  );
}
