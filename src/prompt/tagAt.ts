/** The tag that is being typed around a caret, read from the text alone: half a tag breaks the YAML around it. */
export interface TagAtCaret {
  /** `#`, `^`, `/`, `&`, `>` or nothing. */
  readonly sigil: string;
  /** The name typed so far, as offsets into the file. */
  readonly start: number;
  readonly end: number;
  /** Braces that already close the tag, `}}` or less. */
  readonly closing: string;
  /** Top-level key that the caret is below. */
  readonly section: string;
}

/** @returns undefined when the caret is in no open `{{`, or outside of what holds templates */
export function tagAt(text: string, caret: number): TagAtCaret | undefined {
  const lineStart = text.lastIndexOf('\n', caret - 1) + 1;
  const before = text.slice(lineStart, caret);
  const open = /\{\{([#^/&>]?)[ \t]*([\w.-]*)$/.exec(before);
  if (!open) return undefined;
  const section = sectionAt(text, lineStart);
  if (section !== 'messages' && section !== 'evaluators') return undefined;
  const [, sigil = '', typed = ''] = open;
  const rest = /^([\w.-]*)[ \t]*(\}{0,2})/.exec(text.slice(caret, caret + 300));
  return {
    sigil,
    start: caret - typed.length,
    end: caret + (rest?.[1]?.length ?? 0),
    closing: rest?.[2] ?? '',
    section,
  };
}

/** Sections that are open at an offset, outermost first, by their names: what `{{/` may close. */
export function openSections(text: string, from: number, caret: number): readonly string[] {
  const open: string[] = [];
  for (const [, sigil, name] of text.slice(from, caret).matchAll(/\{\{([#^/])[ \t]*([\w.-]+)[ \t]*\}\}/g)) {
    if (name === undefined) continue;
    if (sigil !== '/') open.push(name);
    else if (open.at(-1) === name) open.pop();
  }
  return open;
}

/** The top-level key whose section a line belongs to. */
function sectionAt(text: string, lineStart: number): string {
  for (let end = lineStart; end > 0;) {
    const start = end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1;
    const key = /^["']?(\w+)["']?[ \t]*:/.exec(text.slice(start, end));
    if (key?.[1]) return key[1];
    end = start;
  }
  return '';
}
