interface CommandEntry {
  /** Whether the command palette offers it. The others need a tree item, an editor or a test to start from. */
  readonly palette: boolean;
}

/** Every command. Titles and menus are in package.json; test/manifest.test.ts compares the two. */
export const commandTable = {
  'promptgate.newPrompt': { palette: true },
  'promptgate.runEvals': { palette: true },
  'promptgate.publish': { palette: true },
  'promptgate.promote': { palette: true },
  'promptgate.rollBack': { palette: true },
  'promptgate.compare': { palette: true },
  'promptgate.showHistory': { palette: true },
  'promptgate.initializeRegistry': { palette: true },
  'promptgate.setApiKey': { palette: true },
  'promptgate.clearApiKey': { palette: true },
  'promptgate.removeLabel': { palette: true },
  'promptgate.retryErrored': { palette: true },
  'promptgate.cancelEvals': { palette: true },
  'promptgate.openSample': { palette: true },
  'promptgate.getStarted': { palette: true },
  'promptgate.showLog': { palette: true },
  'promptgate.refresh': { palette: false },
  'promptgate.openPrompt': { palette: false },
  'promptgate.openVersion': { palette: false },
  'promptgate.restoreVersion': { palette: false },
  'promptgate.compareWithWorkingCopy': { palette: false },
  'promptgate.copyReference': { palette: false },
  'promptgate.showResults': { palette: false },
  'promptgate.compareAnswer': { palette: false },
  'promptgate.useAnotherProvider': { palette: false },
  'promptgate.explainProblem': { palette: false },
} as const satisfies Record<string, CommandEntry>;

export type CommandId = keyof typeof commandTable;
