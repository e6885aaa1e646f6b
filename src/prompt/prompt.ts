/** What a prompt is once its text is understood. Plain data that survives JSON. */

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

export const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
export type Role = (typeof roles)[number];

/** `literal`: only `{{name}}` is a tag (GitHub's). `mustache`: sections, comments, delimiters. */
export type TemplateMode = 'literal' | 'mustache';

export interface TextMessage {
  readonly role: Role;
  readonly content: string;
}
/** Messages given by the caller under this variable name, inserted as they are. */
export interface PlaceholderMessage {
  readonly placeholder: string;
}
export type Message = TextMessage | PlaceholderMessage;

export const variableTypes = [
  'string',
  'integer',
  'number',
  'boolean',
  'array',
  'object',
  'messages',
] as const;
export type VariableType = (typeof variableTypes)[number];

export interface Variable {
  readonly type: VariableType;
  /** For `array`: the type of every item. */
  readonly items?: Exclude<VariableType, 'messages'>;
  readonly enum?: readonly JsonValue[];
  readonly default?: JsonValue;
  /** True unless a default is given or the file says otherwise. */
  readonly required: boolean;
  readonly description?: string;
  readonly example?: JsonValue;
  /** Changes from call to call (a date, an id): kept out of the cached prefix. */
  readonly volatile?: boolean;
  /** Written by someone outside: kept out of system messages. */
  readonly untrusted?: boolean;
}
export type Variables = Readonly<Record<string, Variable>>;

export interface ModelParameters {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly stop?: string | readonly string[];
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly reasoningEffort?: string;
  /** Sent as is, beside the others. */
  readonly extra?: JsonObject;
}

export type ResponseFormat = 'text' | 'json_object' | 'json_schema';

/** Keys of a row that have a meaning of their own, unless the template names them. */
export const reservedRowKeys = ['id', 'expected', 'tags', 'evaluators', 'metadata'] as const;

/** One test case as written: any keys beside the reserved ones. */
export type RowData = JsonObject;

export interface StringCheck {
  readonly equals?: string;
  readonly contains?: string;
  readonly startsWith?: string;
  readonly endsWith?: string;
}
export interface JudgeChoice {
  readonly choice: string;
  readonly score: number;
}
export interface JudgeCheck {
  readonly modelId?: string;
  readonly prompt: string;
  readonly systemPrompt?: string;
  readonly choices: readonly JudgeChoice[];
}
/** An evaluator as written: exactly one of `string`, `llm`, `uses`. */
export interface EvaluatorSpec {
  readonly name: string;
  readonly string?: StringCheck;
  readonly llm?: JudgeCheck;
  /** `github/<name>` or `promptgate/[not-]<name>`. */
  readonly uses?: string;
  readonly with?: JsonObject;
  readonly threshold?: number;
}

export interface GateSpec {
  /** Share of rows (0..1) that must pass. */
  readonly passRate?: number;
}

/**
 * A prompt file, understood: what the file says with the defaults of design.md 4 filled in.
 * Sections that could not be read are absent or empty; `ParsedPrompt.lost` names them.
 */
export interface Prompt {
  /** As written in the file; the project derives it from the path otherwise. */
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  /** As written, e.g. `openai/gpt-4o-mini` or an alias of promptgate.yml. */
  readonly model?: string;
  readonly modelParameters: ModelParameters;
  readonly responseFormat: ResponseFormat;
  /** JSON text, as GitHub has it. */
  readonly jsonSchema?: string;
  readonly tools?: readonly JsonObject[];
  readonly toolChoice?: JsonValue;
  readonly template: TemplateMode;
  /** As declared. In literal mode empty: see `inferContract`. */
  readonly variables: Variables;
  readonly messages: readonly Message[];
  readonly testData: readonly RowData[];
  /** Paths relative to the file. */
  readonly datasets: readonly string[];
  readonly evaluators: readonly EvaluatorSpec[];
  readonly gate?: GateSpec;
  readonly metadata?: JsonObject;
}

export function isPlaceholder(message: Message): message is PlaceholderMessage {
  return 'placeholder' in message;
}
