import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import type { Report } from '../evals/report.ts';
import { keyErrorOf } from '../evals/summary.ts';
import { environmentKey, isLoopback, originOf } from '../project/apiKeys.ts';
import { configFileName } from '../project/config.ts';
import type { Project } from '../project/project.ts';
import { registerCommand, reportFailure, runCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import type { EvalRun } from './evalRun.ts';
import { requireTrust } from './evaluations.ts';
import { apiKeySecret } from './projects.ts';
import { pickProject } from './subject.ts';

/** Origins that an API key was given for: secrets cannot be listed. */
const originsKey = 'promptgate.apiKeyOrigins';

interface Endpoint {
  readonly origin: string;
  /** As named in promptgate.yml. */
  readonly providers: readonly string[];
  /** Where an API key comes from without one of ours. */
  readonly otherwise: string;
}

/** API keys: kept by VS Code, one per origin, and never sent to another. */
export function registerApiKeys(deps: Deps): vscode.Disposable {
  const { context, dialogs, workspace, evaluations } = deps;
  const { secrets, globalState } = context;
  /** Origins that this session has spoken of: a save does not ask twice. */
  const told = new Set<string>();

  const stored = (): readonly string[] => globalState.get<readonly string[]>(originsKey, []);

  const choose = async (): Promise<string | undefined> => {
    const endpoints = await findEndpoints(deps);
    if (endpoints.length === 0) {
      throw new PromptgateError(
        'no-provider',
        'No provider of this workspace has an endpoint that takes an API key.',
      );
    }
    const items = endpoints.map(({ origin, providers, otherwise }) => ({
      label: `$(key) ${new URL(origin).host}`,
      description: providers.join(', '),
      detail: stored().includes(origin) ? 'API key given' : otherwise,
      origin,
    }));
    const chosen = await dialogs.pick(items, { title: 'Set API Key', placeHolder: 'Endpoint' });
    return chosen?.origin;
  };

  /** @returns whether there is one now */
  const setApiKey = async (given?: string): Promise<boolean> => {
    requireTrust('API keys');
    const origin = given ?? (await choose());
    if (origin === undefined) return false;
    const { host } = new URL(origin);
    const apiKey = await dialogs.input({
      title: `API key for ${host}`,
      prompt: `Kept by VS Code, sent to ${origin} only.`,
      password: true,
      ignoreFocusOut: true,
      validateInput: text => (/^\S+$/.test(text.trim()) ? undefined : 'An API key has no spaces.'),
    });
    if (apiKey === undefined) return false;
    await secrets.store(apiKeySecret(origin), apiKey.trim());
    await globalState.update(originsKey, [...new Set([...stored(), origin])]);
    told.delete(origin);
    // Providers hold on to the API key that they started with.
    await workspace.refresh();
    vscode.window.setStatusBarMessage(`$(key) API key for ${host} is set`, 5000);
    return true;
  };

  const clearApiKey = async (): Promise<void> => {
    const origins = stored();
    if (origins.length === 0) {
      vscode.window.setStatusBarMessage('$(key) No API key is kept here', 5000);
      return;
    }
    const items = origins.map(origin => ({
      label: `$(key) ${new URL(origin).host}`,
      description: origin,
      origin,
    }));
    const chosen =
      items.length === 1
        ? items[0]
        : await dialogs.pick(items, { title: 'Clear API Key', placeHolder: 'Endpoint' });
    if (!chosen) return;
    await secrets.delete(apiKeySecret(chosen.origin));
    await globalState.update(
      originsKey,
      origins.filter(origin => origin !== chosen.origin),
    );
    await workspace.refresh();
    vscode.window.setStatusBarMessage(`${chosen.label}: API key cleared`, 5000);
  };

  /** The one message about a run that had no API key, or one that was refused. */
  const tellOf = (run: EvalRun, report: Report): void => {
    const error = keyErrorOf(report);
    if (!error) return;
    const { origin } = error;
    const about = origin ?? error.message;
    if (run.request.reason !== 'command' && told.has(about)) return;
    told.add(about);
    const refused = `The API key for ${origin ? new URL(origin).host : 'this endpoint'} was refused: ${error.status ?? ''} ${error.message}`;
    dialogs.tell('error', error.kind === 'no-api-key' ? error.message : refused, [
      {
        title: 'Set API Key…',
        run: async () => {
          try {
            if (await setApiKey(origin)) await runCommand('promptgate.retryErrored', run.uri);
          } catch (failure) {
            reportFailure(deps, 'set API key', failure);
          }
        },
      },
      {
        title: 'Use Another Provider',
        run: () => runCommand('promptgate.useAnotherProvider', run.project.root),
      },
      {
        title: 'Open Settings',
        run: () =>
          vscode.commands.executeCommand('workbench.action.openSettings', '@ext:promptgate.promptgate'),
      },
    ]);
  };

  return vscode.Disposable.from(
    registerCommand(deps, 'promptgate.setApiKey', async argument => {
      await setApiKey(typeof argument === 'string' ? argument : undefined);
    }),
    registerCommand(deps, 'promptgate.clearApiKey', clearApiKey),
    registerCommand(deps, 'promptgate.useAnotherProvider', async argument => {
      const project =
        typeof argument === 'string'
          ? await workspace.projectAt(argument)
          : await pickProject(deps, 'Use Another Provider');
      if (project) await openProviders(project);
    }),
    evaluations.onDidFinishRun(({ run, outcome }) => {
      if (outcome?.kind === 'finished') tellOf(run, outcome.report);
    }),
  );
}

async function findEndpoints({ workspace }: Deps): Promise<readonly Endpoint[]> {
  const found = new Map<string, Endpoint>();
  // A prompt may be open that lies in none of the window's folders.
  const open = Array.from(workspace.prompts, ({ project }) => project);
  for (const project of new Set([...(await workspace.projects()), ...open])) {
    for (const [name, provider] of Object.entries(project.config.providers)) {
      if (provider.baseURL === undefined) continue;
      const origin = originOf(provider.baseURL);
      const { apiKey, why } = environmentKey(provider, project.host.env);
      const otherwise = apiKey
        ? `from the environment: ${provider.keyEnv ?? 'OPENAI_API_KEY'}`
        : (why ?? (isLoopback(origin) ? 'on this machine: needs none' : 'no API key yet'));
      const before = found.get(origin);
      found.set(origin, { origin, otherwise, providers: [...new Set([...(before?.providers ?? []), name])] });
    }
  }
  return [...found.values()];
}

/** Opens promptgate.yml where the providers stand. */
async function openProviders(project: Project): Promise<void> {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(project.root), configFileName);
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch {
    // Without the file there is only the default provider: a first file comes with examples of others.
    await runCommand('promptgate.initializeRegistry');
    return;
  }
  const editor = await vscode.window.showTextDocument(document);
  const at = /^(defaultProvider|providers):/m.exec(document.getText());
  const position = document.positionAt(at?.index ?? 0);
  editor.selection = new vscode.Selection(position, position);
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenter);
}
