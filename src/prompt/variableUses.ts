import { inferContract } from './contract.ts';
import type { ParsedPrompt } from './parse.ts';
import type { Span } from './problem.ts';
import type { Variable } from './prompt.ts';
import { tagNames } from './tagNames.ts';

/** One place where a variable's name stands in a template or as a placeholder; offsets into the file. */
export interface VariableUse extends Span {
  readonly name: string;
  /** `messages.1.content`, `evaluators.0.llm.prompt`, … */
  readonly at: string;
}

/** Everything that the file says of one variable. */
export interface VariableFacts {
  readonly name: string;
  /** As declared or inferred; absent: nobody gives it. */
  readonly variable?: Variable;
  readonly isDeclared: boolean;
  /** The key below `variables:`. */
  readonly declaration?: Span;
  readonly uses: readonly VariableUse[];
  /** The key in every row that gives it. */
  readonly rows: readonly Span[];
  readonly rowCount: number;
}

/** The uses of every variable, in file order. Of a dotted path only the first part is the variable's. */
export function variableUses(parsed: ParsedPrompt): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  for (const { placed, node, head, headSpan } of tagNames(parsed)) {
    uses.push({ name: head, at: placed.at, ...placed.toFile(headSpan) });
    const close = node.kind === 'section' ? node.closeNameSpan : undefined;
    if (!close) continue;
    uses.push({
      name: head,
      at: placed.at,
      ...placed.toFile({ start: close.start, end: close.start + head.length }),
    });
  }
  parsed.prompt.messages.forEach((message, index) => {
    const field = 'placeholder' in message ? parsed.field(`messages.${index}.placeholder`) : undefined;
    if (field && 'placeholder' in message) {
      uses.push({ name: message.placeholder, at: field.path, ...unquoted(parsed.text, field.value) });
    }
  });
  return uses.sort((a, b) => a.start - b.start);
}

/** The variable whose name stands at an offset: in a template, as a declaration, or as a key of a row. */
export function variableAt(
  parsed: ParsedPrompt,
  offset: number,
): (Span & { readonly name: string }) | undefined {
  const use = variableUses(parsed).find(({ start, end }) => start <= offset && offset <= end);
  if (use) return use;
  for (const field of parsed.fields()) {
    const { key, path } = field;
    if (!key || offset < key.start || offset > key.end) continue;
    const [, row, name] = /^(?:variables|testData\.(\d+))\.(.+)$/.exec(path) ?? [];
    if (name === undefined) continue;
    const isVariable =
      row === undefined
        ? Object.hasOwn(parsed.prompt.variables, name)
        : Object.hasOwn(parsed.rows[Number(row)]?.data ?? {}, name) &&
          Object.hasOwn(inferContract(parsed), name);
    return isVariable ? { name, ...unquoted(parsed.text, key) } : undefined;
  }
  return undefined;
}

export function variableFacts(parsed: ParsedPrompt, name: string): VariableFacts {
  const contract = inferContract(parsed);
  const rows = parsed.rows
    .map(row => parsed.field(`testData.${row.index}.${name}`)?.key)
    .filter(key => key !== undefined)
    .map(key => unquoted(parsed.text, key));
  const declaration = parsed.field(`variables.${name}`)?.key;
  return {
    name,
    variable: Object.hasOwn(contract, name) ? contract[name] : undefined,
    isDeclared: Object.hasOwn(parsed.prompt.variables, name),
    declaration: declaration && unquoted(parsed.text, declaration),
    uses: variableUses(parsed).filter(use => use.name === name),
    rows,
    rowCount: parsed.rows.length,
  };
}

/** A key or value without the quotes around it. */
function unquoted(text: string, span: Span): Span {
  const first = text[span.start];
  const isQuoted =
    span.end - span.start >= 2 && (first === '"' || first === "'") && text[span.end - 1] === first;
  return isQuoted ? { start: span.start + 1, end: span.end - 1 } : { start: span.start, end: span.end };
}
