import { isScalar } from 'yaml';
import type { LintContext } from './lint.ts';
import { nearName } from './nearName.ts';
import type { ParsedPrompt } from './parse.ts';
import { defaultSeverities, isProblemCode, type Problem, type ProblemCode, type Span } from './problem.ts';

/** One code of a comment `# promptgate-ignore <code>, <code>: reason`. */
interface Ignore {
  readonly code: string;
  readonly codeSpan: Span;
  /** What to take out of the file when the code is not needed. */
  readonly removal: Span;
  /** What it covers; undefined: nothing stands below it. */
  readonly covers: Span | undefined;
}

/** Takes out the problems that a comment silences, and adds a hint for each code that silences nothing. */
export function applyIgnores(
  file: ParsedPrompt,
  context: LintContext,
  problems: readonly Problem[],
): readonly Problem[] {
  if (!file.text.includes('promptgate-ignore')) return problems;
  const ignores = readIgnores(file);
  const byCode = Map.groupBy(ignores, ({ code }) => code);
  const used = new Set<Ignore>();
  const silences = (ignore: Ignore, problem: Problem) =>
    // Nobody knows what an unreadable file says, and it is refused in any case.
    problem.code !== 'yaml-syntax' &&
    problem.file === undefined &&
    ignore.covers !== undefined &&
    ignore.covers.start <= problem.start &&
    problem.start < ignore.covers.end;
  const take = (problem: Problem) => {
    const silencing = (byCode.get(problem.code) ?? []).filter(ignore => silences(ignore, problem));
    for (const ignore of silencing) used.add(ignore);
    return silencing.length === 0;
  };
  const left = problems.filter(take);
  const unused = ignores.flatMap(ignore => {
    if (used.has(ignore) || (isProblemCode(ignore.code) && !isDecidable(ignore.code, file, context)))
      return [];
    return [unusedIgnore(ignore)];
  });
  return [...left, ...unused.filter(take)];
}

/** Whether lint could have found the problem, so that its absence means something. */
function isDecidable(code: ProblemCode, file: ParsedPrompt, context: LintContext): boolean {
  if (!file.complete || (context.severities[code] ?? defaultSeverities[code]) === 'off') return false;
  switch (code) {
    case 'dataset-row':
    case 'unused-ignore':
      return false;
    case 'duplicate-id':
      return context.sameId !== undefined;
    case 'no-rows':
      return file.prompt.datasets.length === 0 || context.datasetRows !== undefined;
    case 'unknown-model':
    case 'retired-model':
    case 'judge-is-subject':
      return context.resolveModel !== undefined;
    default:
      return true;
  }
}

function unusedIgnore(ignore: Ignore): Problem {
  const { code, codeSpan, removal } = ignore;
  const fixes = [{ title: 'Remove it', edits: [{ ...removal, text: '' }] }];
  const base = { code: 'unused-ignore', severity: 'hint', ...codeSpan } as const;
  if (isProblemCode(code)) {
    return { ...base, message: `There is no '${code}' here to ignore.`, fixes, tag: 'unnecessary' };
  }
  const near = nearName(code, Object.keys(defaultSeverities));
  if (near === undefined) return { ...base, message: `There is no problem code '${code}'.`, fixes };
  const rename = { title: `Change to '${near}'`, edits: [{ ...codeSpan, text: near }] };
  return {
    ...base,
    message: `There is no problem code '${code}'. Did you mean '${near}'?`,
    fixes: [rename, ...fixes],
  };
}

const comment = /^([ \t]*#[ \t]*promptgate-ignore[ \t]+)([^:\r\n]*)(?::.*)?\r?$/gm;

function readIgnores(file: ParsedPrompt): readonly Ignore[] {
  const { text } = file;
  const matches = [...text.matchAll(comment)];
  const belows = linesBelow(text, matches);
  const texts = textsOf(file);
  const comments = matches
    .map((match, index) => {
      const [whole, intro = '', codes = ''] = match;
      const end = match.index + whole.length;
      const line = { start: match.index, end: text[end] === '\n' ? end + 1 : end };
      return { line, codes, codesStart: match.index + intro.length, below: belows[index] ?? line.end };
    })
    .filter(({ codesStart }) => !texts.some(({ start, end }) => start < codesStart && codesStart < end));
  const coverage = coverageOf(file, new Set(comments.map(({ below }) => below)));
  return comments.flatMap(({ line, codes, codesStart, below }) => {
    const covers = line.start === 0 ? { start: 0, end: text.length } : coverage.get(below);
    return splitCodes(codes, codesStart, line).map(ignore => ({ ...ignore, covers }));
  });
}

function splitCodes(codes: string, start: number, line: Span): readonly Omit<Ignore, 'covers'>[] {
  const found: Omit<Ignore, 'covers'>[] = [];
  const parts = codes.split(',');
  let at = start;
  for (const [index, part] of parts.entries()) {
    const code = part.trim();
    const codeStart = at + part.indexOf(code);
    const codeSpan = { start: codeStart, end: codeStart + code.length };
    const partEnd = at + part.length;
    const next = parts[index + 1];
    // With its comma and the blanks behind it, or, as the last one, with the comma before it.
    const removal =
      next !== undefined
        ? { start: codeStart, end: partEnd + 1 + (next.length - next.trimStart().length) }
        : { start: at - 1, end: codeSpan.end };
    if (code !== '') found.push({ code, codeSpan, removal: parts.length === 1 ? line : removal });
    at = partEnd + 1;
  }
  return found;
}

/** Scalars of several lines: what looks like a comment inside of one is text. */
function textsOf(file: ParsedPrompt): readonly Span[] {
  const texts: Span[] = [];
  for (const { node, value } of file.fields()) {
    if (isScalar(node) && file.text.slice(value.start, value.end).includes('\n')) texts.push(value);
  }
  return texts;
}

/** For each comment the start of the next line that is no comment, walked once however many stand together. */
function linesBelow(text: string, matches: readonly RegExpExecArray[]): readonly number[] {
  const belows: number[] = [];
  let next = { start: -1, below: -1 };
  for (const { index, 0: whole } of matches.toReversed()) {
    let at = nextLine(text, index + whole.length);
    while (at !== next.start && /^[ \t]*#/.test(text.slice(at, at + 200))) at = nextLine(text, at);
    next = { start: index, below: at === next.start ? next.below : at };
    belows.push(next.below);
  }
  return belows.reverse();
}

function nextLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline + 1;
}

/** By the start of a line: the outermost key or item that begins on it, with its value. */
function coverageOf(file: ParsedPrompt, lines: ReadonlySet<number>): ReadonlyMap<number, Span> {
  const coverage = new Map<number, Span & { readonly from: number }>();
  for (const field of file.fields()) {
    const from = field.key?.start ?? field.value.start;
    const start = file.text.lastIndexOf('\n', from - 1) + 1;
    if (field.path === '' || !lines.has(start)) continue;
    const newline = file.text.indexOf('\n', start);
    const end = Math.max(field.value.end, newline < 0 ? file.text.length : newline);
    const known = coverage.get(start);
    if (!known || from < known.from || (from === known.from && end > known.end)) {
      coverage.set(start, { start, end, from });
    }
  }
  return coverage;
}
