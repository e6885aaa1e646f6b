import { isMap, isScalar } from 'yaml';
import { variableTypes, type JsonValue, type Variable, type Variables } from '../prompt.ts';
import { isTemplateName } from '../templateName.ts';
import { replaceWith, type Reader } from './reader.ts';
import type { Entry, Place } from './tree.ts';

const known = [
  'type',
  'items',
  'enum',
  'default',
  'required',
  'description',
  'example',
  'volatile',
  'untrusted',
] as const;
const itemTypes = variableTypes.filter(type => type !== 'messages');

/** Whether `variables:` declares a contract; a list, as some files have it, is not read. */
export function declaresVariables(reader: Reader, place: Place): boolean {
  return isMap(reader.tree.resolve(place).node);
}

export function readVariables(reader: Reader, place: Place, key: Place): Variables {
  if (reader.isAbsent(place)) return {};
  if (!declaresVariables(reader, place)) {
    reader.report(
      'unknown-field',
      reader.tree.span(key),
      'Promptgate reads `variables` only as a mapping of names, such as `question: { type: string }`.',
    );
    return {};
  }
  return Object.fromEntries(
    reader.tree.entries(place).map(entry => [entry.key, readVariable(reader, entry)]),
  );
}

function readVariable(reader: Reader, { key, keyPlace, value: place }: Entry): Variable {
  if (!isTemplateName(key) || key.includes('.')) {
    reader.report(
      'invalid-value',
      reader.tree.span(keyPlace),
      `${JSON.stringify(key)} cannot be used in a template. Expected a name of letters, digits, - and _, such as question.`,
    );
  }
  const { node } = reader.tree.resolve(place);
  if (!isMap(node)) {
    if (!reader.isAbsent(place)) reportNoMapping(reader, place);
    return { type: 'string', required: true };
  }
  const fields = reader.fields(place, 'a variable');
  reader.unknownFields(fields.values(), known, 'a variable');
  const at = (name: (typeof known)[number]): Place | undefined => fields.get(name)?.value;

  const defaultPlace = at('default');
  const fallback =
    reader.isAbsent(defaultPlace) || defaultPlace === undefined ? undefined : reader.json(defaultPlace);
  const required = reader.flag(at('required'), 'whether callers must give this variable');
  const allowed = readEnum(reader, at('enum'));
  const items = reader.choice(at('items'), itemTypes, 'type of items');
  const description = reader.text(at('description'), 'a text')?.text;
  const example = at('example');
  const volatile = reader.flag(at('volatile'), 'whether the value changes from call to call');
  const untrusted = reader.flag(at('untrusted'), 'whether the value comes from outside');
  return {
    type: reader.choice(at('type'), variableTypes, 'type of variable') ?? 'string',
    ...(items !== undefined && { items }),
    ...(allowed !== undefined && { enum: allowed }),
    ...(fallback !== undefined && { default: fallback }),
    required: required ?? fallback === undefined,
    ...(description !== undefined && { description }),
    ...(example !== undefined && !reader.isAbsent(example) && { example: reader.json(example) }),
    ...(volatile === true && { volatile }),
    ...(untrusted === true && { untrusted }),
  };
}

function readEnum(reader: Reader, place: Place | undefined): readonly JsonValue[] | undefined {
  if (place === undefined || reader.isAbsent(place)) return undefined;
  const items = reader.list(place, 'a list of the values allowed, such as [warm, formal]');
  return items.length === 0 ? undefined : items.map(item => reader.json(item));
}

/** `tone: string` and `tone: warm` say what is meant; only the braces are missing. */
function reportNoMapping(reader: Reader, place: Place): void {
  const span = reader.tree.span(place);
  const text = reader.tree.source(place);
  const { node } = reader.tree.resolve(place);
  const type = variableTypes.find(type => type === text);
  // What is plain text here may hold signs that end a value between braces.
  const value =
    isScalar(node) && node.type === 'PLAIN' && typeof node.value === 'string' ? quoted(text) : text;
  const meant = type === undefined ? `{ default: ${value} }` : `{ type: ${type} }`;
  reader.expected(place, 'a mapping such as `{ type: string, description: … }`', {
    fixes: text.includes('\n') ? [] : [replaceWith(meant, span)],
  });
}

function quoted(text: string): string {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]*$/u.test(text) ? text : JSON.stringify(text);
}
