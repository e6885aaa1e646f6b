import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const src = resolve(import.meta.dirname, '../src');

/** The way of the data, top to bottom: a folder imports only folders above it. Not all of them exist yet. */
const order = [
  'errors.ts',
  'prompt',
  'evals',
  'registry',
  'rollout',
  'runtime',
  'project',
  'service',
  'cli',
  'extension',
];

/** Hosts do not import each other, but for `cli serve`. Only they read the process, print, or end it. */
const hosts = ['service', 'cli', 'extension'];

/**
 * What each part of src/ may import, besides itself, errors.ts and node: modules. A new folder, package or direction
 * is added here on purpose; what nobody imports any more fails as well.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  prompt: ['yaml', 'canonicalize', 'fastest-levenshtein', 'semver'],
  evals: [
    'prompt',
    'yaml',
    'valibot',
    'p-limit',
    // Loaded when they are first needed, never at the start.
    '@pydantic/genai-prices',
    '@redactpii/node',
    'ajv',
    'ajv-formats',
    'csv-parse',
    'libphonenumber-js',
    'openai',
    'validator',
  ],
  registry: ['prompt', 'evals', 'yaml', 'semver', 'valibot'],
  project: ['prompt', 'evals', 'registry', 'yaml', 'valibot', 'picomatch'],
  cli: [
    'prompt',
    'evals',
    'registry',
    'project',
    'package.json',
    'commander',
    'diff',
    'p-limit',
    'picocolors',
  ],
  extension: ['prompt', 'evals', 'registry', 'project', 'vscode'],
};

/** Folders that touch no files, clock or network may use these of Node's modules. */
const pureNode: Readonly<Record<string, readonly string[]>> = { 'errors.ts': [], prompt: ['node:crypto'] };

/** Comments, and what could look like them: strings stay. */
const commentOrString =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const specifier = /(?:\bfrom\s+|\bimport\s*\(?\s*|\brequire\s*\(\s*)(?:'([^'\s,]+)'|"([^"\s,]+)")/g;
const hostGlobal = /\b(?:process|console)\s*(?:\?\.|\.|\[)/;

const withoutComments = (text: string): string => text.replace(commentOrString, '$1');
const codeOnly = (text: string): string =>
  text.replace(commentOrString, (_, string?: string) => (string ? '""' : ''));

/** The folder of src/ a file is in; the name of a file that lies in src/ itself. */
const partOf = (path: string): string => path.split(sep)[0] ?? path;

function importsOf(path: string, text: string): readonly string[] {
  return [...withoutComments(text).matchAll(specifier)].map(match => {
    const name = match[1] ?? match[2] ?? '';
    if (name.startsWith('.')) {
      const target = relative(src, resolve(src, dirname(path), name));
      return target.startsWith('..') ? relative(resolve(src, '..'), resolve(src, target)) : partOf(target);
    }
    if (name.startsWith('node:')) return name;
    return name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/');
  });
}

/** What a file may not import, and why. */
function violations(path: string, text: string): readonly string[] {
  const part = partOf(path);
  const allowed = mayImport[part];
  if (allowed === undefined) return [`${part} is not in the table of test/architecture.test.ts`];
  const imports = importsOf(path, text).filter(target => {
    if (target.startsWith('node:')) return pureNode[part]?.includes(target) === false;
    return target !== part && target !== 'errors.ts' && !allowed.includes(target);
  });
  return [
    ...imports.map(target => `${part} may not import ${target}`),
    ...(hosts.includes(part) || !hostGlobal.test(codeOnly(text))
      ? []
      : ['only hosts use process and console']),
  ];
}

describe('the layout of src/', () => {
  const files = globSync('**/*.ts', { cwd: src }).sort();
  const texts = new Map(files.map(path => [path, readFileSync(join(src, path), 'utf8')]));

  for (const [path, text] of texts) {
    it(`lets src/${path.split(sep).join('/')} import what it does`, () =>
      assert.deepEqual(violations(path, text), []));
  }

  it('is in the table, all of it and nothing else', () => {
    const parts = new Set(files.map(partOf));
    assert.deepEqual(Object.keys(mayImport).sort(), [...parts].sort());
  });

  it('has a table without entries that nobody uses', () => {
    for (const [part, allowed] of Object.entries(mayImport)) {
      const used = new Set(
        [...texts].filter(([path]) => partOf(path) === part).flatMap(([path, text]) => importsOf(path, text)),
      );
      assert.deepEqual(
        allowed.filter(target => !used.has(target)),
        [],
        part,
      );
    }
  });

  it('has a table that only points upwards, and from no host to another', () => {
    for (const [part, allowed] of Object.entries(mayImport)) {
      assert.ok(order.includes(part), `${part} has no place in the order`);
      for (const target of allowed.filter(target => order.includes(target))) {
        assert.ok(order.indexOf(target) < order.indexOf(part), `${part} → ${target}`);
        assert.ok(
          !hosts.includes(part) || !hosts.includes(target) || (part === 'cli' && target === 'service'),
        );
      }
      assert.ok(part === 'extension' || !allowed.includes('vscode'));
    }
  });
});

describe('the check of the layout', () => {
  const found = (path: string, text: string): readonly string[] =>
    violations(path.split('/').join(sep), text);

  it('finds what may not be imported, however it is written', () => {
    assert.deepEqual(found('prompt/a.ts', `import { x } from '../evals/run.ts';`), [
      'prompt may not import evals',
    ]);
    assert.deepEqual(found('prompt/file/a.ts', `import type { X } from "../../evals/run.ts";`), [
      'prompt may not import evals',
    ]);
    assert.deepEqual(found('evals/a.ts', `export * from '../registry/store.ts';`), [
      'evals may not import registry',
    ]);
    assert.deepEqual(found('cli/a.ts', `import * as vscode from 'vscode';`), ['cli may not import vscode']);
    assert.deepEqual(found('evals/a.ts', `await import(\n  'left-pad'\n);`), [
      'evals may not import left-pad',
    ]);
    assert.deepEqual(found('prompt/a.ts', `import { readFile } from 'node:fs/promises';`), [
      'prompt may not import node:fs/promises',
    ]);
    assert.deepEqual(found('extension/a.ts', `import '../cli/main.ts';`), ['extension may not import cli']);
    assert.deepEqual(found('utils/a.ts', ''), ['utils is not in the table of test/architecture.test.ts']);
  });

  it('finds a process or a console outside of the hosts', () => {
    assert.deepEqual(found('project/a.ts', 'const home = process.env.HOME;'), [
      'only hosts use process and console',
    ]);
    assert.deepEqual(found('evals/a.ts', 'console.log(1);'), ['only hosts use process and console']);
    assert.deepEqual(found('cli/a.ts', 'console.log(process.argv);'), []);
  });

  it('does not mind comments and texts', () => {
    assert.deepEqual(
      found('prompt/a.ts', `// from '../evals/run.ts'\n/* console.log */ const a = 'process.env';`),
      [],
    );
    assert.deepEqual(found('prompt/a.ts', `const url = 'https://a'; import { x } from '../cli/b.ts';`), [
      'prompt may not import cli',
    ]);
  });
});
