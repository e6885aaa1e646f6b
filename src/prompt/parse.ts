import { isCollection, isMap, isPair, isScalar, type Node, type Scalar } from 'yaml';
import { Fields, type Field } from './file/fields.ts';
import { fileProblems } from './file/fileProblems.ts';
import { present } from './file/parameters.ts';
import { Reader, shift, type PlacedTemplate } from './file/reader.ts';
import type { ParsedRow } from './file/rows.ts';
import { mapScalar } from './file/scalar.ts';
import { readSections, type Part, type Section, type SectionedText } from './file/sections.ts';
import { emptyPrompt, promptFields, readTopLevel, type TopLevel } from './file/topLevel.ts';
import { syntaxProblems } from './file/syntaxProblems.ts';
import { Tree, type Entry } from './file/tree.ts';
import type { Problem, Span } from './problem.ts';
import type { Prompt, TemplateMode } from './prompt.ts';

export type { Field, ParsedRow, PlacedTemplate };

/** A prompt file, read as far as it can be. Never thrown away, whatever the text. */
export interface ParsedPrompt {
  /** The text without BOM that all offsets refer to. */
  readonly text: string;
  readonly prompt: Prompt;
  /** Of syntax and structure only; `lint` adds the rest. In file order. */
  readonly problems: readonly Problem[];
  readonly templates: readonly PlacedTemplate[];
  readonly rows: readonly ParsedRow[];
  /** Top-level sections that could not be read: checks that need them stay quiet. */
  readonly lost: ReadonlySet<string>;
  /** Whether the whole file could be read without an error, so that it may be evaluated and published. */
  readonly complete: boolean;
  /** The field at a path such as `variables.tone.type`, if the file has it. */
  field(path: string): Field | undefined;
  /** Every field, in file order. */
  fields(): Iterable<Field>;
  /** The innermost field around an offset. */
  fieldAt(offset: number): Field | undefined;
  /** A scalar's decoded offsets, in the file. */
  mapScalar(node: Scalar, span: Span): Span;
}

/** Reads a prompt file. Never throws: what is wrong is in `problems`. */
export function parsePrompt(text: string): ParsedPrompt {
  return createParser()(text);
}

/**
 * A parser for one file that changes: what it read of the last text is not read again, section by section.
 * Earlier results stay as they are.
 */
export function createParser(): (text: string) => ParsedPrompt {
  const sections = new Map<string, Section>();
  const compiled = new WeakMap<Node, Compiled>();
  return text => {
    const bare = text.replace(/^\uFEFF/, '');
    return parse(bare, readSections(bare, sections), compiled);
  };
}

/** What a top-level field says, for as long as neither its section nor the template mode changes. */
interface Compiled {
  readonly mode: TemplateMode;
  readonly base: number;
  readonly result: TopLevel;
}

function parse(text: string, sectioned: SectionedText, compiled: WeakMap<Node, Compiled>): ParsedPrompt {
  const tree = new Tree(sectioned.parts);
  const top = topEntries(tree);
  const isUnread = sectioned.isConflicted || (sectioned.error !== undefined && sectioned.parts.length === 0);
  const lost = new Set(isUnread ? promptFields : sectioned.lost.map(({ name }) => name));
  const mode = modeOf(tree, top, lost);
  const results = top.map(entry => compile(tree, entry, mode, compiled));
  const fields = new Fields(tree, top);

  const prompt: Prompt = {
    ...emptyPrompt,
    ...present(Object.assign({}, ...results.map(result => result.value))),
    template: mode,
  };
  const problems = [
    ...syntaxProblems(text, sectioned, tree),
    ...results.flatMap(result => result.problems),
    ...fileProblems(tree, { text, top, lost, prompt, fields, sectioned }),
  ].sort((a, b) => a.start - b.start || a.end - b.end);

  return {
    text,
    prompt,
    problems,
    templates: results.flatMap(result => result.templates),
    rows: results.flatMap(result => result.rows),
    lost,
    complete: !problems.some(problem => problem.severity === 'error'),
    field: path => fields.at(path),
    fields: () => fields.all(),
    fieldAt: offset => fields.around(offset),
    mapScalar: (node, span) => {
      const part = partOf(sectioned.parts, node);
      return part === undefined
        ? { start: 0, end: 0 }
        : shift(mapScalar(part.section.text, node, span), part.base);
    },
  };
}

