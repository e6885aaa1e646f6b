import * as vscode from 'vscode';

/** Every context key that `when` clauses of package.json ask for. */
export interface ContextKeys {
  /** Paths of the open documents that are prompts: `resourcePath in promptgate.promptFiles`. */
  'promptgate.promptFiles': readonly string[];
  /** Whether the workspace has a prompt at all; unset until it was looked for. */
  'promptgate.hasPrompts': boolean;
  /** Whether evals are running, so that there is something to cancel. */
  'promptgate.evalsRunning': boolean;
}

export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
