// Starts and stops VS Code's server, with a fresh profile each time.
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { deleteFolder, freshFolder } from './folders.ts';
import { run, startTree } from './processes.ts';
import { findVSCodeServer } from './vscode.ts';

export interface ServerOptions {
  /** false: windows open in Restricted Mode until the user trusts the folder. Default: true. */
  readonly trusted?: boolean;
  /** Makes the window load an extension from its folder, but never shows notification toasts. Default: true. */
  readonly testDriver?: boolean;
  /** Default: any free one. */
  readonly port?: number;
  /** What a browser must present. Without one, whoever reaches the port can run commands. */
  readonly token?: string;
  /** Machine settings. The theme is not one of them: it takes workspace settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** A packaged extension to install before the start. */
  readonly vsix?: string;
}

export interface Server {
  readonly origin: string;
  /** The address of a window. */
  address(window: Window): string;
  /** The end of the extension hosts' logs: what to print when a window does not come up. */
  logs(): string;
  /** Settles when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface Window {
  /** A folder or a `.code-workspace` file; an empty window without either. */
  readonly folder?: string;
  readonly workspace?: string;
  /** The folder of an extension to load (needs `testDriver`). */
  readonly extension?: string;
  /** A bundle that exports `run()`, to be run in the extension host (needs `testDriver`). */
  readonly tests?: string;
  /** A file to open with the window. */
  readonly file?: string;
}

const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  // Else the Chat side bar takes a third of a fresh window.
  'chat.disableAIFeatures': true,
  // The test workspaces lie inside this repository.
  'git.openRepositoryInParentFolders': 'never',
};

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const main = await findVSCodeServer();
  const profile = await freshFolder('server');
  const data = path.join(profile, 'data');
  // VS Code leaves its sockets behind. Their paths must be short, which those below this repository may not be.
  const sockets = await mkdtemp(path.join(tmpdir(), 'promptgate-'));
  const extensions = path.join(profile, 'extensions');
  await mkdir(path.join(data, 'data/Machine'), { recursive: true });
  await writeFile(
    path.join(data, 'data/Machine/settings.json'),
    JSON.stringify({ ...quietSettings, ...options.settings }, undefined, 2),
  );
  const folders = [
    '--server-data-dir',
    data,
    '--extensions-dir',
    extensions,
    '--accept-server-license-terms',
  ];
  if (options.vsix) await run(process.execPath, [main, ...folders, '--install-extension', options.vsix]);

  const { child, ended, stop } = startTree(
    process.execPath,
    [
      main,
      ...folders,
      '--host=127.0.0.1',
      `--port=${options.port ?? 0}`,
      '--telemetry-level=off',
      ...(options.token ? ['--connection-token', options.token] : ['--without-connection-token']),
      ...(options.trusted === false ? [] : ['--disable-workspace-trust']),
      ...(options.testDriver === false ? [] : ['--enable-smoke-test-driver']),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XDG_RUNTIME_DIR: sockets, ...options.env },
    },
  );
  const stopAll = async (): Promise<void> => {
    await stop();
    await deleteFolder(profile);
    await deleteFolder(sockets);
  };
  const port = await portOf(child).catch(async (error: unknown) => {
    await stopAll();
    throw error;
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    address: window => windowAddress(origin, window, options.token),
    logs: () => endOfLogs(path.join(data, 'data/logs')),
    ended,
    stop: stopAll,
  };
}

/** The port, once the server says that it listens there. */
async function portOf(child: ReturnType<typeof startTree>['child']): Promise<number> {
  const said: string[] = [];
  return new Promise((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', line => {
        if (said.length < 200) said.push(line); // read on for ever, or the pipe fills
        const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
        if (port) done(Number(port));
      });
    }
    child.once('error', fail);
    child.once('exit', code => fail(new Error(`VS Code's server ended with ${code}:\n${said.join('\n')}`)));
  });
}

/** The address that opens `window` on the server at `origin`. */
export function windowAddress(origin: string, window: Window, token?: string): string {
  const address = new URL(origin);
  const remote = (file: string): string => `vscode-remote://${address.host}${pathToFileURL(file).pathname}`;
  const payload: [string, string][] = [];
  if (window.extension) payload.push(['extensionDevelopmentPath', remote(window.extension)]);
  if (window.tests) payload.push(['extensionTestsPath', remote(window.tests)]);
  if (window.file) payload.push(['openFile', remote(window.file)]);

  if (token) address.searchParams.set('tkn', token);
  if (window.folder) address.searchParams.set('folder', toUriPath(window.folder));
  else if (window.workspace) address.searchParams.set('workspace', toUriPath(window.workspace));
  else address.searchParams.set('ew', 'true');
  if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
  return address.href.replaceAll('%2F', '/'); // as readable as it can be: people see it
}

function toUriPath(file: string): string {
  return decodeURIComponent(pathToFileURL(file).pathname);
}

function endOfLogs(folder: string): string {
  return globSync('**/{remoteexthost,remoteagent}.log', { cwd: folder })
    .map(file => `--- ${file}\n${readFileSync(path.join(folder, file), 'utf8').slice(-4000)}`)
    .join('\n');
}
