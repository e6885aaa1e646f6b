import type { Digest } from '../prompt/digest.ts';

export interface LabelPolicy {
  readonly gate: 'required' | 'off';
  /** A version must have been on this label before. */
  readonly after?: string;
  /** Promotion must be confirmed with the prompt's id. */
  readonly protected: boolean;
  /** Which suite evidence must cover: the version's own, or the working copy's. */
  readonly suite: 'frozen' | 'current';
  readonly passRate: number;
  /** Milliseconds. */
  readonly maxEvidenceAgeMs?: number;
}

export interface Policy {
  readonly publish: 'override-allowed' | 'gate-required';
  readonly labels: Readonly<Record<string, LabelPolicy>>;
  /** For labels that are not named. */
  readonly otherLabels: LabelPolicy;
  readonly digest: Digest | '';
}

/** Without policy.yml: every label takes evidence, nothing is protected, publishing may be overridden. */
export const defaultPolicy: Policy = {
  publish: 'override-allowed',
  labels: {},
  otherLabels: { gate: 'required', protected: false, suite: 'frozen', passRate: 1 },
  digest: '',
};

export function labelPolicy(policy: Policy, label: string): LabelPolicy {
  return policy.labels[label] ?? policy.otherLabels;
}

/** @throws PromptgateError `bad-policy`, naming line and key; a policy is never half applied */
export function parsePolicy(_text: string): Policy {
  throw new Error('not built yet');
}
