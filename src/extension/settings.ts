import * as vscode from 'vscode';
import type { Severities } from '../prompt/problem.ts';

/** Every setting, with the default that package.json shows. */
export interface SettingValues {
  /** Label that the gutter and "changes not live" compare with; `off` for no gutter marks. */
  'promptgate.gutter': string;
  'promptgate.codeLens': boolean;
  /** Severity per problem code; wins over promptgate.yml. */
  'promptgate.lint.severities': Severities;
  /** Milliseconds after the last key before a prompt is linted. */
  'promptgate.lint.delay': number;
  /** Whether a save by hand runs the evals; `project`: as promptgate.yml says. */
  'promptgate.evalOnSave': 'project' | 'manual' | 'off';
  /** Score, cost and time behind each row; `auto` leaves failures to Error Lens where it is installed. */
  'promptgate.inlineResults': 'auto' | 'on' | 'off';
}

export const settingDefaults: Readonly<SettingValues> = {
  'promptgate.gutter': 'production',
  'promptgate.codeLens': true,
  'promptgate.lint.severities': {},
  'promptgate.lint.delay': 250,
  'promptgate.evalOnSave': 'project',
  'promptgate.inlineResults': 'auto',
};

export type SettingName = keyof SettingValues;

export function readSetting<N extends SettingName>(name: N, scope?: vscode.Uri): SettingValues[N] {
  return vscode.workspace.getConfiguration(undefined, scope).get(name, settingDefaults[name]);
}

export function onDidChangeSetting(name: SettingName, listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(change => {
    if (change.affectsConfiguration(name)) listener();
  });
}

/** The label that "live" means: that of the gutter, and production where the gutter is off. */
export function liveLabel(scope?: vscode.Uri): string {
  const label = readSetting('promptgate.gutter', scope).trim();
  return label === '' || label === 'off' ? 'production' : label;
}
