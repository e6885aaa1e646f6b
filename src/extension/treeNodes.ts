import type { Evidence } from '../evals/report.ts';
import type { Project } from '../project/project.ts';
import type { Label, PromptState, VersionSummary } from '../registry/store.ts';
import type { PromptEntry } from './promptEntries.ts';

export interface ProjectNode {
  readonly kind: 'project';
  readonly project: Project;
}

export interface ServiceNode {
  readonly kind: 'service';
  readonly project: Project;
  readonly service: string;
  readonly entries: readonly PromptEntry[];
  readonly isOpen: boolean;
}

export interface PromptNode {
  readonly kind: 'prompt';
  readonly project: Project;
  readonly id: string;
  readonly entry: PromptEntry;
}

export interface LabelNode {
  readonly kind: 'label';
  readonly project: Project;
  readonly id: string;
  readonly label: string;
  readonly version: string;
  readonly entry: PromptEntry;
  readonly at: Label;
  readonly summary?: VersionSummary;
  readonly isProtected: boolean;
  readonly evidence?: Evidence;
}

export interface VersionsNode {
  readonly kind: 'versions';
  readonly project: Project;
  readonly id: string;
  readonly entry: PromptEntry;
  readonly state: PromptState;
}

export interface VersionNode {
  readonly kind: 'version';
  readonly project: Project;
  readonly id: string;
  readonly version: string;
  readonly summary: VersionSummary;
  readonly entry: PromptEntry;
  /** Labels that serve it now. */
  readonly labels: readonly string[];
}

/** Something that could not be read, in the place where it would be. */
export interface TroubleNode {
  readonly kind: 'trouble';
  readonly message: string;
  /** Absolute: where it is to be mended. */
  readonly file?: string;
}

/** What the tree shows. Prompts, labels and versions are subjects of commands. */
export type TreeNode =
  ProjectNode | ServiceNode | PromptNode | LabelNode | VersionsNode | VersionNode | TroubleNode;
