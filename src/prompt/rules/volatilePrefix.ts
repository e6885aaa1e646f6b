import type { Rule } from '../lint.ts';
import { isPlaceholder } from '../prompt.ts';
import { tagNames, type TagName } from '../tagNames.ts';
import { walkTemplate } from '../template.ts';

/** Less than this behind the variable is not worth moving it. */
const leastLost = 100;

/** A value that changes with every call, before text that never does: providers cache only up to it. */
export const volatilePrefix: Rule = {
  code: 'volatile-prefix',
  check(file, _context, report) {
    const { messages, variables } = file.prompt;
    const isVolatile = (name: string) => Object.hasOwn(variables, name) && variables[name]?.volatile === true;
    let first: TagName | undefined;
    for (const tag of tagNames(file)) {
      if (tag.placed.kind === 'message' && tag.node.kind === 'variable' && isVolatile(tag.head)) {
        first = tag;
        break;
      }
    }
    if (!first) return;
    let kept = 0;
    let lost = 0;
    let isBehind = false;
    for (const [index, message] of messages.entries()) {
      // Behind these nothing could be cached anyway.
      if (isPlaceholder(message)) break;
      const placed = file.templates.find(other => other.kind === 'message' && other.message === index);
      if (!placed) continue;
      let isOver = false;
      for (const { node } of walkTemplate(placed.template.nodes)) {
        if (node === first.node) isBehind = true;
        const name = node.kind === 'variable' ? (node.path[0] ?? '') : '';
        if (Object.hasOwn(variables, name) && variables[name]?.untrusted) isOver = true;
        if (isOver) break;
        if (node.kind !== 'text') continue;
        if (isBehind) lost += node.text.length;
        else kept += node.text.length;
      }
      if (isOver) break;
    }
    if (lost < leastLost) return;
    const share = Math.round((100 * lost) / (lost + kept));
    report({
      ...first.placed.toFile(first.headSpan),
      message: `'${first.head}' changes with every call and stands before fixed text: ${share} % of it (about ${Math.round(lost / 4)} tokens) cannot come from the provider's prompt cache. Move it behind that text.`,
    });
  },
};
