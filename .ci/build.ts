// Bundles the two products and the in-host test suites into dist/:
//   dist/extension.cjs     the VS Code extension, as it is activated
//   dist/features.cjs      all the rest of it, loaded when somebody needs it
//   dist/promptgate.cjs    the CLI: checks which Node it is, then loads dist/cli.cjs
//   dist/lazy/*.cjs        one third-party package each, loaded when it is first needed
//   dist/test/*.cjs        what runs inside VS Code's extension host (test/host/suite)
//
//   node .ci/build.ts [--dev] [--watch]     --dev: readable code with source maps
import { globSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const extensionLimit = 300 * 1024;

/** Packages that are too large to load before somebody needs them. Our code reaches them only by `import()`. */
const lazyPackages = [
  'openai',
  'ajv',
  'ajv-formats',
  'libphonenumber-js',
  '@redactpii/node',
  'validator',
  '@pydantic/genai-prices',
  'csv-parse',
];

const { values: flags } = parseArgs({ options: { dev: { type: 'boolean' }, watch: { type: 'boolean' } } });

const shared: esbuild.BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  minify: !flags.dev,
  sourcemap: flags.dev ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

function isLazy(specifier: string): boolean {
  return lazyPackages.some(name => specifier === name || specifier.startsWith(`${name}/`));
}

/** `@redactpii/node` → `lazy/redactpii-node`, `csv-parse/sync` → `lazy/csv-parse-sync`. */
function lazyFile(specifier: string): string {
  return `lazy/${specifier.replace('@', '').replaceAll('/', '-')}`;
}

/**
 * Turns `import('openai')` into a run-time import of dist/lazy/openai.cjs, and refuses a static import.
 * Only *named* imports work from there: `default` of a CommonJS file is its whole module object.
 */
function lazyImports(found: Set<string>): esbuild.Plugin {
  return {
    name: 'lazy-imports',
    setup(build) {
      build.onResolve({ filter: /^[@a-z]/ }, args => {
        if (!isLazy(args.path) || args.importer.includes('node_modules')) return undefined;
        if (args.kind !== 'dynamic-import') {
          return {
            errors: [{ text: `${args.path} is loaded lazily: reach it only by import('${args.path}')` }],
          };
        }
        found.add(args.path);
        return { path: `./${lazyFile(args.path)}.cjs`, external: true };
      });
    },
  };
}

/** Leaves `import('./features.ts')` of our own code to run time: that file is a bundle of its own. */
function separately(module: RegExp, file: string): esbuild.Plugin {
  return {
    name: 'separately',
    setup(build) {
      build.onResolve({ filter: module }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: file, external: true } : undefined,
      );
    },
  };
}

/** Bundles our own code; returns what it wants to load lazily. */
async function buildProducts(): Promise<{ outputs: esbuild.Metafile['outputs']; lazy: Set<string> }> {
  const lazy = new Set<string>();
  const { metafile } = await esbuild.build({
    ...shared,
    entryPoints: {
      extension: 'src/extension/extension.ts',
      features: 'src/extension/features.ts',
      cli: 'src/cli/process.ts',
    },
    external: ['vscode'],
    // import() becomes require(): the lazy files are CommonJS, and their names are then all visible.
    supported: { 'dynamic-import': false },
    plugins: [lazyImports(lazy), separately(/^\.\/features\.ts$/, './features.cjs')],
  });
  return { outputs: metafile?.outputs ?? {}, lazy };
}

/** The CLI's first file, in syntax that any Node reads: it says which Node is needed before newer code is parsed. */
async function buildBin(): Promise<esbuild.Metafile['outputs']> {
  const { metafile } = await esbuild.build({
    ...shared,
    target: 'node8',
    entryPoints: { promptgate: 'src/cli/bin.ts' },
    supported: { 'dynamic-import': false },
    plugins: [separately(/^\.\/process\.ts$/, './cli.cjs')],
  });
  return metafile?.outputs ?? {};
}

async function buildLazy(specifiers: Iterable<string>): Promise<esbuild.Metafile['outputs']> {
  const entries = Object.fromEntries(Array.from(specifiers, name => [lazyFile(name), name]));
  const { metafile } = await esbuild.build({ ...shared, entryPoints: entries, sourcemap: false });
  return metafile?.outputs ?? {};
}

/** Each suite file is a bundle of its own, so that mocha loads them one by one. */
async function buildTests(): Promise<esbuild.Metafile['outputs']> {
  const files = globSync(['index.ts', '*.suite.ts'], { cwd: path.join(root, 'test/host/suite') });
  const { metafile } = await esbuild.build({
    ...shared,
    entryPoints: Object.fromEntries(
      files.map(file => [
        file === 'index.ts' ? 'test/suite' : `test/${path.basename(file, '.ts')}`,
        path.join('test/host/suite', file),
      ]),
    ),
    // Bundled, as some packages are ES modules only; the lazy ones stay where they are.
    external: ['vscode', 'mocha', ...lazyPackages],
    minify: false,
    sourcemap: 'inline',
  });
  return metafile?.outputs ?? {};
}

/** Files of an earlier build that this one did not write. Nothing is deleted beforehand: a window may have dist/ open. */
async function removeStale(outputs: ReadonlySet<string>): Promise<void> {
  for (const file of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const full = path.join(file.parentPath, file.name);
    if (file.isFile() && /\.cjs(\.map)?$/.test(file.name) && !outputs.has(full))
      await rm(full, { force: true });
  }
}

async function build(): Promise<void> {
  const began = performance.now();
  const [products, bin, tests] = await Promise.all([buildProducts(), buildBin(), buildTests()]);
  const outputs = { ...products.outputs, ...bin, ...tests, ...(await buildLazy(products.lazy)) };
  const files = Object.keys(outputs).map(file => path.join(root, file));
  await removeStale(new Set(files));
  await writeFile(path.join(dist, 'meta.json'), JSON.stringify(outputs));

  for (const [file, { bytes }] of Object.entries(outputs)) {
    if (file.endsWith('.cjs') && !file.startsWith('dist/test/'))
      console.log(`build: ${file} ${kilobytes(bytes)}`);
  }
  const { bytes = 0 } = outputs['dist/extension.cjs'] ?? {};
  if (!flags.dev && bytes > extensionLimit) {
    throw new Error(`dist/extension.cjs has ${kilobytes(bytes)}; the budget is ${kilobytes(extensionLimit)}`);
  }
  console.log(`build: done in ${Math.round(performance.now() - began)} ms`);
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

/** Prints what failed. esbuild has printed its own messages by then. */
function report(error: unknown): void {
  const printed = error instanceof Error && 'errors' in error;
  console.error(printed ? 'build: failed' : error instanceof Error ? `build: ${error.message}` : error);
}

if (flags.watch) {
  const { watch } = await import('node:fs');
  let timer: NodeJS.Timeout | undefined;
  const rebuild = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void build().catch(report), 100);
  };
  for (const folder of ['src', 'test/host/suite'])
    watch(path.join(root, folder), { recursive: true }, rebuild);
  rebuild();
} else {
  await build().catch((error: unknown) => {
    report(error);
    process.exitCode = 1;
  });
}
