import { isScalar } from 'yaml';
import type { LintContext } from './lint.ts';
import { nearName } from './nearName.ts';
import type { Field, ParsedPrompt } from './parse.ts';
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
  const used = new Set<Ignore>();
  const silences = (ignore: Ignore, problem: Problem) =>
    ignore.code === problem.code &&
    problem.file === undefined &&
    ignore.covers !== undefined &&
    ignore.covers.start <= problem.start &&
    problem.start < ignore.covers.end;
  const take = (problem: Problem) => {
    const silencing = ignores.filter(ignore => silences(ignore, problem));
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
  const ignores: Ignore[] = [];
  for (const match of text.matchAll(comment)) {
    const start = match.index;
    const [whole, intro = '', codes = ''] = match;
    if (isInText(file, start + intro.length)) continue;
    const lineEnd = start + whole.length;
    const line = { start, end: text[lineEnd] === '\n' ? lineEnd + 1 : lineEnd };
    const covers = start === 0 ? { start: 0, end: text.length } : coveredBelow(file, line.end);
    const parts = codes.split(',');
    let at = start + intro.length;
    for (const [index, part] of parts.entries()) {
      const code = part.trim();
      const codeStart = at + part.indexOf(code);
      const codeSpan = { start: codeStart, end: codeStart + code.length };
      const isLast = index === parts.length - 1;
      const removal =
        parts.length === 1
          ? line
          : isLast
            ? { start: at - 1, end: codeSpan.end }
            : { start: codeSpan.start, end: at + part.length + 1 };
      if (code !== '') ignores.push({ code, codeSpan, removal, covers });
      at += part.length + 1;
    }
  }
  return ignores;
}

/** Whether an offset is in a scalar: a comment's look inside of a block of text is text. */
function isInText(file: ParsedPrompt, offset: number): boolean {
  const field = file.fieldAt(offset);
  return isScalar(field?.node) && field.value.start < offset && offset < field.value.end;
}

/** The key or item that begins on the next line, with its value; further comments may stand between. */
function coveredBelow(file: ParsedPrompt, from: number): Span | undefined {
  const { text } = file;
  let at = from;
  for (;;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    if (!/^[ \t]*#/.test(line)) break;
    if (end < 0) return undefined;
    at = end + 1;
  }
  const end = text.indexOf('\n', at);
  const lineEnd = end < 0 ? text.length : end;
  let widest: Field | undefined;
  for (const field of file.fields()) {
    const start = startOf(field);
    if (field.path === '' || start < at || start >= lineEnd) continue;
    if (
      !widest ||
      start < startOf(widest) ||
      (start === startOf(widest) && field.value.end > widest.value.end)
    ) {
      widest = field;
    }
  }
  return widest && { start: at, end: Math.max(lineEnd, widest.value.end) };
}

function startOf(field: Field): number {
  return field.key?.start ?? field.value.start;
}
