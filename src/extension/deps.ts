import type * as vscode from 'vscode';
import type { SwitchableDialogs } from './dialogs.ts';
import type { Evaluations } from './evaluations.ts';
import type { Log } from './log.ts';
import type { Problems } from './problems.ts';
import type { Standings } from './standings.ts';
import type { PromptWorkspace } from './workspace.ts';

/** What features are made of. Wired once, in features.ts. */
export interface Deps {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly dialogs: SwitchableDialogs;
  readonly workspace: PromptWorkspace;
  readonly problems: Problems;
  readonly standings: Standings;
  readonly evaluations: Evaluations;
}
