import type { Scalar } from 'yaml';
import type { Span } from '../problem.ts';

/** For each UTF-16 unit of a scalar's decoded text, where in the file it stands. */
interface ScalarMap {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Where text would be added behind the last unit. */
  readonly end: number;
}

/**
 * Where a part of a scalar's decoded text stands in `text`, the text that the node was read from. Works for every
 * style from `node.range` and the text alone, checks its result against what YAML read, and answers with the whole
 * scalar where the two differ.
 */
export function mapScalar(text: string, node: Scalar, span: Span): Span {
  const map = scalarMap(text, node);
  if (map === undefined) return scalarSpan(text, node);
  const last = map.starts.length;
  const start = Math.min(Math.max(span.start, 0), last);
  const end = Math.min(Math.max(span.end, start), last);
  const from = map.starts[start] ?? map.end;
  return { start: from, end: end === start ? from : (map.ends[end - 1] ?? from) };
}

/** The scalar without the blank lines behind a block scalar. */
export function scalarSpan(text: string, node: Scalar): Span {
  const [start, end] = node.range ?? [0, 0];
  const source = text.slice(start, end);
  return { start, end: start + source.trimEnd().length };
}

const maps = new WeakMap<Scalar, { readonly map: ScalarMap | undefined }>();

function scalarMap(text: string, node: Scalar): ScalarMap | undefined {
  let known = maps.get(node);
  if (known === undefined) {
    known = { map: buildMap(text, node) };
    maps.set(node, known);
  }
  return known.map;
}

function buildMap(text: string, node: Scalar): ScalarMap | undefined {
  if (node.range == null || node.source === undefined) return undefined;
  const [start, end] = node.range;
  const source = text.slice(start, end);
  const candidates =
    source[0] === '|' || source[0] === '>'
      ? blockScalars(source)
      : [source[0] === '"' ? doubleQuoted(source) : plainOrSingleQuoted(source)];
  for (const { decoded, starts, ends, end: last } of candidates) {
    if (decoded.join('') !== node.source) continue;
    return { starts: starts.map(at => at + start), ends: ends.map(at => at + start), end: last + start };
  }
  return undefined;
}

