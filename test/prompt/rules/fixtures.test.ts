import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { lint } from '../../../src/prompt/lint.ts';
import { parsePrompt } from '../../../src/prompt/parse.ts';
import { defaultSeverities, type Fix } from '../../../src/prompt/problem.ts';
import { rules } from '../../../src/prompt/rules/index.ts';
import { contextFor } from './context.ts';
import { readMarkers, writeMarkers } from './markers.ts';

const folder = import.meta.dirname;
const fixtures = globSync('*/*.prompt.yml', { cwd: folder }).sort();

describe('lint of a fixture', () => {
  for (const path of fixtures) {
    const code = dirname(path);
    const name = basename(path, '.prompt.yml');
    const marked = readFileSync(join(folder, path), 'utf8');
    const { text } = readMarkers(marked);
    const lintText = (source: string) => lint(parsePrompt(source), contextFor(code));

    it(`${code}/${name}: finds what is marked, there, and nothing else`, () => {
      const found = lintText(text);
      assert.equal(writeMarkers(text, found), marked, found.map(({ message }) => message).join('\n'));
    });

    // The first problem of the folder's code stands for the others: each of its fixes has a file with what it makes.
    const problems = lintText(text).filter(problem => problem.code === code);
    for (const [index, fix] of (problems[0]?.fixes ?? []).entries()) {
      const file = `${code}/${name}.fixed${index === 0 ? '' : `-${index + 1}`}.yml`;
      it(`${file}: is what "${fix.title}" makes`, () => {
        const fixed = apply(text, fix);
        assert.equal(fixed, readFileSync(join(folder, file), 'utf8'));
        assert.ok(lintText(fixed).filter(problem => problem.code === code).length < problems.length);
      });
    }

    it(`${code}/${name}: every fix takes its problem away and breaks nothing`, () => {
      for (const problem of lintText(text)) {
        for (const fix of problem.fixes ?? []) {
          const after = lintText(apply(text, fix));
          const sameCode = (all: typeof after) => all.filter(other => other.code === problem.code).length;
          assert.ok(sameCode(after) < sameCode(lintText(text)), `${fix.title}:\n${apply(text, fix)}`);
          assert.ok(!after.some(other => other.code === 'yaml-syntax'), `${fix.title}:\n${apply(text, fix)}`);
        }
      }
    });
  }
});

describe('the fixtures', () => {
  it('cover every rule', () => {
    for (const { code } of rules) {
      const own = fixtures.filter(path => dirname(path) === code);
      const marked = own.filter(path => readFileSync(join(folder, path), 'utf8').includes(`⟦${code}:`));
      assert.ok(marked.length > 0, `${code} has no fixture`);
    }
  });

  it('name only codes that exist', () => {
    for (const path of fixtures) {
      for (const { code } of readMarkers(readFileSync(join(folder, path), 'utf8')).markers) {
        assert.ok(Object.hasOwn(defaultSeverities, code), `${path}: ${code}`);
      }
    }
  });
});

function apply(text: string, fix: Fix): string {
  const edits = fix.edits.toSorted((a, b) => b.start - a.start);
  return edits.reduce(
    (result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end),
    text,
  );
}
