import type { Node, Scalar } from 'yaml';
import type { Problem, Span } from './problem.ts';
import type { Prompt, RowData } from './prompt.ts';
import type { Template } from './template.ts';

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

/** One field of the file: `messages.0.role`, `variables.tone.enum`, `testData.3.question`. */
export interface Field {
  readonly path: string;
  readonly key?: Span;
  readonly value: Span;
  readonly node: Node | null;
}

export interface ParsedRow {
  readonly index: number;
  readonly data: RowData;
  readonly span: Span;
  /** The first line of the row or its id: where a result is shown. */
  readonly anchor: Span;
}

/** A prompt file, read as far as it can be. Never thrown away, whatever the text. */
export interface ParsedPrompt {
  /** The text without BOM that all offsets refer to. */
  readonly text: string;
  readonly prompt: Prompt;
  /** Of syntax and structure only; `lint` adds the rest. */
  readonly problems: readonly Problem[];
  readonly templates: readonly PlacedTemplate[];
  readonly rows: readonly ParsedRow[];
  /** Top-level sections that could not be read: checks that need them stay quiet. */
  readonly lost: ReadonlySet<string>;
  /** Whether the whole file could be read, so that it may be evaluated and published. */
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
export function parsePrompt(_text: string): ParsedPrompt {
  throw new Error('not built yet');
}
