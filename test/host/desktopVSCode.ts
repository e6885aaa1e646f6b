// A desktop VS Code, where the machine has a display and a way to the download server.
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cache } from './folders.ts';

export function hasDisplay(): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Downloads VS Code on the first call; throws if that is not possible. */
export async function findDesktop(version = 'stable'): Promise<string> {
  return downloadAndUnzipVSCode({ version, cachePath: cache });
}
