import type { Digests, Evidence } from '../evals/report.ts';
import type { Project } from './project.ts';

/**
 * Evidence for these digests, else what `otherwise` finds, to say what is stale. Canned answers prove something
 * only where answers are canned: a target that asks a real model needs evidence from it.
 */
export async function evidenceFor(
  project: Project,
  id: string,
  digests: Digests,
  model: string | undefined,
  otherwise?: () => Promise<Evidence | undefined>,
): Promise<Evidence | undefined> {
  const canned = project.isScripted(model);
  for (const find of [() => project.findEvidence(id, digests), otherwise]) {
    const evidence = await find?.();
    if (evidence && (canned || !evidence.scripted)) return evidence;
  }
  return undefined;
}
