import { distance } from 'fastest-levenshtein';
import { blankAfter, blankBefore, trimmed } from './blanks.ts';
import type { Span } from './problem.ts';
import type { Template, TemplateNode, TemplateProblem } from './template.ts';
import { isTemplateName, namePattern } from './templateName.ts';

/** Deeper templates are cut off, so that whoever walks one may recurse. */
const maxDepth = 100;
/** More problems than this in one template help nobody. */
const maxProblems = 50;

type Sigil = '' | '#' | '^' | '/' | '!' | '=' | '>' | '&' | '{';

/** A tag as it stands in the text. */
interface Tag extends Span {
  readonly sigil: Sigil;
  /** What stands between the sigil and the end, without spaces around it. */
  readonly body: Span;
}

/** A section that waits for its end. */
interface Open {
  readonly tag: Tag;
  readonly name: string;
  readonly nameSpan: Span;
  readonly inverted: boolean;
  readonly children: TemplateNode[];
}

/** Mustache without lambdas and HTML escaping. What cannot be read stays text and is a problem. */
export function readMustache(source: string): Pick<Template, 'nodes' | 'problems'> {
  const reader = new Reader(source);
  reader.read();
  return { nodes: reader.nodes, problems: reader.problems };
}

class Reader {
  readonly source: string;
  readonly nodes: TemplateNode[] = [];
  readonly problems: TemplateProblem[] = [];
  #open = '{{';
  #close = '}}';
  /** Where the next closing delimiter is: looked for once, not from every opening one. */
  #closeAt = -1;
  #braceRunEnd = -1;
  readonly #sections: Open[] = [];
  readonly #openNames = new Map<string, number>();
  /** Start of the text that is in no node yet, and of what of it is rendered. */
  #textStart = 0;
  #textFrom = 0;

  constructor(source: string) {
    this.source = source;
  }

