import type { Prompt } from './prompt.ts';

/** One thing that differs: a message, field, variable, row or evaluator. */
export interface PromptChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly what: 'message' | 'field' | 'variable' | 'row' | 'dataset' | 'evaluator';
  /** Path in the newer prompt (in the older one for `removed`): `messages.1`, `variables.tone`. */
  readonly path: string;
  /** For people: `message 2 (user) changed`. */
  readonly text: string;
}

/** "n changes not live" counts these. Rows are matched by id, then by content; messages in order. */
export function diffPrompts(_from: Prompt, _to: Prompt): readonly PromptChange[] {
  throw new Error('not built yet');
}