/** Mustache for a file that declares variables or asks for it; else GitHub's literal tags. */
function modeOf(tree: Tree, top: readonly Entry[], lost: ReadonlySet<string>): TemplateMode {
  const nodeOf = (key: string): Node | null => {
    const entry = top.find(entry => entry.key === key);
    return entry === undefined ? null : tree.resolve(entry.value).node;
  };
  const template = nodeOf('template');
  const asked = isScalar(template) && template.value === 'mustache';
  return asked || isMap(nodeOf('variables')) || lost.has('variables') ? 'mustache' : 'literal';
}

/** The file's fields. Of two with one key the last counts; one that is written beats one that is merged in. */
function topEntries(tree: Tree): readonly Entry[] {
  const all = tree.parts.flatMap(part => tree.entries({ node: part.section.contents, part }));
  const chosen = new Map<string, Entry>();
  for (const entry of all) {
    if (chosen.get(entry.key)?.merged === false && entry.merged) continue;
    chosen.set(entry.key, entry);
  }
  return all.filter(entry => chosen.get(entry.key) === entry);
}

function compile(tree: Tree, entry: Entry, mode: TemplateMode, compiled: WeakMap<Node, Compiled>): TopLevel {
  const { base } = entry.value.part;
  const key = entry.merged ? null : entry.keyPlace.node;
  const known = key === null ? undefined : compiled.get(key);
  if (known?.mode === mode) {
    if (known.base === base) return known.result;
    const result = shiftResult(known.result, base - known.base);
    if (key !== null) compiled.set(key, { mode, base, result });
    return result;
  }
  tree.dependsOnOthers = false;
  const result = readTopLevel(new Reader(tree, mode), entry);
  if (key !== null && !tree.dependsOnOthers) compiled.set(key, { mode, base, result });
  return result;
}

function shiftResult({ value, rows, templates, problems }: TopLevel, by: number): TopLevel {
  return {
    value,
    rows: rows.map(row => ({ ...row, span: shift(row.span, by), anchor: shift(row.anchor, by) })),
    templates: templates.map(placed => shiftTemplate(placed, by)),
    problems: problems.map(problem => ({
      ...shift(problem, by),
      ...(problem.related && { related: problem.related.map(related => shift(related, by)) }),
      ...(problem.fixes && {
        fixes: problem.fixes.map(fix => ({ ...fix, edits: fix.edits.map(edit => shift(edit, by)) })),
      }),
    })),
  };
}

function shiftTemplate(placed: PlacedTemplate, by: number): PlacedTemplate {
  const { at, kind, message, span } = placed;
  return {
    at,
    kind,
    ...(message !== undefined && { message }),
    // Not copied: a template is read when it is first asked for.
    get template() {
      return placed.template;
    },
    span: shift(span, by),
    toFile: inner => shift(placed.toFile(inner), by),
  };
}

/** Which section a node is from. */
function partOf(parts: readonly Part[], node: Node): Part | undefined {
  return parts.find(({ section }) => holds(section.contents, node));
}

function holds(tree: unknown, node: Node): boolean {
  if (tree === node) return true;
  if (isPair(tree)) return holds(tree.key, node) || holds(tree.value, node);
  if (!isCollection(tree) || !tree.range || !node.range) return false;
  if (node.range[0] < tree.range[0] || node.range[0] > tree.range[2]) return false;
  return tree.items.some(item => holds(item, node));
}
