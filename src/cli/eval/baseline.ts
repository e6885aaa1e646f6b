import { PromptgateError } from '../../errors.ts';
import { toEvidence } from '../../evals/gate.ts';
import { targetDigest } from '../../prompt/digest.ts';
import { evaluateVersion, type EvaluateOptions } from '../../project/evaluate.ts';
import { targetOnLabel } from '../../registry/label.ts';
import type { Project } from '../../project/project.ts';
import { evidenceFor } from '../../project/proof.ts';
import type { Target } from '../target.ts';
import { unknownVersion } from '../target.ts';
import type { Baseline } from './result.ts';

/**
 * What rows are compared with. `against` names it, and is run if it never was; without it, what production
 * serves, else the highest version, where evidence for that exists already: no call is made that nobody asked for.
 */
export async function findBaseline(
  project: Project,
  { id }: Target,
  against: string | undefined,
  options: EvaluateOptions,
): Promise<Baseline | undefined> {
  const state = await project.store.readState(id);
  const name = against ?? (state.labels['production'] ? 'production' : state.latest);
  if (name === undefined) return undefined;
  const label = state.labels[name];
  const number = label?.version ?? name;
  const version = await project.store.readVersion(id, number);
  if (!version) {
    if (against === undefined) return undefined;
    if (state.versions.length > 0) throw unknownVersion(state, against);
    throw new PromptgateError(
      'not-published',
      `${id} has not been published: there is no ${against} to compare with.`,
    );
  }
  const override = { model: label?.model, parameters: label?.parameters };
  const target = targetOnLabel(version, override);
  const digests = { ...version.digests, target: targetDigest(target) };
  let evidence = await evidenceFor(project, id, digests, target.model);
  if (!evidence && against !== undefined) {
    evidence = toEvidence(
      await evaluateVersion(project, version, { ...options, only: undefined, onRow: undefined, ...override }),
    );
  }
  return evidence && { version: number, label: label ? name : undefined, evidence };
}
