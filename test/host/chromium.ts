// A Chromium to drive the workbench with: the machine's own, else one that can be installed.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installOnce } from './folders.ts';
import { npm, run } from './processes.ts';

export interface Chromium {
  readonly executablePath: string;
  readonly args: readonly string[];
}

const sparticuzVersion = '153.0.0';

const flags = [
  '--no-sandbox', // root in a container has no user namespace to sandbox in
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const usualPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData']
    .map(name => process.env[name])
    .filter(folder => folder !== undefined)
    .flatMap(folder => [
      path.join(folder, 'Google/Chrome/Application/chrome.exe'),
      path.join(folder, 'Microsoft/Edge/Application/msedge.exe'),
    ]),
};

export async function findChromium(log: (line: string) => void = console.log): Promise<Chromium> {
  const chosen = process.env['CHROME_PATH'];
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROME_PATH names ${chosen}, which does not exist`);
    return { executablePath: chosen, args: flags };
  }
  const found = usualPlaces[process.platform]?.find(place => existsSync(place));
  if (found) return { executablePath: found, args: flags };

  const failures: string[] = [];
  for (const install of [fromDebian, fromNpm]) {
    try {
      const installed = await install(log);
      if (installed) return installed;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    [
      'No Chromium, Chrome or Edge found. Install one, or set CHROME_PATH to its executable.',
      ...failures,
    ].join('\n'),
  );
}

async function fromDebian(log: (line: string) => void): Promise<Chromium | undefined> {
  const executablePath = '/usr/bin/chromium';
  if (process.getuid?.() !== 0 || !isDebian()) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  log('Installing Chromium with apt-get (about a minute) …');
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
  return { executablePath, args: flags };
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** `@sparticuz/chromium` carries a Chromium for Linux in the npm package itself. */
async function fromNpm(log: (line: string) => void): Promise<Chromium | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = await installOnce(`sparticuz-chromium-${sparticuzVersion}`, async target => {
    log('Installing Chromium from npm (@sparticuz/chromium) …');
    const chromium = `@sparticuz/chromium@${sparticuzVersion}`;
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', chromium], target);
  });
  const module = path.join(folder, 'node_modules/@sparticuz/chromium/build/index.js');
  const { default: sparticuz } = (await import(pathToFileURL(module).href)) as {
    default: { executablePath(): Promise<string> };
  };
  return { executablePath: await sparticuz.executablePath(), args: flags };
}
