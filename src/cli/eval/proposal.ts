import { proposeBump, type Bump } from '../../prompt/bump.ts';
import type { Project } from '../../project/project.ts';
import type { Target } from '../target.ts';

/** What publishing the working copy would make of it. */
export interface Proposal {
  /** The highest version there is; undefined: it would be the first. */
  readonly base?: string;
  /** Undefined: nothing that is sent differs. */
  readonly bump?: Bump;
}

/** Undefined for what is published already. */
export async function findProposal(project: Project, target: Target): Promise<Proposal | undefined> {
  if (target.kind !== 'working-copy') return undefined;
  const { latest } = await project.store.readState(target.id);
  const base = latest === undefined ? undefined : await project.store.readVersion(target.id, latest);
  if (!base) return {};
  const { parsed, target: served } = target.copy;
  return { base: base.version, bump: proposeBump(base, { prompt: parsed.prompt, target: served }).bump };
}

/** `minor`, `first version`, `–` when there is nothing to say. */
export function proposalText(proposal: Proposal | undefined): string {
  if (!proposal) return '–';
  return proposal.base === undefined ? 'first version' : (proposal.bump ?? '–');
}
