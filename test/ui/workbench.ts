// The VS Code window as a person uses it: what they click, type and read. Every method waits for the state it needs,
// none waits for time to pass. `page` is there for whatever is missing here.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Locator, type Page } from 'playwright-core';
import { deleteFolder, freshSample, root, screenshots } from '../host/folders.ts';
import { startServer, windowAddress, type ServerOptions } from '../host/server.ts';

export interface WorkbenchOptions {
  /** A folder or a `.code-workspace` file; `none`: a window without either. Default: a fresh copy of the sample. */
  readonly folder?: string;
  readonly workspace?: string;
  readonly none?: boolean;
  /** Workspace settings, written into the folder before the window opens. */
  readonly settings?: Settings;
  /** A server of its own: `{ trusted: false }` for Restricted Mode, machine settings, environment. */
  readonly server?: ServerOptions;
  readonly size?: { readonly width: number; readonly height: number };
}

export type Settings = Readonly<Record<string, unknown>>;

export type Theme = keyof typeof themes;

/** Each theme by its setting, and by the class that the window has once it is in use. */
const themes = {
  light: { setting: 'Default Light Modern', class: 'vs' },
  dark: { setting: 'Default Dark Modern', class: 'vs-dark' },
  contrast: { setting: 'Default High Contrast', class: 'hc-black' },
};

const baseSettings: Settings = {
  // The settings file itself is no part of the sample that pictures show.
  'files.exclude': { '.vscode': true },
};

/** Dark comes last: the window stays in it. */
export const allThemes: readonly Theme[] = ['contrast', 'light', 'dark'];

/** Each open window with what closes it. */
const openWindows = new Map<Workbench, () => Promise<void>>();

/** Keeps a picture of every open window: what to look at when a test has failed. */
export async function screenshotOpenWindows(name: string): Promise<void> {
  for (const [index, { page }] of [...openWindows.keys()].entries()) {
    const file = `failed-${name.replaceAll(/\W+/g, '-').toLowerCase()}${index === 0 ? '' : `-${index}`}.png`;
    console.log(`    screenshot: .vscode-test/screenshots/${file}`);
    await page.screenshot({ path: path.join(screenshots, file) });
  }
}

export class Workbench {
  readonly page: Page;
  /** The workspace on disk; undefined in a window without a folder. */
  readonly folder: string | undefined;

  constructor(page: Page, folder?: string) {
    this.page = page;
    this.folder = folder;
    page.setDefaultTimeout(30_000); // much longer than needed: machines that test are busy
  }

