import { isScalar } from 'yaml';
import { editScalar, fixOf } from '../fileEdits.ts';
import type { Rule, RuleReport } from '../lint.ts';
import { nearName } from '../nearName.ts';
import type { Field, ParsedPrompt } from '../parse.ts';
import { isPlaceholder, type JsonValue, type Variable } from '../prompt.ts';
import { isKnown } from '../tagNames.ts';
import { typeMismatch } from '../valueType.ts';

/** Values that are not what their variable is declared to be: in rows, and in the declaration itself. */
export const wrongType: Rule = {
  code: 'wrong-type',
  check(file, _context, report) {
    if (!isKnown(file, 'variables')) return;
    const declared = Object.entries(file.prompt.variables);
    for (const [name, variable] of declared) {
      const path = `variables.${name}`;
      for (const [index, allowed] of (variable.enum ?? []).entries()) {
        const { type, items } = variable;
        const wrong = checkValue(file, `${path}.enum.${index}`, allowed, { type, items });
        if (wrong) report(wrong);
      }
      for (const key of ['default', 'example'] as const) {
        const wrong = checkValue(file, `${path}.${key}`, variable[key], variable);
        if (wrong) report(wrong);
      }
    }
    for (const row of file.rows) {
      for (const [name, variable] of declared) {
        if (!Object.hasOwn(row.data, name)) continue;
        const wrong = checkValue(file, `testData.${row.index}.${name}`, row.data[name], variable);
        if (wrong) report({ ...wrong, message: `'${name}': ${wrong.message}` });
      }
    }
    for (const [index, message] of file.prompt.messages.entries()) {
      if (!isPlaceholder(message)) continue;
      const { placeholder } = message;
      const variable = Object.hasOwn(file.prompt.variables, placeholder)
        ? file.prompt.variables[placeholder]
        : undefined;
      const place = file.field(`messages.${index}.placeholder`);
      if (!place || !variable || variable.type === 'messages') continue;
      const type = file.field(`variables.${placeholder}.type`);
      report({
        ...place.value,
        message: `A placeholder inserts messages, but '${placeholder}' is declared as ${variable.type}.`,
        fixes: type ? fixOf("Change its type to 'messages'", editScalar(file, type.value, 'messages')) : [],
      });
    }
  },
};

type Shape = Pick<Variable, 'type' | 'items' | 'enum'>;

function checkValue(
  file: ParsedPrompt,
  path: string,
  value: JsonValue | undefined,
  shape: Shape,
): RuleReport | undefined {
  // Null is no value, and missing ones are another rule's.
  if (value === undefined || value === null) return undefined;
  const wrong = typeMismatch(value, shape);
  const field = wrong && file.field(path);
  if (!wrong || !field) return undefined;
  return {
    ...field.value,
    message: `${wrong[0]?.toUpperCase()}${wrong.slice(1)}.`,
    fixes: retype(file, field, value, shape),
  };
}

/** The same characters as the wanted type, or the enum's value that was probably meant. */
function retype(file: ParsedPrompt, field: Field, value: JsonValue, shape: Shape) {
  const { node } = field;
  if (!isScalar(node)) return [];
  const { start, end } = field.value;
  const written = file.text.slice(start, end);
  if (shape.type === 'string' && typeof value !== 'string' && typeof value !== 'object') {
    if (!/^[\w.+:-]+$/.test(written)) return [];
    const text = JSON.stringify(written);
    return fixesIfRight(`Change to ${text}`, written, shape, { start, end, text });
  }
  if (typeof value !== 'string') return [];
  if (shape.type === 'string') {
    const near = nearName(value, shape.enum?.filter(allowed => typeof allowed === 'string') ?? []);
    return near === undefined ? [] : fixOf(`Change to '${near}'`, editScalar(file, field.value, near));
  }
  const text = value.trim();
  if (!/^(?:true|false|-?(?:0|[1-9]\d{0,14})(?:\.\d+)?)$/.test(text)) return [];
  return fixesIfRight(`Change to ${text}`, JSON.parse(text) as JsonValue, shape, { start, end, text });
}

function fixesIfRight(
  title: string,
  value: JsonValue,
  shape: Shape,
  edit: { readonly start: number; readonly end: number; readonly text: string },
) {
  return typeMismatch(value, shape) === undefined ? fixOf(title, edit) : [];
}
