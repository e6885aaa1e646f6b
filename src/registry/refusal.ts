/** Which rule refuses, what is missing, and the command that gets it. */
export interface Refusal {
  readonly rule:
    | 'lint'
    | 'nothing-to-publish'
    | 'bump-too-small'
    | 'gate'
    | 'after'
    | 'protected'
    | 'unknown-version'
    | 'already-there'
    | 'never-served'
    | 'nothing-before'
    | 'no-message'
    | 'bad-label'
    | 'include';
  readonly message: string;
  readonly nextStep?: string;
}
