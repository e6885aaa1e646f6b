const segment = String.raw`[\p{L}\p{N}_$@][\p{L}\p{N}\p{M}_$@:/-]*`;

/** The source of a regular expression for a name with or without dots: `customer.first-name`. */
export const namePattern = String.raw`${segment}(?:\.${segment})*`;

const wholeName = new RegExp(`^${namePattern}$`, 'u');

/** Whether a tag may hold this name. Never true of the sigils that make a tag something else. */
export function isTemplateName(text: string): boolean {
  return wholeName.test(text);
}
