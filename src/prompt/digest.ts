import type { JsonValue, ModelParameters, Prompt } from './prompt.ts';

/** `sha256:` is left out: 64 lower-case hex digits. */
export type Digest = string;

/** RFC 8785 text. @throws PromptgateError `not-canonical` on lone surrogates and non-finite numbers */
export function canonicalJson(_value: JsonValue): string {
  throw new Error('not built yet');
}

export function sha256(_text: string | Uint8Array): Digest {
  throw new Error('not built yet');
}

/** Text as digests see it: no BOM, LF line ends. */
export function normalizeText(_text: string): string {
  throw new Error('not built yet');
}

/** Messages, template mode, response format, schema, tools and variables without their annotations. */
export function contentDigest(_prompt: Prompt): Digest {
  throw new Error('not built yet');
}

/** What answers: the resolved `provider/model` and the parameters, after a label's override. */
export interface Target {
  readonly model?: string;
  readonly parameters: ModelParameters;
}

export function targetDigest(_target: Target): Digest {
  throw new Error('not built yet');
}
