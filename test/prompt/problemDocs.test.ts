import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { lint } from '../../src/prompt/lint.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import { defaultSeverities, isProblemCode, type ProblemCode } from '../../src/prompt/problem.ts';
import { contextFor } from './rules/context.ts';

const text = readFileSync(new URL('../../media/docs/problems.md', import.meta.url), 'utf8');
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map(section => [section.slice(0, section.indexOf('\n')), section]),
);

function examples(section: string): readonly string[] {
  return [...section.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '');
}

function found(example: string, code: ProblemCode): boolean {
  const context = contextFor(code);
  // The good example of this one is the file that has another id.
  const isFixed = code === 'duplicate-id' && example.includes('refund-short');
  return lint(parsePrompt(example), isFixed ? contextFor('') : context).some(
    problem => problem.code === code,
  );
}

describe('media/docs/problems.md', () => {
  it('has a section for every code, and no other', () => {
    assert.deepEqual([...sections.keys()].sort(), Object.keys(defaultSeverities).sort());
  });

  for (const [code, section] of sections) {
    it(`${code}: says what it means, how to fix and how to silence it`, () => {
      assert.match(section, /^\*\*Fix\.\*\* ./m);
      assert.match(section, /^\*\*Silence\.\*\* ./m);
    });

    // Datasets are read by others.
    if (!isProblemCode(code) || code === 'dataset-row') continue;
    it(`${code}: the bad example has the problem and the good one does not`, () => {
      const [bad = '', good = ''] = examples(section);
      assert.ok(found(bad, code), bad);
      assert.ok(!found(good, code), good);
    });
  }
});
