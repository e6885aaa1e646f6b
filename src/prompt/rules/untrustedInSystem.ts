import type { Rule } from '../lint.ts';
import { isPlaceholder } from '../prompt.ts';
import { tagNames } from '../tagNames.ts';

/** What someone outside wrote, in the messages that a model obeys: the open door of prompt injection. */
export const untrustedInSystem: Rule = {
  code: 'untrusted-in-system',
  check(file, _context, report) {
    const { messages, variables } = file.prompt;
    for (const { placed, node, head, headSpan } of tagNames(file)) {
      const message = placed.message === undefined ? undefined : messages[placed.message];
      if (!message || isPlaceholder(message)) continue;
      if (message.role !== 'system' && message.role !== 'developer') continue;
      if (!Object.hasOwn(variables, head) || !variables[head]?.untrusted) continue;
      // A condition shows nothing of the value, but for the items of a list.
      const { type } = variables[head];
      if (node.kind === 'section' && (node.inverted || (type !== 'array' && type !== 'object'))) continue;
      const declaration = file.field(`variables.${head}.untrusted`);
      report({
        ...placed.toFile(headSpan),
        message: `'${head}' is untrusted and stands in a ${message.role} message, which a model obeys. Put it in a user message.`,
        related: declaration && [
          { ...(declaration.key ?? declaration.value), message: 'Declared untrusted here.' },
        ],
      });
    }
  },
};
