import * as v from 'valibot';
import { canonicalJson } from '../../prompt/digest.ts';
import type { JsonValue } from '../../prompt/prompt.ts';
import { defineEvaluator, type Check, type Finding, type Setting } from './evaluator.ts';
import { difference, excerpt, toText } from './excerpt.ts';
import { jsonValue, optionsOf } from './options.ts';
import { comparedValue, nothingToCompare } from './value.ts';

interface Options {
  readonly value?: JsonValue;
}

function comparing(compare: (output: string, value: JsonValue) => Finding) {
  return ({ value }: Options, setting: Setting): Check => {
    const valueFor = comparedValue(value, setting.prompt);
    return subject => {
      const wanted = valueFor(subject);
      return wanted === undefined ? nothingToCompare : compare(subject.output, wanted);
    };
  };
}

function yesNo(name: string, compare: (output: string, value: JsonValue) => Finding) {
  return defineEvaluator({
    version: 1,
    scale: 'yes-no',
    threshold: 1,
    negatable: true,
    options: optionsOf(name, { value: v.optional(jsonValue) }),
    prepare: comparing(compare),
  });
}

/** Text for text; a list or map is compared with the output read as JSON, whatever the order of its keys. */
export const equals = yesNo('equals', (output, value) => {
  const structured = typeof value === 'object' && value !== null;
  const expected = toText(value);
  const same = structured ? sameJson(output, value) : output === expected;
  if (same) return { score: 1, message: `output equals ${excerpt(expected)}`, expected, actual: output };
  return { score: 0, message: difference(expected, output), expected, actual: output };
});

export const contains = yesNo('contains', (output, value) =>
  found(output, toText(value), output.includes(toText(value))),
);

export const icontains = yesNo('icontains', (output, value) =>
  found(output, toText(value), output.toLowerCase().includes(toText(value).toLowerCase())),
);

export const startsWith = yesNo('starts-with', (output, value) => {
  const expected = toText(value);
  return output.startsWith(expected)
    ? { score: 1, message: `output starts with ${excerpt(expected)}`, expected, actual: output }
    : {
        score: 0,
        message: `output does not start with ${excerpt(expected)}`,
        quote: true,
        expected,
        actual: output,
      };
});

function found(output: string, wanted: string, is: boolean): Finding {
  const message = is ? `output contains ${excerpt(wanted)}` : `output does not contain ${excerpt(wanted)}`;
  return { score: is ? 1 : 0, message, quote: !is, expected: wanted, actual: output };
}

function sameJson(output: string, value: JsonValue): boolean {
  try {
    return canonicalJson(JSON.parse(output)) === canonicalJson(value);
  } catch {
    // Not JSON, so not equal to a list or map.
    return false;
  }
}
