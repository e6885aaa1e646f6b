import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';

export type Log = vscode.LogOutputChannel;

/** The one output channel: `Promptgate` in the Output view. */
export function createLog(): Log {
  return vscode.window.createOutputChannel('Promptgate', { log: true });
}

/** Everything known about what was thrown, its causes included: for the log, not for people. */
export function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? messageOf(error);
  return error.cause === undefined ? own : `${own}\ncaused by ${detailOf(error.cause)}`;
}
