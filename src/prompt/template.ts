import type { Span } from './problem.ts';
import type { TemplateMode } from './prompt.ts';
import { readLiteral } from './templateLiteral.ts';
import { readMustache } from './templateMustache.ts';

/** Offsets are into the decoded template text. */
export type TemplateNode =
  /** `text` is what is rendered: the source between the offsets without what stand-alone tags take with them. */
  | (Span & { readonly kind: 'text'; readonly text: string })
  | (Span & {
      readonly kind: 'variable';
      /** Dotted path; `.` alone is the item of the section around it. */
      readonly path: readonly string[];
      readonly name: string;
      /** The name alone, without braces and spaces. */
      readonly nameSpan: Span;
      /** `{{ name }}` written with spaces, which GitHub's own engine would not read. */
      readonly spaced: boolean;
    })
  | (Span & {
      readonly kind: 'section';
      readonly inverted: boolean;
      readonly path: readonly string[];
      readonly name: string;
      readonly nameSpan: Span;
      /** The name in the closing tag; absent: the section is never closed. */
      readonly closeNameSpan?: Span;
      readonly children: readonly TemplateNode[];
    })
  | (Span & { readonly kind: 'comment' })
  | (Span & { readonly kind: 'delimiters' })
  | (Span & { readonly kind: 'include'; readonly name: string; readonly nameSpan: Span });

export interface TemplateProblem extends Span {
  readonly message: string;
  /** A better spelling of the span, when a machine can know it. */
  readonly replacement?: {
    readonly title: string;
    readonly start: number;
    readonly end: number;
    readonly text: string;
  };
}

/** A template, read. Whatever the text, all of it is in `nodes`; what could not be read is text. */
export interface Template {
  readonly mode: TemplateMode;
  readonly source: string;
  readonly nodes: readonly TemplateNode[];
  readonly problems: readonly TemplateProblem[];
}

/** Reads a template; never throws, linear in the length of the text. */
export function parseTemplate(source: string, mode: TemplateMode): Template {
  const { nodes, problems } = mode === 'literal' ? readLiteral(source) : readMustache(source);
  return { mode, source, nodes, problems };
}

/** A node and the sections around it, outermost first. */
export interface TemplateVisit {
  readonly node: TemplateNode;
  readonly within: readonly Extract<TemplateNode, { kind: 'section' }>[];
}

/** Every node in source order, a section before its children. */
export function* walkTemplate(
  nodes: readonly TemplateNode[],
  within: TemplateVisit['within'] = [],
): Generator<TemplateVisit> {
  for (const node of nodes) {
    yield { node, within };
    if (node.kind === 'section') yield* walkTemplate(node.children, [...within, node]);
  }
}
