// A real VS Code without a display: the web workbench, the server and the Node extension host that the npm package
// `code-server` carries. We use VS Code's own server in it, nothing of code-server itself.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from './folders.ts';
import { npm } from './processes.ts';

const version = '4.139.1';
const inPackage = 'node_modules/code-server/lib/vscode';

/** The path of VS Code's `server-main.js`; installs it on the first call (about 40 s). */
export async function findVSCodeServer(log: (line: string) => void = console.log): Promise<string> {
  const folder = await installOnce(`code-server-${version}`, async target => {
    const vscode = path.join(target, inPackage);
    log(`Installing VS Code from npm (code-server ${version}, 170 MB) …`);
    // Without the scripts: the package's own compiles parts that VS Code's server does not need.
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', `code-server@${version}`], target);
    log('Installing its dependencies …');
    await npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], vscode);
    log('Building two native modules (optional) …');
    await npm(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], vscode).catch(() =>
      log('… no compiler: VS Code works without them, only its own log does not'),
    );
  });
  const server = path.join(folder, inPackage, 'out/server-main.js');
  if (!existsSync(server)) throw new Error(`${server} is missing: delete ${folder} and try again`);
  return server;
}
