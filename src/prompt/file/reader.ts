import { isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { nearName } from '../nearName.ts';
import { defaultSeverities, type Fix, type Problem, type ProblemCode, type Span } from '../problem.ts';
import type { JsonObject, JsonValue, TemplateMode } from '../prompt.ts';
import { parseTemplate, type Template } from '../template.ts';
import { isJsonObject } from '../valueType.ts';
import { hasWholeCharacters } from '../wholeCharacters.ts';
import { isUnquotedTemplate } from './inspect.ts';
import { mapScalar } from './scalar.ts';
import type { Entry, Place, Tree } from './tree.ts';

/** A template somewhere in the file, with the way back from its text to the file's. */
export interface PlacedTemplate {
  /** Where it stands: `messages.2.content`, `evaluators.0.llm.prompt`, … */
  readonly at: string;
  readonly kind: 'message' | 'judge' | 'check';
  /** Index of the message, for `kind: message`. */
  readonly message?: number;
  readonly template: Template;
  /** The whole scalar in the file. */
  readonly span: Span;
  /** Maps offsets of the template to the file; the whole scalar when no exact place is known. */
  toFile(span: Span): Span;
}

/** Text of the file and where it stands. */
export interface PlacedText {
  readonly text: string;
  readonly place: Place;
}

interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

type Details = Partial<Pick<Problem, 'fixes' | 'related' | 'tag'>>;

/** Reads values out of the tree and reports what is not as expected. One per top-level field. */
export class Reader {
  readonly tree: Tree;
  readonly problems: Problem[] = [];
  readonly templates: PlacedTemplate[] = [];
  readonly #mode: TemplateMode;

  constructor(tree: Tree, mode: TemplateMode) {
    this.tree = tree;
    this.#mode = mode;
  }

  report(code: ProblemCode, span: Span, message: string, details: Details = {}): void {
    const severity = defaultSeverities[code];
    if (severity === 'off') return;
    this.problems.push({ code, message, severity, start: span.start, end: span.end, ...details });
  }

  /** Says what was expected at a place and what is there. */
  expected(place: Place, what: string, details?: Details): void {
    const target = this.tree.resolve(place);
    if (isUnquotedTemplate(target.node)) return;
    this.report(
      'invalid-value',
      this.tree.span(place),
      `Expected ${what}, found ${describe(target)}.`,
      details,
    );
  }

  isAbsent(place: Place | undefined): boolean {
    if (place === undefined) return true;
    const { node } = this.tree.resolve(place);
    return node === null || (isScalar(node) && node.value === null);
  }

  /** A mapping's entries by key; reports anything else. Nothing at all is an empty mapping. */
  fields(place: Place, what: string): ReadonlyMap<string, Entry> {
    if (!this.isAbsent(place) && !isMap(this.tree.resolve(place).node)) this.expected(place, what);
    return new Map(this.tree.entries(place).map(entry => [entry.key, entry]));
  }

  /** A list's items; reports anything else. Nothing at all is an empty list. */
  list(place: Place, what: string): readonly Place[] {
    const { node } = this.tree.resolve(place);
    if (isSeq(node)) return this.tree.items(place);
    if (!this.isAbsent(place)) this.expected(place, what);
    return [];
  }

  /** Text as written: `1.10` and `yes` are text where text is expected, as GitHub reads them. */
  text(place: Place | undefined, what: string): PlacedText | undefined {
    if (place === undefined || this.isAbsent(place)) return undefined;
    const target = this.tree.resolve(place);
    if (isScalar(target.node)) {
      const text = target.node.source ?? '';
      this.#checkCharacters(target, text);
      return { text, place: target };
    }
    // The missing quotes are reported once, for the whole section.
    if (isUnquotedTemplate(target.node)) return { text: this.tree.source(target), place: target };
    this.expected(place, what);
    return undefined;
  }

  #checkCharacters(place: Place, value: JsonValue): void {
    if (!hasWholeCharacters(value)) this.reportHalfCharacter(this.#halfCharacter(place) ?? place);
  }

  reportHalfCharacter(place: Place): void {
    this.report(
      'invalid-value',
      this.tree.span(place),
      'This text holds half of a character (a lone surrogate such as \\ud83d), which no version could store. Write both halves, or the character itself.',
    );
  }

  /** The text in a value, not behind an alias, that holds half of a character. */
  #halfCharacter(place: Place): Place | undefined {
    const { node } = place;
    if (isScalar(node)) return node.source?.isWellFormed() === false ? place : undefined;
    const inner = isSeq(node)
      ? this.tree.items(place)
      : isMap(node)
        ? this.tree.entries(place).flatMap(({ keyPlace, value }) => [keyPlace, value])
        : [];
    for (const item of inner) {
      const found = this.#halfCharacter(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  choice<T extends string>(place: Place | undefined, choices: readonly T[], what: string): T | undefined {
    const read = this.text(place, `${what}: ${choices.join(', ')}`);
    if (read === undefined || place === undefined) return undefined;
    const found = choices.find(choice => choice === read.text);
    if (found === undefined) {
      const near = nearName(read.text, choices);
      this.report(
        'invalid-value',
        this.tree.span(read.place),
        `${JSON.stringify(read.text)} is no ${what}. Expected ${choices.join(', ')}.`,
        near === undefined ? {} : { fixes: [replaceWith(near, this.tree.span(read.place))] },
      );
    }
    return found;
  }

  number(place: Place | undefined, what: string, limits: Limits = {}): number | undefined {
    if (place === undefined || this.isAbsent(place)) return undefined;
    const { node } = this.tree.resolve(place);
    const value = isScalar(node) ? node.value : undefined;
    const { min = -Infinity, max = Infinity, integer = false } = limits;
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (value >= min && value <= max && (!integer || Number.isSafeInteger(value))) return value;
      this.report('invalid-value', this.tree.span(place), `Expected ${what}, found ${value}.`);
      return undefined;
    }
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    const fits = number >= min && number <= max && (!integer || Number.isSafeInteger(number));
    this.expected(
      place,
      what,
      fits
        ? { fixes: [{ ...replaceWith(String(number), this.tree.span(place)), title: 'Remove the quotes' }] }
        : {},
    );
    return undefined;
  }

  flag(place: Place | undefined, what: string): boolean | undefined {
    if (place === undefined || this.isAbsent(place)) return undefined;
    const { node } = this.tree.resolve(place);
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    const text = isScalar(node) ? String(node.source).toLowerCase() : '';
    const meant = /^(?:yes|on|true)$/.test(text)
      ? 'true'
      : /^(?:no|off|false)$/.test(text)
        ? 'false'
        : undefined;
    this.expected(
      place,
      `${what}: true or false`,
      meant === undefined ? {} : { fixes: [replaceWith(meant, this.tree.span(place))] },
    );
    return undefined;
  }

  /** Any value, as plain JSON. */
  json(place: Place): JsonValue {
    const value = this.tree.value(place);
    this.#checkCharacters(place, value);
    return value;
  }

  object(place: Place, what: string): JsonObject | undefined {
    if (this.isAbsent(place)) return undefined;
    if (isMap(this.tree.resolve(place).node)) {
      const value = this.json(place);
      if (isJsonObject(value)) return value;
    }
    this.expected(place, what);
    return undefined;
  }

  /** Remembers that a text is a template. */
  template(read: PlacedText, where: Pick<PlacedTemplate, 'at' | 'kind' | 'message'>): void {
    const { text, place } = read;
    const { base, section } = place.part;
    const node = isScalar(place.node) ? (place.node as Scalar) : undefined;
    const span = this.tree.span(place);
    const mode = this.#mode;
    let template: Template | undefined;
    this.templates.push({
      ...where,
      span,
      get template() {
        template ??= parseTemplate(text, mode);
        return template;
      },
      toFile: inner =>
        node === undefined
          ? { start: span.start + inner.start, end: span.start + inner.end }
          : shift(mapScalar(section.text, node, inner), base),
    });
  }

  /** Hints at keys that nothing reads. */
  unknownFields(entries: Iterable<Entry>, known: readonly string[], where: string): void {
    const all = [...entries];
    // What is there, or offered already: two keys may be misspelt forms of one.
    const taken = new Set(all.map(({ key }) => key));
    for (const { key, keyPlace, merged } of all) {
      if (merged || known.includes(key)) continue;
      const near = nearName(
        key,
        known.filter(name => !taken.has(name)),
      );
      if (near !== undefined) taken.add(near);
      const span = this.tree.span(keyPlace);
      this.report(
        'unknown-field',
        span,
        `Promptgate does not read \`${key}\` in ${where}.${near === undefined ? '' : ` Did you mean \`${near}\`?`}`,
        near === undefined ? {} : { fixes: [{ ...replaceWith(near, span), title: `Rename to \`${near}\`` }] },
      );
    }
  }
}

export function replaceWith(text: string, span: Span): Fix {
  return { title: `Change to \`${text}\``, edits: [{ start: span.start, end: span.end, text }] };
}

export function shift<T extends Span>(span: T, by: number): T {
  return by === 0 ? span : { ...span, start: span.start + by, end: span.end + by };
}

function describe({ node }: Place): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  const source = node.source ?? '';
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source;
  return typeof node.value === 'string' ? `the text ${JSON.stringify(shown)}` : shown;
}
