import type { ParsedPrompt, PlacedTemplate } from './parse.ts';
import type { Span } from './problem.ts';
import { isPlaceholder } from './prompt.ts';
import { walkTemplate, type TemplateNode, type TemplateVisit } from './template.ts';

/** A tag that names a variable, where it stands. */
export interface TagName {
  readonly placed: PlacedTemplate;
  readonly node: Extract<TemplateNode, { kind: 'variable' | 'section' }>;
  readonly within: TemplateVisit['within'];
  /** The first part of the name: what callers give. */
  readonly head: string;
  /** The head in the template's text. */
  readonly headSpan: Span;
}

/** Every tag of the file's templates that names a variable; `{{.}}` names none. */
export function* tagNames(file: ParsedPrompt): Generator<TagName> {
  for (const placed of file.templates) {
    for (const { node, within } of walkTemplate(placed.template.nodes)) {
      if (node.kind !== 'variable' && node.kind !== 'section') continue;
      const [head = '.'] = node.path;
      if (head === '.') continue;
      const { start } = node.nameSpan;
      yield { placed, node, within, head, headSpan: { start, end: start + head.length } };
    }
  }
}

/** Names that the messages use, placeholders included: what a row or a caller may give. */
export function messageNames(file: ParsedPrompt): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { placed, head } of tagNames(file)) {
    if (placed.kind === 'message') names.add(head);
  }
  for (const message of file.prompt.messages) {
    if (isPlaceholder(message)) names.add(message.placeholder);
  }
  return names;
}

/** Whether a template is half-typed: then it is too early to say what it does not use. */
export function hasBrokenTemplate(file: ParsedPrompt): boolean {
  return file.templates.some(placed => placed.template.problems.length > 0);
}

/** Whether all of these sections could be read. */
export function isKnown(file: ParsedPrompt, ...sections: readonly string[]): boolean {
  return sections.every(section => !file.lost.has(section));
}
