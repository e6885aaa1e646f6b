import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { messageOf, PromptgateError } from '../errors.ts';
import { isPlaceholder, type JsonValue, type ModelParameters, type Prompt, type Variable } from './prompt.ts';

/** `sha256:` is left out: 64 lower-case hex digits. */
export type Digest = string;

/** RFC 8785 text. @throws PromptgateError `not-canonical` on lone surrogates and non-finite numbers */
export function canonicalJson(value: JsonValue): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw notCanonical(messageOf(cause), cause);
  }
  if (text === undefined) throw notCanonical('the value is not JSON');
  return text;
}

function notCanonical(reason: string, cause?: unknown): PromptgateError {
  return new PromptgateError(
    'not-canonical',
    `This value has no canonical JSON: ${reason}. Expected JSON values with whole characters and finite numbers.`,
    { cause },
  );
}

export function sha256(text: string | Uint8Array): Digest {
  return hash('sha256', text, 'hex');
}

/** Text as digests see it: no BOM, LF line ends. */
export function normalizeText(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

/** Messages, template mode, response format, schema, tools and variables without their annotations. */
export function contentDigest(prompt: Prompt): Digest {
  return sha256(canonicalJson(contentOf(prompt)));
}

/**
 * What `contentDigest` covers, spelled out property by property: a property that is added to `Prompt` some day
 * must not change the digests of versions that exist already.
 */
export function contentOf(prompt: Prompt): JsonValue {
  return withoutAbsent({
    messages: prompt.messages.map((message): JsonValue =>
      isPlaceholder(message)
        ? { placeholder: message.placeholder }
        : { role: message.role, content: message.content },
    ),
    template: prompt.template,
    responseFormat: prompt.responseFormat,
    jsonSchema: prompt.jsonSchema === undefined ? undefined : schemaValue(prompt.jsonSchema),
    tools: prompt.tools,
    toolChoice: prompt.toolChoice,
    variables: Object.fromEntries(
      Object.entries(prompt.variables).map(([name, variable]) => [name, contractOf(variable)]),
    ),
  });
}

/** A variable without its annotations, defaults filled in. */
function contractOf(variable: Variable): JsonValue {
  return withoutAbsent({
    type: variable.type,
    items: variable.items,
    enum: variable.enum,
    default: variable.default,
    required: variable.required,
    volatile: variable.volatile ?? false,
    untrusted: variable.untrusted ?? false,
  });
}

/** The schema as a value, so that indenting its JSON text is no change; text that is no JSON stays text. */
function schemaValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** What answers: the resolved `provider/model` and the parameters, after a label's override. */
export interface Target {
  readonly model?: string;
  readonly parameters: ModelParameters;
}

export function targetDigest(target: Target): Digest {
  return sha256(canonicalJson(targetOf(target)));
}

/** What `targetDigest` covers. */
export function targetOf({ model, parameters }: Target): JsonValue {
  return withoutAbsent({
    model,
    parameters: withoutAbsent({
      temperature: parameters.temperature,
      topP: parameters.topP,
      maxTokens: parameters.maxTokens,
      stop: parameters.stop,
      seed: parameters.seed,
      frequencyPenalty: parameters.frequencyPenalty,
      presencePenalty: parameters.presencePenalty,
      reasoningEffort: parameters.reasoningEffort,
      extra: parameters.extra,
    }),
  });
}

function withoutAbsent(value: Readonly<Record<string, JsonValue | undefined>>): JsonValue {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
