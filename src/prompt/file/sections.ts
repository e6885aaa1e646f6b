import { isMap, isScalar, type Node } from 'yaml';
import type { Span } from '../problem.ts';
import { inspect, type Inspection } from './inspect.ts';
import { readYaml, type YamlError } from './yaml.ts';

/** A piece of a file that YAML was read from: one top-level section, or the file as a whole. Offsets are its own. */
export interface Section extends Inspection {
  readonly text: string;
  /** The top-level key, when the section holds just one. */
  readonly name?: string;
  readonly contents: Node | null;
  readonly errors: readonly YamlError[];
}

/** A section where it stands in a file. */
export interface Part {
  readonly section: Section;
  readonly base: number;
}

/** A section that could not be read, with its first error. Offsets are the file's. */
export interface LostSection extends Span {
  readonly name: string;
  readonly error: YamlError;
}

export interface SectionedText {
  readonly parts: readonly Part[];
  readonly lost: readonly LostSection[];
  /** What is wrong with the file as a whole. */
  readonly error?: YamlError;
  /** Git left both sides of a merge in it: what stands above a marker may go on below it, so nothing is whole. */
  readonly isConflicted?: boolean;
}

/** More sections than any prompt has: a log or a table, not worth a second look. */
const mostSections = 200;

/**
 * Reads a file section by section, so that a section that did not change need not be read again (`known`), and so
 * that a broken section does not take the others with it. `known` then holds the sections of this text.
 */
export function readSections(text: string, known: Map<string, Section>): SectionedText {
  const previous = new Map(known);
  known.clear();
  const read = (source: string): Section => {
    const section = known.get(source) ?? previous.get(source) ?? readSection(source);
    known.set(source, section);
    return section;
  };

  const parts = splitSections(text)?.map(({ start, end }) => ({
    section: read(text.slice(start, end)),
    base: start,
  }));
  if (parts?.every(({ section }) => section.name !== undefined && section.errors.length === 0)) {
    return { parts, lost: [] };
  }
  const whole = read(text);
  const [error] = whole.errors;
  if (error === undefined) return { parts: [{ section: whole, base: 0 }], lost: [] };
  return parts === undefined ? { parts: [], lost: [], error } : separate(parts, error);
}

function separate(parts: readonly Part[], error: YamlError): SectionedText {
  const lost = parts.flatMap(part => lostSection(part) ?? []);
  const good = parts.filter(part => lostSection(part) === undefined);
  if (lost.length === 0) return { parts: good, lost, error };
  return lost.some(({ name }) => isConflictMarker(name))
    ? { parts: good, lost, isConflicted: true }
    : { parts: good, lost };
}

function isConflictMarker(text: string): boolean {
  return /^(?:<{7}|={7}|>{7}|\|{7})(?!\S)/.test(text);
}

function lostSection({ section, base }: Part): LostSection | undefined {
  const [error] = section.errors;
  if (section.name !== undefined && error === undefined) return undefined;
  const [firstLine = ''] = section.text.split(/\r?\n/, 1);
  const conflict = {
    start: base,
    end: base + firstLine.length,
    message: 'Git left a conflict here: settle it, and take out the lines with <<<<<<<, ======= and >>>>>>>.',
  };
  if (isConflictMarker(firstLine))
    return {
      name: firstLine.slice(0, 7),
      start: base,
      end: base + section.text.trimEnd().length,
      error: conflict,
    };
  return {
    name: section.name ?? /^["']?([^\s:"']*)/.exec(section.text)?.[1] ?? '',
    start: base,
    end: base + section.text.trimEnd().length,
    error:
      error === undefined
        ? { start: base, end: base + firstLine.length, message: 'Expected a field such as `name: …` here.' }
        : { ...error, start: error.start + base, end: error.end + base },
  };
}

/** Pieces that start at a line with text in column 0; undefined when such lines say nothing about the file. */
function splitSections(text: string): readonly Span[] | undefined {
  const starts: number[] = [];
  for (let line = 0; line < text.length; line = nextLine(text, line)) {
    if (!/[^\s#\-\]}%?:.]/.test(text.charAt(line))) continue;
    if (starts.push(line) > mostSections) return undefined;
  }
  const [first] = starts;
  if (first === undefined || !isPreamble(text.slice(0, first))) return undefined;
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? text.length }));
}

function nextLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed < 0 ? text.length : feed + 1;
}

/** Comments, blank lines and one `---` may stand before the first section. */
function isPreamble(text: string): boolean {
  const lines = text.split('\n').map(line => line.trim());
  return (
    lines.every(line => line === '' || line === '---' || line.startsWith('#')) &&
    lines.filter(line => line === '---').length <= 1
  );
}

function readSection(text: string): Section {
  const { contents, errors } = readYaml(text);
  const name = nameOf(contents);
  return { text, contents, errors, ...inspect(contents), ...(name !== undefined && { name }) };
}

/** The key of a block mapping that holds nothing else. */
function nameOf(contents: Node | null): string | undefined {
  if (!isMap(contents) || contents.flow || contents.items.length !== 1) return undefined;
  const key = contents.items[0]?.key;
  return isScalar(key) && key.range?.[0] === 0 ? (key.source ?? '') : undefined;
}
