import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './host/folders.ts';
import { npm, run } from './host/processes.ts';

const shared = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist/lazy/', 'media/schemas/'];

describe('the packages (after `npm run build`)', function () {
  this.timeout(30_000);
  const dist = path.join(root, 'dist');

  before(() => {
    assert.ok(existsSync(path.join(dist, 'extension.cjs')), 'dist/ is empty: `npm run build` first');
  });

  it('puts into the VSIX what the extension reads, and nothing else', async () => {
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const listed = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: root });
    const files = listed.split(/\r?\n/).filter(line => line !== '');
    assertContents(files, [...shared, 'dist/extension.cjs', 'dist/features.cjs', 'media/', 'syntaxes/']);
    assert.ok(files.includes('media/sample/promptgate.yml'));
    assert.ok(files.every(file => !file.includes('/.promptgate/cache/')));
    assert.ok(sizeOf(files) < 4_000_000, `${sizeOf(files)} bytes before compression`);
  });

  it('puts into the npm package what the CLI reads, and nothing else', async () => {
    const listed = await npm(['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent'], root);
    const packed = JSON.parse(listed.slice(listed.indexOf('['))) as { files: { path: string }[] }[];
    const files = packed.flatMap(entry => entry.files.map(file => file.path));
    assertContents(files, [...shared, 'dist/promptgate.cjs', 'dist/cli.cjs']);
  });

  it('loads every lazy file on its own', () => {
    const require = createRequire(import.meta.url);
    const lazy = path.join(dist, 'lazy');
    const files = existsSync(lazy) ? readdirSync(lazy).filter(file => file.endsWith('.cjs')) : [];
    for (const file of files) assert.ok(require(path.join(lazy, file)), file);
    for (const product of ['extension.cjs', 'features.cjs', 'promptgate.cjs']) {
      const text = readFileSync(path.join(dist, product), 'utf8');
      for (const [, name = ''] of text.matchAll(/"\.\/lazy\/([^"]+)"/g))
        assert.ok(files.includes(name), name);
    }
  });

  it('runs the CLI with the Node that asks for it', async () => {
    assert.match(await run(process.execPath, [path.join(dist, 'promptgate.cjs'), '--help']), /promptgate/i);
  });
});

/** Each allowed file or folder (`media/`) is there, and nothing besides. */
function assertContents(files: readonly string[], allowed: readonly string[]): void {
  const matches = (file: string, entry: string): boolean =>
    entry.endsWith('/') ? file.startsWith(entry) : file === entry;
  assert.deepEqual(
    files.filter(file => !allowed.some(entry => matches(file, entry))),
    [],
    'not meant to be packed',
  );
  assert.deepEqual(
    allowed.filter(entry => !files.some(file => matches(file, entry))),
    [],
    'missing in the package',
  );
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);
}
