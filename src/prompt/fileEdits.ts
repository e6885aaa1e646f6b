import { isMap, isScalar } from 'yaml';
import type { Field, ParsedPrompt, PlacedTemplate } from './parse.ts';
import type { Fix, Span, TextEdit } from './problem.ts';

/** A fix of one edit; none when there is no edit. */
export function fixOf(title: string, ...edits: readonly (TextEdit | undefined)[]): readonly Fix[] {
  const known = edits.filter(edit => edit !== undefined);
  return known.length > 0 && known.length === edits.length ? [{ title, edits: known }] : [];
}

/** A change inside of a template, if the same text stands in the file (no escapes, no folded lines). */
export function editTemplate(
  file: ParsedPrompt,
  placed: PlacedTemplate,
  span: Span,
  text: string,
): TextEdit | undefined {
  const { start, end } = placed.toFile(span);
  const written = file.text.slice(start, end);
  return written === placed.template.source.slice(span.start, span.end) ? { start, end, text } : undefined;
}

/** Another text for a key or a value that is one word; its quotes stay. */
export function editScalar(file: ParsedPrompt, span: Span, text: string): TextEdit {
  const quote = file.text[span.start];
  const isQuoted = quote === '"' || quote === "'";
  const written =
    isQuoted && isPlain(text) ? `${quote}${text}${quote}` : isPlain(text) ? text : JSON.stringify(text);
  return { start: span.start, end: span.end, text: written };
}

/** Removes an entry of a map with its line, or with its comma in a flow map. */
export function removeEntry(file: ParsedPrompt, path: string): TextEdit | undefined {
  const field = file.field(path);
  const parent = file.field(parentOf(path));
  if (!field?.key || !parent || !isMap(parent.node)) return undefined;
  const { text } = file;
  if (parent.node.items.length === 1) {
    const { key } = parent;
    const removed = key && { start: key.end, end: contentEnd(text, parent) };
    return removed && !isNeededElsewhere(text, removed) ? { ...removed, text: ': {}' } : undefined;
  }
  const { start } = field.key;
  const end = contentEnd(text, field);
  if (isNeededElsewhere(text, { start, end })) return undefined;
  if (parent.node.flow) {
    const after = /^\s*,[ \t]*/.exec(text.slice(end, end + 200));
    if (after) return { start, end: end + after[0].length, text: '' };
    const before = /,\s*$/.exec(text.slice(Math.max(0, start - 200), start));
    return before ? { start: start - before[0].length, end, text: '' } : undefined;
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(lineStart, start).trim() !== '') return undefined;
  const newline = text.indexOf('\n', end);
  if (newline >= 0) return { start: lineStart, end: newline + 1, text: '' };
  return { start: Math.max(0, lineStart - 1), end: text.length, text: '' };
}

/** Adds an entry at the end of a map, in the map's own style. */
export function addEntry(file: ParsedPrompt, mapPath: string, entry: string): TextEdit | undefined {
  const { text } = file;
  const map = file.field(mapPath);
  if (!map) return undefined;
  const at = contentEnd(text, map);
  if (!isMap(map.node)) return undefined;
  const last = map.node.items.at(-1)?.key;
  const lastField = isScalar(last) ? file.field(`${mapPath}.${String(last.value)}`) : undefined;
  if (map.node.flow) {
    if (text[at - 1] !== '}') return undefined;
    if (map.node.items.length === 0) return { start: map.value.start, end: at, text: `{ ${entry} }` };
    if (!lastField) return undefined;
    const end = contentEnd(text, lastField);
    return { start: end, end, text: `, ${entry}` };
  }
  if (!lastField?.key) return undefined;
  const { start } = lastField.key;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  // A key behind `? ` or an anchor does not show the column that the map's keys are in.
  if (!/^[\s-]*$/.test(text.slice(lineStart, start))) return undefined;
  const column = start - lineStart;
  // From the end of the last entry, comment and all, so that a removal of that entry is seen to be in the way.
  const from = contentEnd(text, lastField);
  const newline = text.indexOf('\n', from);
  const end = newline < 0 ? text.length : text[newline - 1] === '\r' ? newline - 1 : newline;
  const line = text.slice(from, end);
  return { start: from, end, text: `${line}${lineBreak(text)}${' '.repeat(column)}${entry}` };
}

/** Whether text holds an anchor that an alias outside of it names. */
function isNeededElsewhere(text: string, { start, end }: Span): boolean {
  const names = text.slice(start, end).matchAll(/&([^\s,[\]{}]+)/g);
  const rest = text.slice(0, start) + text.slice(end);
  return [...names].some(([, name]) => rest.includes(`*${name}`));
}

/** A key as it is written in YAML: quoted if it would be read as something else. */
export function yamlKey(name: string): string {
  return isPlain(name) ? name : JSON.stringify(name);
}

/** Where a field's text ends, without the line ends and comments that a block may take with it. */
function contentEnd(text: string, field: Field): number {
  let end = Math.max(field.value.end, field.key?.end ?? 0);
  const floor = field.key?.end ?? field.value.start;
  while (end > floor) {
    const lineStart = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(lineStart, end);
    const isEmpty = line.trim() === '' || (!isScalar(field.node) && line.trimStart().startsWith('#'));
    if (!isEmpty || lineStart <= floor) break;
    end = lineStart - 1;
  }
  while (end > floor && /\s/.test(text[end - 1] ?? '')) end -= 1;
  return end;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function isPlain(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_/.-]*$/u.test(text) && !/^(?:true|false|null|y|n|yes|no|on|off)$/i.test(text);
}
