import * as v from 'valibot';
import type { JsonObject, JsonValue } from '../../prompt/prompt.ts';
import { bareSchema } from '../../prompt/schemaEnvelope.ts';
import { isJsonObject } from '../../prompt/valueType.ts';
import { guardedPattern } from '../guardedPattern.ts';
import { defineEvaluator, type Check } from './evaluator.ts';
import { excerpt } from './excerpt.ts';
import { optionsOf } from './options.ts';

/** Whether the whole output is JSON. */
export const isJson = defineEvaluator({
  version: 1,
  scale: 'yes-no',
  threshold: 1,
  negatable: true,
  options: optionsOf('is-json', {}),
  prepare: () => {
    return ({ output }) => {
      const read = readJson(output);
      return 'problem' in read
        ? { score: 0, message: read.problem, actual: output }
        : { score: 1, message: 'output is JSON', actual: output };
    };
  },
});

const schemaOption = v.union(
  [
    v.record(
      v.string(),
      v.custom<JsonValue>(() => true),
    ),
    v.boolean(),
    v.string(),
  ],
  'schema must be a JSON Schema: a map, or its JSON as text',
);

/** Whether the output is JSON that fits a schema: the one given, else the prompt's own `jsonSchema`. */
export const jsonSchema = defineEvaluator({
  version: 1,
  scale: 'yes-no',
  threshold: 1,
  negatable: true,
  options: optionsOf('json-schema', { schema: v.optional(schemaOption) }),
  async prepare({ schema }, setting): Promise<Check> {
    const given = schema ?? setting.jsonSchema;
    if (given === undefined)
      throw new Error('there is no schema: neither in with: nor as the prompt’s jsonSchema');
    const validate = await compile(toSchema(given));
    return ({ output }) => {
      const read = readJson(output);
      if ('problem' in read) return { score: 0, message: read.problem, actual: output };
      const problems = validate(read.value);
      if (problems.length === 0) return { score: 1, message: 'output fits the schema', actual: output };
      const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
      return { score: 0, message: `output does not fit the schema: ${problems[0]}${more}`, actual: output };
    };
  },
});

/** A schema, taken out of GitHub's envelope `{ name, strict, schema }` where there is one. */
function toSchema(given: boolean | string | JsonObject): boolean | JsonObject {
  let value: unknown = given;
  if (typeof given === 'string') {
    const read = readJson(given);
    if ('problem' in read) throw new Error('the schema is not JSON');
    value = read.value;
  }
  if (typeof value === 'boolean') return value;
  if (!isJsonObject(value)) throw new Error('the schema is neither a map nor true or false');
  return bareSchema(value) as boolean | JsonObject;
}

/** Draft 7 unless the schema says a later one. */
async function compile(schema: boolean | JsonObject): Promise<(value: unknown) => readonly string[]> {
  const named = typeof schema === 'object' ? schema['$schema'] : undefined;
  const later = typeof named === 'string' && /2019-09|2020-12/.test(named);
  const { Ajv2020 } = later ? await import('ajv/dist/2020.js') : { Ajv2020: undefined };
  const { Ajv } = later ? { Ajv: undefined } : await import('ajv');
  const options = {
    allErrors: true,
    strict: false,
    logger: false,
    code: { regExp: Object.assign(toPattern, { code: '' }) },
  } as const;
  const ajv = Ajv2020 === undefined ? new (Ajv as NonNullable<typeof Ajv>)(options) : new Ajv2020(options);
  // `default` of a CommonJS file is its whole module, which here is the function itself.
  const { default: addFormats } = await import('ajv-formats');
  (addFormats as unknown as (target: typeof ajv) => void)(ajv);
  const validate = ajv.compile(plainSchema(schema, later));
  return value => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message = 'is wrong', params, keyword }) => {
      const detail = keyword === 'additionalProperties' ? ` (${String(params['additionalProperty'])})` : '';
      return `${instancePath === '' ? 'the output' : instancePath.slice(1).replaceAll('/', '.')} ${message}${detail}`;
    });
  };
}

/** A `pattern` of the schema, as the validator uses it. */
function toPattern(source: string, flags: string): { readonly test: (text: string) => boolean } {
  const search = guardedPattern(new RegExp(source, flags));
  return { test: text => search(text) !== null };
}

/**
 * Drafts that the validator has no meta-schema of (4, 6) are read as draft 7. `$async` is the validator's own: its
 * answer would be a promise, which holds whatever the output.
 */
function plainSchema(schema: boolean | JsonObject, later: boolean): boolean | JsonObject {
  if (typeof schema === 'boolean') return schema;
  const { $schema: draft, $async: _, ...rest } = schema;
  return later && draft !== undefined ? { $schema: draft, ...rest } : rest;
}

function readJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    const fenced = /^\s*```/.test(text) ? ' (it is wrapped in a code fence)' : '';
    return { problem: `output is not JSON${fenced}: ${excerpt(text)}` };
  }
}