/** Decoded units with their places in the scalar's source. */
class Decoded {
  readonly decoded: string[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  end = 0;

  /** One piece of source stands for these units, all of them together. */
  add(units: string, start: number, end: number): void {
    for (let i = 0; i < units.length; i++) {
      this.decoded.push(units.charAt(i));
      this.starts.push(start);
      this.ends.push(end);
    }
    this.end = end;
  }

  /** Source that stands for itself. */
  copy(source: string, start: number, end: number): void {
    for (let at = start; at < end; at++) this.add(source.charAt(at), at, at + 1);
  }
}

interface Line extends Span {
  /** Where the next line starts; `end` is before the line break. */
  readonly next: number;
}

function linesOf(source: string, start: number, end: number): readonly Line[] {
  const lines: Line[] = [];
  for (let at = start; ;) {
    const feed = source.indexOf('\n', at);
    if (feed < 0 || feed >= end) {
      lines.push({ start: at, end, next: end });
      return lines;
    }
    lines.push({ start: at, end: source[feed - 1] === '\r' && feed > at ? feed - 1 : feed, next: feed + 1 });
    at = feed + 1;
  }
}

const isBlank = (unit: string | undefined): boolean => unit === ' ' || unit === '\t';

/** Lines are trimmed; one line break is a space, n are n - 1 line feeds. */
function plainOrSingleQuoted(source: string): Decoded {
  const out = new Decoded();
  const single = source[0] === "'";
  const close = source.length - (single ? 1 : 0);
  const lines = linesOf(source, single ? 1 : 0, close);
  out.end = single ? 1 : 0;
  let breaks: Line[] = [];
  lines.forEach((line, index) => {
    let { start, end } = line;
    if (index > 0) while (start < end && isBlank(source[start])) start++;
    if (index < lines.length - 1) while (end > start && isBlank(source[end - 1])) end--;
    if (index > 0 && (start < end || index === lines.length - 1)) {
      addBreaks(out, breaks);
      breaks = [];
    }
    for (let at = start; at < end; at++) {
      const doubled = single && source[at] === "'" && source[at + 1] === "'" && at + 1 < end;
      out.add(source.charAt(at), at, at + (doubled ? 2 : 1));
      if (doubled) at++;
    }
    // A blank line adds its break to those before it; the first line never is one.
    breaks.push(line);
  });
  return out;
}

function addBreaks(out: Decoded, breaks: readonly Line[]): void {
  const [first, ...blank] = breaks;
  if (first === undefined) return;
  if (blank.length === 0) out.add(' ', first.end, first.next);
  for (const line of blank) out.add('\n', line.end, line.next);
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};

const lineBreaks = /[ \t]*(\r?\n[ \t\r\n]*)/y;
const continuation = /\\\r?\n[ \t]*/y;
const blanks = /[ \t]+/y;

/** The match that starts exactly here. */
function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

function doubleQuoted(source: string): Decoded {
  const out = new Decoded();
  const close = source.length - 1;
  out.end = 1;
  for (let at = 1; at < close;) {
    const fold = matchAt(lineBreaks, source, at);
    const skipped = fold ?? matchAt(continuation, source, at);
    if (skipped !== null) {
      const end = at + skipped[0].length;
      if (fold !== null) addBreaks(out, linesOf(source, end - (fold[1] ?? '').length, end).slice(0, -1));
      at = end;
      continue;
    }
    const run = matchAt(blanks, source, at)?.[0].length;
    if (run === undefined && source[at] === '\\') {
      const length = escapeLength(source.charAt(at + 1));
      out.add(unescape(source.slice(at, at + length)), at, at + length);
      at += length;
    } else {
      const end = at + (run ?? 1);
      out.copy(source, at, end);
      at = end;
    }
  }
  return out;
}

function escapeLength(letter: string): number {
  return { x: 4, u: 6, U: 10 }[letter] ?? 2;
}

function unescape(escape: string): string {
  if (escape.length === 2) return escapes[escape.charAt(1)] ?? escape;
  const code = Number.parseInt(escape.slice(2), 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
}

/**
 * A block scalar's indentation may depend on the mapping around it, which its own text does not show: every
 * possible one is a candidate, and the caller takes the one that yields what YAML read.
 */
function* blockScalars(source: string): Generator<Decoded> {
  const header = /^[|>]([-+0-9]*)[^\n]*(?:\n|$)/.exec(source);
  if (header === null) return;
  const lines = linesOf(source, header[0].length, source.length);
  const indents = lines.filter(line => indentOf(source, line) < line.end - line.start);
  const deepest = lines.reduce((most, line) => Math.max(most, indentOf(source, line)), 0);
  const first = indents[0];
  const keep = header[1]?.includes('+') ?? false;
  const strip = header[1]?.includes('-') ?? false;
  const given = /[1-9]/.test(header[1] ?? '');
  const tries =
    !given && first !== undefined
      ? [indentOf(source, first)]
      : Array.from({ length: deepest + 1 }, (_, indent) => indent);
  for (const indent of tries) {
    yield blockScalar(source, lines, { folded: source[0] === '>', indent, keep, strip });
  }
}

function indentOf(source: string, line: Line): number {
  let at = line.start;
  while (at < line.end && source[at] === ' ') at++;
  return at - line.start;
}

interface BlockStyle {
  readonly folded: boolean;
  readonly indent: number;
  readonly keep: boolean;
  readonly strip: boolean;
}

function blockScalar(source: string, all: readonly Line[], style: BlockStyle): Decoded {
  const out = new Decoded();
  // The text behind the last line break is no line of its own.
  const lines = all.filter((line, index) => index < all.length - 1 || line.start < line.end);
  const textStart = (line: Line): number => Math.min(line.start + style.indent, line.end);
  let content = lines.length;
  while (content > 0 && isEmpty(lines[content - 1])) content--;
  function isEmpty(line: Line | undefined): boolean {
    return line !== undefined && textStart(line) === line.end;
  }

  out.end = lines[0] === undefined ? source.length : textStart(lines[0]);
  let pending: Line[] = [];
  let previousIndented = false;
  let started = false;
  for (const line of lines.slice(0, content)) {
    if (isEmpty(line)) {
      pending.push(line);
      continue;
    }
    const start = textStart(line);
    const indented = isBlank(source[start]);
    if (!style.folded || !started || indented || previousIndented) {
      for (const broken of pending) out.add('\n', broken.end, broken.next);
    } else {
      addBreaks(out, pending);
    }
    out.copy(source, start, line.end);
    pending = [line];
    previousIndented = indented;
    started = true;
  }

  const rest = [...pending, ...lines.slice(content)];
  const kept = style.keep ? rest : started && !style.strip ? rest.slice(0, 1) : [];
  for (const line of kept) out.add('\n', line.end, Math.max(line.next, line.end));
  if (kept.length > 0 && started) out.end = Math.min(out.end, source.length);
  return out;
}
