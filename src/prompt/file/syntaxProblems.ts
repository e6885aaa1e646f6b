import { defaultSeverities, type Problem, type Span } from '../problem.ts';
import type { LostSection, SectionedText } from './sections.ts';
import type { Tree } from './tree.ts';

/** What is wrong with the file as YAML, before anyone asks what it says. At most one error per lost section. */
export function syntaxProblems(
  text: string,
  { parts, lost, error }: SectionedText,
  tree: Tree,
): readonly Problem[] {
  const found: Problem[] = [];
  if (error !== undefined) found.push(syntax(text, error, error.message));
  for (const section of lost)
    found.push(
      unquotedIn(text, section) ?? syntax(text.slice(0, section.end), section.error, section.error.message),
    );

  const keys = new Map<string, Span>();
  for (const { section, base } of parts) {
    for (const span of section.unquoted)
      found.push(unquoted(text, { start: span.start + base, end: span.end + base }));
    for (const { key, first, start, end } of section.duplicateKeys) {
      found.push(
        duplicate(
          key,
          { start: start + base, end: end + base },
          { start: first.start + base, end: first.end + base },
        ),
      );
    }
    if (section.name === undefined || parts.length === 1) continue;
    const span = { start: base, end: base + section.name.length };
    const first = keys.get(section.name);
    if (first === undefined) keys.set(section.name, span);
    else if (section.name !== '<<') found.push(duplicate(section.name, span, first));
  }
  for (const alias of tree.aliasProblems) found.push(syntax(text, alias, alias.message));
  return found;
}

function syntax(text: string, span: Span, message: string): Problem {
  return { code: 'yaml-syntax', severity: defaultSeverities['yaml-syntax'], message, ...visible(text, span) };
}

/** The span on text that can be underlined: what is missing behind a line is shown at the line's end. */
function visible(text: string, { start, end }: Span): Span {
  if (start < text.length && !/[\r\n]/.test(text.charAt(start))) {
    return { start, end: Math.max(start + 1, Math.min(end, text.length)) };
  }
  const before = text.slice(0, start).trimEnd().length;
  return { start: Math.max(before - 1, 0), end: before };
}

function duplicate(key: string, span: Span, first: Span): Problem {
  return {
    code: 'yaml-syntax',
    severity: defaultSeverities['yaml-syntax'],
    message: `\`${key}\` stands here twice. Remove one of the two.`,
    ...span,
    related: [{ ...first, message: `The first \`${key}\`` }],
  };
}

function unquoted(text: string, span: Span): Problem {
  const source = text.slice(span.start, span.end);
  const quoted = quote(source);
  // In a flow mapping `id:{{x}}` is a key and its value, and `id:"…"` a text.
  const edit = { ...span, text: text[span.start - 1] === ':' ? ` ${quoted}` : quoted };
  return {
    code: 'unquoted-template',
    severity: defaultSeverities['unquoted-template'],
    message: `YAML reads a value that starts with {{ as a mapping. Put it in quotes: ${quoted.length > 60 ? '"{{…}}"' : quoted}.`,
    ...span,
    fixes: source.includes('\n') ? [] : [{ title: 'Put it in quotes', edits: [edit] }],
  };
}

function quote(source: string): string {
  return /["\\]/.test(source) ? `'${source.replaceAll("'", "''")}'` : `"${source}"`;
}

/**
 * A value without quotes that YAML stopped at because of its `{{`: where the value starts with it and goes on behind
 * `}}`, and in a flow collection wherever in the value it stands.
 */
function unquotedIn(text: string, { start: sectionStart, error }: LostSection): Problem | undefined {
  const lineStart = text.lastIndexOf('\n', error.start - 1) + 1;
  const lineEnd = /\r?\n|$/.exec(text.slice(lineStart))?.index ?? 0;
  const line = text.slice(lineStart, lineStart + lineEnd);
  const value = /(?<=[:\-,[]\s+|^\s*)(?:[^\s"'{}[\],#:-][^"'{}[\],#:]*)?\{\{(?=[^{}]*\}\})/g;
  for (let match = value.exec(line); match !== null; match = value.exec(line)) {
    const start = match.index;
    const before = line.slice(0, start);
    const inFlow = /[[{]/.test(before);
    if (/["']/.test(before) || lineStart + start > error.start) return undefined;
    if (!inFlow && match[0] !== '{{') continue;
    const end = valueEnd(line, start, inFlow);
    // What begins its line is a value only below `key:` or a dash; with `: ` inside it is an entry of its own.
    const above = before.trim() === '' ? text.slice(sectionStart, lineStart).trimEnd() : '-';
    if (!/(?:^|\s)-$|:$/.test(above)) return undefined;
    if ((inFlow || /^[\s-]*$/.test(before)) && /:(?:\s|$)/.test(line.slice(start, end))) return undefined;
    if (lineStart + end >= error.start)
      return unquoted(text, { start: lineStart + start, end: lineStart + end });
  }
  return undefined;
}

/** Where a value on one line ends: before a comment, and in a flow collection before what separates values. */
function valueEnd(line: string, start: number, inFlow: boolean): number {
  let at = start;
  while (at < line.length) {
    const close = line.startsWith('{{', at) ? line.indexOf('}}', at) : -1;
    if (close >= 0) at = close + 2;
    else if (line.startsWith(' #', at) || (inFlow && /[,}\]]/.test(line.charAt(at)))) break;
    else at++;
  }
  return start + line.slice(start, at).trimEnd().length;
}
