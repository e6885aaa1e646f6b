import * as v from 'valibot';
import { guardedPattern, type GuardedPattern } from '../guardedPattern.ts';
import { defineEvaluator } from './evaluator.ts';
import { excerpt, toText } from './excerpt.ts';
import { optionsOf } from './options.ts';
import { comparedValue, nothingToCompare } from './value.ts';

/** `(?i)` at the start, as other tools write it, is the flag `i`. */
function compile(source: string, flags: string): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(source);
  const all = new Set([...flags, ...(inline?.[1] ?? '')]);
  return new RegExp(inline === null ? source : source.slice(inline[0].length), [...all].join(''));
}

function problemOf(source: string, flags: string): string | undefined {
  try {
    compile(source, flags);
    return undefined;
  } catch (error) {
    return `the pattern is not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const options = v.pipe(
  optionsOf('regex', {
    value: v.optional(v.string('value must be a pattern, as text')),
    flags: v.optional(
      v.pipe(v.string('flags must be text'), v.regex(/^[imsu]*$/, 'flags may be of i, m, s, u')),
      '',
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value.value === undefined || dataset.value.value.includes('{{')) return;
    const message = problemOf(dataset.value.value, dataset.value.flags);
    if (message !== undefined) addIssue({ message });
  }),
);

/** Whether the pattern matches anywhere in the output. */
export const regex = defineEvaluator({
  version: 1,
  scale: 'yes-no',
  threshold: 1,
  negatable: true,
  options,
  prepare({ value, flags }, setting) {
    const valueFor = comparedValue(value, setting.prompt);
    let last: { readonly source: string; readonly search: GuardedPattern } | undefined;
    return subject => {
      const wanted = valueFor(subject);
      if (wanted === undefined) return nothingToCompare;
      const source = toText(wanted);
      if (last?.source !== source) {
        const problem = problemOf(source, flags);
        if (problem !== undefined) throw new Error(problem);
        last = { source, search: guardedPattern(compile(source, flags)) };
      }
      const { output } = subject;
      const match = last.search(output);
      const message =
        match === null
          ? `output does not match /${source}/`
          : `output matches /${source}/: ${excerpt(match[0])}`;
      return { score: match === null ? 0 : 1, message, quote: match === null, actual: output };
    };
  },
});