  read(): void {
    let at = 0;
    while (at < this.source.length) {
      const start = this.source.indexOf(this.#open, at);
      if (start < 0) break;
      const tag = this.#tagAt(start);
      if (!tag) {
        at = start + this.#open.length;
        continue;
      }
      this.#take(tag);
      at = tag.end;
      if (this.#sections.length > maxDepth) {
        this.#problem(tag, `Sections are nested more than ${maxDepth} deep; the rest is read as text.`);
        break;
      }
    }
    const { length } = this.source;
    this.#text(length);
    const tooDeep = this.#sections.length > maxDepth;
    while (this.#sections.length > 0) {
      if (tooDeep) this.#closeTop(length, undefined);
      else this.#unclosed(length);
    }
    this.problems.sort((a, b) => a.start - b.start);
  }

  /** The tag that begins here, or undefined when it is never closed: then its start is text. */
  #tagAt(start: number): Tag | undefined {
    const { source } = this;
    const inner = start + this.#open.length;
    const first = source[inner] ?? '';
    const sigil = isSigil(first) ? first : '';
    if (this.#closeAt < inner) {
      const found = source.indexOf(this.#close, inner);
      this.#closeAt = found < 0 ? Infinity : found;
    }
    const close = this.#closeAt;
    const next = source.indexOf(this.#open, inner);
    // A comment may hold opening delimiters, and a change of delimiters may name them.
    const cut = next >= 0 && next < close && sigil !== '!' && sigil !== '=';
    if (close === Infinity || cut) {
      this.#unclosedTag(start, sigil, cut ? next : source.length);
      return undefined;
    }
    let bodyEnd = close;
    let end = close + this.#close.length;
    if (sigil === '{') {
      if (source[close - 1] === '}' && close - 1 > inner) bodyEnd = close - 1;
      else if (source[end] === '}') end += 1;
      else {
        const text = `${this.#open}{${source.slice(inner + 1, close).trim()}}${this.#close}`;
        this.#problem(
          { start, end },
          `A tag that starts with '${this.#open}{' ends with '}${this.#close}'.`,
          {
            title: `Change to ${text}`,
            text,
          },
        );
        return undefined;
      }
    }
    return { sigil, start, end, body: trimmed(source, inner + sigil.length, bodyEnd) };
  }

  #unclosedTag(start: number, sigil: string, limit: number): void {
    const after = start + this.#open.length + sigil.length;
    if (sigil === '!') {
      this.#problem({ start, end: after }, `This comment is never closed with '${this.#close}'.`);
      return;
    }
    const match = nameStart.exec(this.source.slice(after, Math.min(limit, after + 200)));
    const name = match?.[1] ?? '';
    if (!name) {
      // A run of braces is one mistake, not one for each pair.
      const inRun = start === this.#braceRunEnd;
      this.#braceRunEnd = start + this.#open.length;
      if (!inRun)
        this.#problem(
          { start, end: after },
          `'${this.#open}' opens a tag that is never closed. ${literalHint}`,
        );
      return;
    }
    const end = after + (match?.[0].length ?? 0);
    const text = `${this.#open}${sigil}${name}${sigil === '{' ? '}' : ''}${this.#close}`;
    this.#problem({ start, end }, `The tag '${this.source.slice(start, end)}' is never closed.`, {
      title: `Change to ${text}`,
      text,
    });
  }

  #take(tag: Tag): void {
    const { start, end, body } = tag;
    const name = this.source.slice(body.start, body.end);
    switch (tag.sigil) {
      case '!':
        this.#text(start, true, end);
        this.#push({ kind: 'comment', start, end });
        return;
      case '=':
        return this.#changeDelimiters(tag, name);
      case '>':
        if (name === '') return this.#emptyTag(tag);
        this.#text(start, true, end);
        this.#push({ kind: 'include', name, nameSpan: body, start, end });
        return;
      case '/':
        return this.#closeSection(tag, name);
      case '#':
      case '^':
        return this.#openSection(tag, name);
      default:
    }
    if (name === '') return this.#emptyTag(tag);
    if (name !== '.' && !isTemplateName(name)) return this.#badName(tag, name);
    this.#text(start);
    this.#push({
      kind: 'variable',
      path: name === '.' ? ['.'] : name.split('.'),
      name,
      nameSpan: body,
      spaced: tag.sigil === '' && body.end - body.start !== end - start - 2 * this.#open.length,
      start,
      end,
    });
    this.#textStart = this.#textFrom = end;
  }

  #openSection(tag: Tag, written: string): void {
    if (written === '') return this.#emptyTag(tag);
    let name = written;
    let nameSpan = tag.body;
    let inverted = tag.sigil === '^';
    const block = handlebarsBlock.exec(name);
    const inner = block?.[2];
    // A wrong name still opens a section, so that one mistake is one problem.
    if (block && inner) {
      inverted = block[1] === 'unless';
      const sigil = inverted ? '^' : '#';
      const text = `${this.#open}${sigil}${inner}${this.#close}`;
      this.#problem(tag, `Templates have no '#${block[1]}'; a section does it: '${text}'.`, {
        title: `Change to ${text}`,
        text,
      });
      nameSpan = { start: tag.body.end - inner.length, end: tag.body.end };
      name = inner;
    } else if (name !== '.' && !isTemplateName(name)) {
      this.#badName(tag, name);
    }
    this.#text(tag.start, true, tag.end);
    this.#sections.push({ tag, name, nameSpan, inverted, children: [] });
    this.#openNames.set(name, (this.#openNames.get(name) ?? 0) + 1);
  }

  #closeSection(tag: Tag, written: string): void {
    let name = written;
    if (!this.#openNames.get(name)) {
      const top = this.#sections.at(-1);
      const asWritten = this.source.slice(tag.start, tag.end);
      if (!top) {
        this.#problem(tag, `'${asWritten}' closes a section that was never opened.`);
        return;
      }
      const text = `${this.#open}/${top.name}${this.#close}`;
      const message = `'${asWritten}' closes nothing; the open section is '${top.name}'.`;
      const slip = written === '' || blockWords.has(written) || isSlipOf(written, top.name);
      this.#problem(tag, slip ? `${message} Did you mean '${text}'?` : message, {
        title: `Change to ${text}`,
        text,
      });
      if (!slip) return;
      name = top.name;
    }
    this.#text(tag.start, true, tag.end);
    while (this.#sections.at(-1)?.name !== name) this.#unclosed(tag.start);
    this.#closeTop(tag.end, tag.body);
  }

  #unclosed(end: number): void {
    const top = this.#sections.at(-1);
    if (!top) return;
    const written = this.source.slice(top.tag.start, top.tag.end);
    this.#problem(
      top.tag,
      `The section '${written}' is never closed with '${this.#open}/${top.name}${this.#close}'.`,
    );
    this.#closeTop(end, undefined);
  }

  #closeTop(end: number, closeNameSpan: Span | undefined): void {
    const section = this.#sections.pop();
    if (!section) return;
    const { tag, name, nameSpan, inverted, children } = section;
    this.#openNames.set(name, (this.#openNames.get(name) ?? 1) - 1);
    this.#push({
      kind: 'section',
      inverted,
      path: name === '.' ? ['.'] : name.split('.'),
      name,
      nameSpan,
      ...(closeNameSpan && { closeNameSpan }),
      children,
      start: tag.start,
      end,
    });
  }

  #changeDelimiters(tag: Tag, body: string): void {
    const match = /^(\S+)\s+(\S+?)\s*=$/.exec(body);
    const [, open, close] = match ?? [];
    if (!open || !close || open.includes('=') || close.includes('=')) {
      this.#problem(tag, "A change of delimiters is written like this: '{{=<% %>=}}'.");
      return;
    }
    this.#text(tag.start, true, tag.end);
    this.#push({ kind: 'delimiters', start: tag.start, end: tag.end });
    this.#open = open;
    this.#close = close;
    this.#closeAt = -1;
  }

  #emptyTag(tag: Tag): void {
    this.#problem(tag, 'This tag names no variable.', { title: 'Remove the tag', text: '' });
  }

  #badName(tag: Tag, name: string): void {
    const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
    if (tag.sigil === '' && name.includes('|')) {
      const bare = name.slice(0, name.indexOf('|')).trim();
      const text = `${this.#open}${bare}${this.#close}`;
      const fix = isTemplateName(bare) ? { title: `Change to ${text}`, text } : undefined;
      this.#problem(tag, `Templates have no filters: '${shown}'.`, fix);
    } else {
      this.#problem(tag, `'${shown}' is not a name. ${literalHint}`);
    }
  }

  #problem(span: Span, message: string, fix?: { readonly title: string; readonly text: string }): void {
    if (this.problems.length >= maxProblems) return;
    const { start, end } = span;
    this.problems.push({ message, start, end, ...(fix && { replacement: { ...fix, start, end } }) });
  }

  #push(node: TemplateNode): void {
    (this.#sections.at(-1)?.children ?? this.nodes).push(node);
  }

  /** Ends the text before a tag; a tag alone on its line takes the line with it. */
  #text(end: number, canStandAlone = false, tagEnd = end): void {
    let to = end;
    let from = tagEnd;
    if (canStandAlone) {
      const lineStart = blankBefore(this.source, end);
      const lineEnd = blankAfter(this.source, tagEnd);
      if (lineStart !== undefined && lineEnd !== undefined) {
        to = lineStart;
        from = lineEnd;
      }
    }
    if (end > this.#textStart) {
      const text = this.source.slice(this.#textFrom, Math.max(to, this.#textFrom));
      this.#push({ kind: 'text', text, start: this.#textStart, end });
    }
    this.#textStart = tagEnd;
    this.#textFrom = from;
  }
}

const literalHint = "To write braces as text, change the delimiters first: '{{=<% %>=}}'.";
const handlebarsBlock = /^(if|unless|each|with)\s+(\S+)$/;
const blockWords: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);
// Punctuation at the end belongs to the sentence: "{{name: the customer".
const nameStart = new RegExp(String.raw`^[ \t]*(${namePattern}(?<![:/-]))(?:[ \t]*\})?`, 'u');

function isSigil(char: string): char is Exclude<Sigil, ''> {
  return char !== '' && '#^/!=>&{'.includes(char);
}

function isSlipOf(written: string, name: string): boolean {
  // Far-off lengths are no slip, and would cost a comparison of two long texts.
  return Math.abs(written.length - name.length) <= 3 && distance(written, name) <= 3;
}
