import type { Span } from './problem.ts';
import type { Template, TemplateNode } from './template.ts';
import { namePattern } from './templateName.ts';

const tag = new RegExp(String.raw`\{\{(${namePattern})\}\}`, 'gu');
const nearTag = new RegExp(
  [
    String.raw`\{\{[ \t]*(${namePattern})[ \t]*\}\}`,
    String.raw`\{\{[ \t]*(${namePattern})(?:[ \t]*\}(?!\})|(?![ \t]*\}))`,
    String.raw`(?<!\{)\{(${namePattern})\}\}`,
  ].join('|'),
  'gu',
);

/** Only `{{name}}` is a tag, everything else is text: what GitHub Models does with a prompt file. */
export function readLiteral(source: string): Pick<Template, 'nodes' | 'problems'> {
  const nodes: TemplateNode[] = [];
  let textStart = 0;
  const text = (end: number) => {
    if (end > textStart) {
      nodes.push({ kind: 'text', text: source.slice(textStart, end), start: textStart, end });
    }
  };
  // A name holds no brace, so no character is looked at more than twice.
  for (const match of source.matchAll(tag)) {
    const start = match.index;
    const end = start + match[0].length;
    const name = match[1] ?? '';
    text(start);
    // A dot is part of the name here: rows have keys, not paths.
    nodes.push({
      kind: 'variable',
      path: [name],
      name,
      nameSpan: { start: start + 2, end: end - 2 },
      spaced: false,
      start,
      end,
    });
    textStart = end;
  }
  text(source.length);
  return { nodes, problems: [] };
}

/** Text in literal mode that was probably meant as a tag. */
export interface NearTag extends Span {
  readonly name: string;
  readonly why: 'spaced' | 'unclosed' | 'unopened';
}

/**
 * What looks like a tag and is text: `{{ name }}`, `{{name}`, `{name}}`. Whether it was meant as one,
 * only the names that the file knows can tell.
 */
export function nearTags(template: Template): readonly NearTag[] {
  if (template.mode !== 'literal') return [];
  const found: NearTag[] = [];
  for (const node of template.nodes) {
    if (node.kind !== 'text' || !node.text.includes('{')) continue;
    for (const match of node.text.matchAll(nearTag)) {
      const start = node.start + match.index;
      const [all, spaced, unclosed, unopened] = match;
      const name = spaced ?? unclosed ?? unopened ?? '';
      const why = spaced !== undefined ? 'spaced' : unclosed !== undefined ? 'unclosed' : 'unopened';
      found.push({ name, why, start, end: start + all.length });
    }
  }
  return found;
}