  /** Opens a window with the extension loaded from this repository. Close it in `after`. */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const endpoint = process.env['PROMPTGATE_UI_BROWSER'];
    const shared = process.env['PROMPTGATE_UI_SERVER'];
    if (!endpoint || !shared) throw new Error('UI tests need a server and a browser: run `npm run test:ui`');
    const folderless = options.none || options.workspace !== undefined;
    const folder = folderless ? undefined : (options.folder ?? (await freshSample('ui')));
    const server = options.server && (await startServer(options.server));
    const browser = await chromium.connect(endpoint);
    const page = await browser.newPage({ viewport: options.size ?? { width: 1400, height: 900 } });
    const workbench = new Workbench(page, folder);
    openWindows.set(workbench, async () => {
      await page.context().close();
      await browser.close();
      await server?.stop();
      if (folder !== undefined && options.folder === undefined) await deleteFolder(path.dirname(folder));
    });
    try {
      if (folder !== undefined) await workbench.changeSettings({ ...baseSettings, ...options.settings });
      const window = folder !== undefined ? { folder } : { workspace: options.workspace };
      await page.goto(windowAddress(server?.origin ?? shared, { ...window, extension: root }));
      await workbench.ready();
      return workbench;
    } catch (error) {
      await screenshotOpenWindows('open');
      await workbench.close();
      throw error;
    }
  }

  /** Waits for the window to show (also after a reload). */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('#workbench\\.parts\\.statusbar').waitFor();
    await this.closeChat();
  }

  async close(): Promise<void> {
    await openWindows.get(this)?.();
    openWindows.delete(this);
  }

  // Files and settings of the workspace

  /** The absolute path of a file in the workspace. */
  path(file: string): string {
    if (this.folder === undefined) throw new Error('This window has no folder');
    return path.join(this.folder, file);
  }

  async readFile(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  /** Writes a file from outside the window, as git or another program does. */
  async writeFile(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(this.path(file)), { recursive: true });
    await writeFile(this.path(file), text);
  }

  /** Adds to the workspace settings, from outside the window. */
  async changeSettings(settings: Settings): Promise<void> {
    const file = '.vscode/settings.json';
    const before = existsSync(this.path(file)) ? (JSON.parse(await this.readFile(file)) as Settings) : {};
    await this.writeFile(file, JSON.stringify({ ...before, ...settings }, undefined, 2));
  }

  async switchTheme(theme: Theme): Promise<void> {
    await this.changeSettings({ 'workbench.colorTheme': themes[theme].setting });
    await this.page.locator(`.monaco-workbench.${themes[theme].class}`).waitFor();
  }

  // Keyboard and palette

  /** Presses keys, `ControlOrMeta+S` and the like. */
  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  /** Types into whatever has the focus. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Runs a command by the title that the palette shows, `Promptgate: Publish…`. */
  async runCommand(title: string): Promise<void> {
    for (;;) {
      await this.page.keyboard.press('F1');
      await this.quickInput.fill(`>${title}`);
      await this.options.first().waitFor();
      const found = await this.option(title)
        .first()
        .click({ timeout: 5000 })
        .then(
          () => true,
          () => false,
        );
      if (found) return;
      // The palette lists what there was when it opened, and in a young window that is not all.
      await this.page.keyboard.press('Escape');
    }
  }

  /** The titles that the palette offers for a text. */
  async findCommands(text: string): Promise<string[]> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill(`>${text}`);
    await this.options.first().waitFor();
    const titles = await this.options.locator('.monaco-icon-label .label-name').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** Opens a file of the workspace through quick open and waits for its editor. */
  async openFile(file: string): Promise<void> {
    const name = path.posix.basename(file);
    await this.page.keyboard.press('ControlOrMeta+P');
    await this.quickInput.fill(file);
    await this.options.filter({ hasText: name }).first().click();
    await this.tab(name).and(this.page.locator('[aria-selected=true]')).waitFor();
    await this.editor.waitFor();
  }

  /** Puts the cursor at a place in the active editor; line and column from 1. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.page.keyboard.press('Control+G');
    await this.quickInput.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.statusItem(`Ln ${line}, Col ${column}`).waitFor();
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+S');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  /** Waits until an extension has been activated, by a part of its name or id. */
  async waitForActivation(name: RegExp): Promise<void> {
    const size = this.page.viewportSize();
    // The list has only the rows in view, the quickest extension last.
    await this.page.setViewportSize({ width: size?.width ?? 1400, height: 2500 });
    await this.runCommand('Developer: Show Running Extensions');
    await this.page
      .locator('.runtime-extensions-editor .monaco-list-row')
      .filter({ hasText: name })
      .filter({ hasText: /Activation: \d+ms/ })
      .waitFor();
    if (size) await this.page.setViewportSize(size);
    await this.page.keyboard.press('Escape');
  }

  // Quick pick and input box

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type=text]');
  }

  /** The rows of the open quick pick. */
  get options(): Locator {
    return this.page.locator('.quick-input-widget:visible').getByRole('option');
  }

  option(text: string): Locator {
    return this.options.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Chooses the row whose label or description is exactly `text`. */
  async pick(text: string): Promise<void> {
    await this.option(text).first().click();
  }

  /** Answers the open input box, or the one that asks with these words: another may still be closing. */
  async answer(text: string, question?: string): Promise<void> {
    if (question !== undefined) await this.quickInputMessage.filter({ hasText: question }).waitFor();
    await this.quickInput.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Types a folder into the dialog for one, and takes it. */
  async chooseFolder(folder: string, button: string): Promise<void> {
    const take = this.page.getByRole('button', { name: button });
    await take.waitFor(); // before, the input may be that of the palette
    await this.quickInput.fill(`${folder}/`);
    // While the dialog still looks at what was typed it takes no click.
    do await take.click();
    while (await isStillThere(take));
  }

  /** What the open quick input says below its box (a prompt or a validation message). */
  get quickInputMessage(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-message');
  }

  // Editor

  /** The active editor. */
  get editor(): Locator {
    return this.page.locator('.editor-group-container.active .editor-instance .monaco-editor').last();
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name });
  }

  /** The line of the active editor that contains a text. Only lines in view exist. */
  line(text: string): Locator {
    return this.editor.locator('.view-line').filter({ hasText: text });
  }

  get codeLenses(): Locator {
    return this.editor.locator('.codelens-decoration a');
  }

  codeLens(text: string | RegExp): Locator {
    return this.codeLenses.filter({ hasText: text });
  }

  /** Squiggles in the active editor. */
  squiggles(severity: 'error' | 'warning' | 'info' | 'hint' = 'error'): Locator {
    return this.editor.locator(`.squiggly-${severity}`);
  }

  /** Hovers over a text in the active editor and answers the hover, once it has content. */
  async hoverText(text: string): Promise<Locator> {
    await this.editor.locator('.view-line span').filter({ hasText: text }).last().hover();
    const hover = this.page.locator('.monaco-hover:visible .monaco-hover-content');
    await hover.first().waitFor();
    return hover.first();
  }

  /** The open suggestions. */
  get suggestions(): Locator {
    return this.page.locator('.suggest-widget.visible').getByRole('option');
  }

  /** Opens the quick fixes at the cursor and answers their rows. */
  async quickFixes(): Promise<Locator> {
    await this.page.keyboard.press('ControlOrMeta+.');
    const rows = this.page.locator('.action-widget .monaco-list-row');
    await rows.first().waitFor();
    return rows;
  }

  // Views

  /** Opens a view container of the activity bar by its name. */
  async openView(name: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name });
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    await this.page.locator('.activitybar').getByRole('tab', { name, selected: true }).waitFor();
  }

  /** An item of the tree in the side bar, by its accessible name. */
  treeItem(name: string | RegExp): Locator {
    return this.page.locator('.sidebar').getByRole('treeitem', { name });
  }

  /** Opens what is below an item of the tree. */
  async expand(name: string | RegExp): Promise<void> {
    await this.treeItem(name).locator('.monaco-tl-twistie.collapsed').click();
  }

  /** Chooses an entry of an item's context menu. */
  async contextMenu(target: Locator, entry: string): Promise<void> {
    await target.click({ button: 'right' });
    const item = this.page.getByRole('menuitem', { name: entry });
    // Enter, as a menu takes no click so soon after it has opened.
    await item.hover();
    await this.page.locator('.monaco-menu .action-item.focused').filter({ has: item }).waitFor();
    await this.page.keyboard.press('Enter');
    await item.waitFor({ state: 'hidden' });
  }

  /** Opens the Problems panel. */
  async openProblems(): Promise<void> {
    await this.runCommand('Problems: Focus on Problems View');
    await this.page.locator('.markers-panel').waitFor();
  }

  /** A row of the Problems panel: a file, a problem, or its related information. */
  problem(text: string | RegExp): Locator {
    return this.problems.filter({ hasText: text });
  }

  /** Double-clicks a problem's words, which moves the focus to its place. */
  async goToProblem(text: string | RegExp): Promise<void> {
    // Its right half is a link to the documentation.
    await this.problem(text)
      .first()
      .dblclick({ position: { x: 200, y: 8 } });
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
  }

  /** The rows of the Problems panel in view. */
  get problems(): Locator {
    return this.page.locator('.markers-panel').getByRole('treeitem');
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('#workbench\\.parts\\.statusbar .statusbar-item').filter({ hasText: text });
  }

  /** Notifications, read in the notification centre: toasts never show in a driven window. */
  async openNotifications(): Promise<Locator> {
    const centre = this.page.locator('.notifications-center.visible');
    // A message that arrives just as the centre opens shuts it again.
    while (!(await centre.isVisible())) {
      await this.page.locator('#status\\.notifications').click();
      await isThere(centre);
    }
    return centre.locator('.notification-list-item');
  }

  /** Waits for a notification with the text, opening the notification centre. */
  async notification(text: string | RegExp): Promise<Locator> {
    for (;;) {
      const found = (await this.openNotifications()).filter({ hasText: text }).first();
      if (await isThere(found)) return found;
    }
  }

  async clickInNotification(text: string | RegExp, button: string): Promise<void> {
    await (await this.notification(text)).getByRole('button', { name: button }).click();
  }

  async closeNotifications(): Promise<void> {
    const centre = this.page.locator('.notifications-center.visible');
    if (!(await centre.isVisible())) return;
    await this.runCommand('Notifications: Hide Notifications');
    await centre.waitFor({ state: 'hidden' });
  }

  /** A modal dialog. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  async clickInDialog(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button }).click();
  }

  /** Closes the Chat side bar if it is open. */
  async closeChat(): Promise<void> {
    const bar = this.page.locator('.part.auxiliarybar');
    if (!(await bar.isVisible())) return;
    await this.runCommand('View: Toggle Secondary Side Bar Visibility');
    await bar.waitFor({ state: 'hidden' });
  }

  /** Writes .vscode-test/screenshots/<name>-<theme>.png for each theme. */
  async screenshot(name: string, inThemes: readonly Theme[] = ['light', 'dark']): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    for (const theme of inThemes) {
      await this.switchTheme(theme);
      const file = path.join(screenshots, `${name}-${theme}.png`);
      await this.page.screenshot({ path: file, animations: 'disabled' });
    }
  }
}

function isStillThere(locator: Locator): Promise<boolean> {
  return locator.waitFor({ state: 'hidden', timeout: 3000 }).then(
    () => false,
    () => true,
  );
}

/** Whether something shows by now or within a moment; whoever asks tries again, until the test's time is up. */
function isThere(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: 3000 }).then(
    () => true,
    () => false,
  );
}
