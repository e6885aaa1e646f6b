import { Composer, Lexer, Parser, type Document, type Node, type YAMLError } from 'yaml';
import { messageOf } from '../../errors.ts';
import type { Span } from '../problem.ts';

/**
 * The only place where YAML is read. `%YAML` lines, the kinds of tags and the library's own check for
 * duplicate keys (quadratic; `Tree` has a linear one) are off, so that every file is read by the same rules.
 */
const options = {
  version: '1.2',
  schema: 'core',
  merge: true,
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** Deeper than any prompt; composing needs a stack frame per level and slows down badly when it runs out. */
export const deepest = 100;

export interface YamlError extends Span {
  readonly message: string;
}

export interface YamlText {
  readonly contents: Node | null;
  /** In file order. */
  readonly errors: readonly YamlError[];
}

/** Reads one YAML document; text without a BOM. Never throws. */
export function readYaml(text: string): YamlText {
  if (text.length > longest) {
    const message = `This file is longer than ${longest} characters and is not read. Put rows into a dataset.`;
    return { contents: null, errors: [{ start: 0, end: text.indexOf('\n') + 1 || text.length, message }] };
  }
  try {
    return compose(text);
  } catch (error) {
    return { contents: null, errors: [{ start: 0, end: text.length, message: messageOf(error) }] };
  }
}

/** Half a second of reading. Rows beyond it belong into datasets, which are streamed. */
const longest = 1_000_000;

function compose(text: string): YamlText {
  const parser = new Parser();
  const composer = new Composer(options);
  const documents: Document.Parsed[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    // A collection takes about two entries of the stack: itself and the item it stands in.
    if (parser.stack.length > 2 * deepest) {
      const at = parser.offset;
      return {
        contents: null,
        errors: [{ start: at - lexeme.length, end: at, message: `More than ${deepest} levels deep.` }],
      };
    }
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));

  const [document, second] = documents;
  const errors = (document?.errors ?? []).map(toYamlError);
  if (second !== undefined) {
    const start = second.range[0];
    errors.push({
      start,
      end: start + 3,
      message: 'The file holds one YAML document; a second one starts here.',
    });
  }
  return { contents: document?.contents ?? null, errors: errors.sort((a, b) => a.start - b.start) };
}

/** An error of the library, as a sentence. */
export function toYamlError({ pos, message }: YAMLError): YamlError {
  return {
    start: pos[0],
    end: Math.max(pos[1], pos[0] + 1),
    message: `${message}.`.replace(/([.!?])\.$/, '$1'),
  };
}
