import { isMap, isScalar, isSeq } from 'yaml';
import type { Span, TextEdit } from '../problem.ts';
import type { JsonObject, JsonValue } from '../prompt.ts';
import { hasWholeCharacters } from '../wholeCharacters.ts';
import { jsonErrorAt } from './jsonError.ts';
import { shift, type Reader } from './reader.ts';
import { mapScalar } from './scalar.ts';
import type { Place } from './tree.ts';

const example = 'such as {"name": "answer", "strict": true, "schema": {"type": "object"}}';

/** JSON text, as GitHub has it; a mapping is what people write, and a machine can convert it. */
export function readJsonSchema(reader: Reader, place: Place): string | undefined {
  if (reader.isAbsent(place)) return undefined;
  const target = reader.tree.resolve(place);
  if (isMap(target.node) || isSeq(target.node)) {
    const text = JSON.stringify(reader.json(place), undefined, 2);
    const edit = isMap(target.node) ? replaceMapping(place, reader.tree.span(place), text) : undefined;
    reader.expected(place, `JSON text, ${example}`, {
      fixes: edit === undefined ? [] : [{ title: 'Convert to JSON text', edits: [edit] }],
    });
    return isMap(target.node) ? text : undefined;
  }
  const read = reader.text(place, `JSON text, ${example}`);
  if (read === undefined || !isScalar(target.node)) return undefined;
  const error = jsonErrorAt(read.text);
  if (error !== undefined) {
    const { section, base } = target.part;
    const at = { start: error.start, end: error.end };
    const span = shift(mapScalar(section.text, target.node, at), base);
    reader.report(
      'invalid-value',
      span.end > span.start ? span : { start: Math.max(span.start - 1, 0), end: span.start },
      `This is not JSON: ${error.message} Expected JSON text, ${example}.`,
    );
    return read.text;
  }
  const value = JSON.parse(read.text) as JsonValue;
  // Its escapes are read here and not by YAML.
  if (read.text.isWellFormed() && !hasWholeCharacters(value)) reader.reportHalfCharacter(place);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reader.report('invalid-value', reader.tree.span(place), `Expected a JSON object, ${example}.`);
  }
  return read.text;
}

/** The key at the start of a line, and nothing but blanks and comments between it and the value. */
const keyBefore =
  /(?:^|\n)(?:jsonSchema|"jsonSchema"|'jsonSchema')[ \t]*:(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*$/;

/** Puts a block scalar where a mapping stands, on the line of its key; undefined where there is no room for one. */
function replaceMapping(place: Place, span: Span, json: string): TextEdit | undefined {
  const { section, base } = place.part;
  const behind = /^[^\n]*/.exec(section.text.slice(span.end - base))?.[0] ?? '';
  if (!keyBefore.test(section.text.slice(0, span.start - base)) || behind.trim() !== '') return undefined;
  const block = `|-\n${json.replace(/^/gm, '  ')}`;
  const gap = /:([ \t]*\r?\n[ \t]*)$/.exec(section.text.slice(0, span.start - base))?.[1];
  return gap === undefined
    ? { ...span, text: block }
    : { start: span.start - gap.length, end: span.end, text: ` ${block}` };
}

export function readTools(reader: Reader, place: Place): readonly JsonObject[] {
  const what = 'a tool such as `{ type: function, function: { name: … } }`';
  return reader
    .list(place, 'a list of tools')
    .map(item => reader.object(item, what))
    .filter(tool => tool !== undefined);
}
