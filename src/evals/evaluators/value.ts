import type { JsonValue } from '../../prompt/prompt.ts';
import { compileText, type TemplateSetting } from '../../prompt/render.ts';
import type { Skipped, Subject } from './evaluator.ts';

/** A template that is filled in once per row, or a constant when it names nothing. */
export function templated(source: string, prompt: TemplateSetting): (values: Subject['values']) => string {
  if (!source.includes('{{')) return () => source;
  return compileText(source, prompt);
}

/** The value to compare with: the one given, with its template filled in, else the row's `expected`. */
export function comparedValue(
  value: JsonValue | undefined,
  prompt: TemplateSetting,
): (subject: Subject) => JsonValue | undefined {
  if (value === undefined) return subject => subject.expected;
  if (typeof value !== 'string') return () => value;
  const fill = templated(value, prompt);
  return subject => fill(subject.values);
}

export const nothingToCompare: Skipped = { skipped: 'no value, and the row has no expected' };
