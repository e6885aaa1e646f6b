import * as vscode from 'vscode';

export interface Confirmation {
  readonly message: string;
  readonly detail?: string;
  /** The button that agrees: a verb. */
  readonly action: string;
}

/** A button of a notification. */
export interface MessageAction {
  readonly title: string;
  run(): unknown;
}

export type MessageKind = 'info' | 'warning' | 'error';

/** Everything that asks or tells the user. One object, so that tests can answer: modal dialogs refuse to show there. */
export interface Dialogs {
  /** A modal question with one way to agree. */
  confirm(question: Confirmation): Promise<boolean>;
  input(options: vscode.InputBoxOptions): Promise<string | undefined>;
  pick<T extends vscode.QuickPickItem>(
    items: readonly T[] | Promise<readonly T[]>,
    options: vscode.QuickPickOptions,
  ): Promise<T | undefined>;
  pickFolder(options: vscode.OpenDialogOptions): Promise<vscode.Uri | undefined>;
  /** A notification. Does not wait for the user. */
  tell(kind: MessageKind, message: string, actions?: readonly MessageAction[]): void;
}

export interface SwitchableDialogs extends Dialogs {
  /** Answers these from now on, until disposed. For tests. */
  answer(answers: Partial<Dialogs>): vscode.Disposable;
}

const editorDialogs: Dialogs = {
  async confirm({ message, detail, action }) {
    return (await vscode.window.showWarningMessage(message, { modal: true, detail }, action)) === action;
  },
  async input(options) {
    return vscode.window.showInputBox(options);
  },
  async pick<T extends vscode.QuickPickItem>(
    items: readonly T[] | Promise<readonly T[]>,
    options: vscode.QuickPickOptions,
  ) {
    return vscode.window.showQuickPick<T>(items, { ...options, canPickMany: false });
  },
  async pickFolder(options) {
    const chosen = await vscode.window.showOpenDialog({
      ...options,
      canSelectFiles: false,
      canSelectFolders: true,
    });
    return chosen?.[0];
  },
  tell(kind, message, actions = []) {
    const show = {
      info: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[kind];
    void show(message, ...actions.map(action => action.title)).then(title =>
      actions.find(action => action.title === title)?.run(),
    );
  },
};

export function createDialogs(): SwitchableDialogs {
  let current = editorDialogs;
  return {
    confirm: question => current.confirm(question),
    input: options => current.input(options),
    pick: (items, options) => current.pick(items, options),
    pickFolder: options => current.pickFolder(options),
    tell: (kind, message, actions) => current.tell(kind, message, actions),
    answer(answers) {
      const before = current;
      current = { ...before, ...answers };
      return new vscode.Disposable(() => (current = before));
    },
  };
}
