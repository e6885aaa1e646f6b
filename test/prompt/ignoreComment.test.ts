import assert from 'node:assert/strict';
import { ignoreComment } from '../../src/prompt/ignoreComment.ts';
import { lint, type LintContext } from '../../src/prompt/lint.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';

const context: LintContext = { severities: {}, evaluators: new Map() };

function silence(text: string, code: string): { readonly text: string; readonly codes: readonly string[] } {
  const parsed = parsePrompt(text);
  const problem = lint(parsed, context).find(each => each.code === code);
  assert.ok(problem, `${code} is not there to be silenced`);
  const [edit] = ignoreComment(parsed, problem.code, problem.start)?.edits ?? [];
  assert.ok(edit);
  const after = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  return { text: after, codes: lint(parsePrompt(after), context).map(each => each.code) };
}

describe('ignoreComment', () => {
  const prompt = `variables:
  name: { type: string }
messages:
  - role: user
    content: "Hello {{nme}} {{name}}"
testData: [{ name: Ana }]
`;

  it('stands above the key, indented like it, and silences just that problem', () => {
    const { text, codes } = silence(prompt, 'undefined-variable');
    assert.match(text, /\n {4}# promptgate-ignore undefined-variable: reason\n {4}content:/);
    assert.ok(!codes.includes('undefined-variable') && !codes.includes('unused-ignore'), codes.join());
  });

  it('works for a block scalar and keeps CRLF', () => {
    const block = prompt
      .replace('content: "Hello {{nme}} {{name}}"', 'content: |\n      Hello {{nme}} {{name}}')
      .replaceAll('\n', '\r\n');
    const { text, codes } = silence(block, 'undefined-variable');
    assert.ok(text.includes('reason\r\n'));
    assert.ok(!codes.includes('undefined-variable') && !codes.includes('unused-ignore'), codes.join());
  });

  it('works for a declaration', () => {
    const { codes } = silence(prompt.replace('{{nme}} {{name}}', 'you'), 'unused-variable');
    assert.ok(!codes.includes('unused-variable') && !codes.includes('unused-ignore'), codes.join());
  });

  it('on the first line says that it counts for the whole file', () => {
    const parsed = parsePrompt('model: x/y\nmessages: []\n');
    assert.equal(ignoreComment(parsed, 'unknown-model', 8)?.title, 'Ignore unknown-model in this file');
    const below = parsePrompt(`name: a\nmodel: x/y\n`);
    assert.equal(ignoreComment(below, 'unknown-model', 16)?.title, 'Ignore unknown-model here');
  });

  it('is not offered for broken YAML', () => {
    assert.equal(ignoreComment(parsePrompt('a: ['), 'yaml-syntax', 3), undefined);
  });
});
