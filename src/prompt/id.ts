/** Two segments, each `[a-z0-9][a-z0-9_-]{0,99}` and no Windows device name. */
export function isPromptId(_id: string): boolean {
  throw new Error('not built yet');
}

/** The id of a file that names none, from its path (with `/`) below the glob's root. */
export function idFromPath(_pathBelowRoot: string): string {
  throw new Error('not built yet');
}

export interface Reference {
  readonly id: string;
  /** `support/refund@1.2.0` or `support/refund@production`; without: the working copy. */
  readonly version?: string;
  readonly label?: string;
}

/** @throws PromptgateError `bad-reference` */
export function parseReference(_text: string): Reference {
  throw new Error('not built yet');
}
