import type { JsonValue, Message, Prompt, Role } from './prompt.ts';

/** A message as a model takes it. Inserted messages may carry more than text. */
export interface RenderedMessage {
  readonly role: Role;
  readonly content: JsonValue;
  readonly [key: string]: JsonValue | undefined;
}

export interface RenderOptions {
  /** Told of values that no variable asks for, and of nothing else. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Fills in values in one pass: a value is never read as template, nor is an inserted message.
 * @throws PromptgateError `missing-variable`, `wrong-type`, `unknown-include` or `template-syntax`
 */
export function render(
  _prompt: Pick<Prompt, 'messages' | 'variables' | 'template'>,
  _values: Readonly<Record<string, JsonValue | undefined>>,
  _options?: RenderOptions,
): readonly RenderedMessage[] {
  throw new Error('not built yet');
}

/** One template alone, for evaluators. A missing name is an error, as in `render`. */
export function renderText(
  _source: string,
  _mode: Prompt['template'],
  _values: Readonly<Record<string, JsonValue | undefined>>,
): string {
  throw new Error('not built yet');
}

export type { Message };
