import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openSections, tagAt } from '../../src/prompt/tagAt.ts';

/** `¦` is the caret. */
function at(marked: string): ReturnType<typeof tagAt> {
  return tagAt(marked.replace('¦', ''), marked.indexOf('¦'));
}

describe('tagAt', () => {
  it('finds the name being typed, and what closes it already', () => {
    const tag = at('messages:\n  - content: "Hi {{na¦me}} there"');
    assert.deepEqual(tag, { sigil: '', start: 29, end: 33, closing: '}}', section: 'messages' });
  });

  it('finds a tag with nothing in it and nothing behind it, in broken YAML', () => {
    assert.deepEqual(at('messages:\n- content: {{¦'), {
      sigil: '',
      start: 23,
      end: 23,
      closing: '',
      section: 'messages',
    });
  });

  it('tells sections and their ends', () => {
    assert.equal(at('messages:\n  - content: "{{#¦"')?.sigil, '#');
    assert.equal(at('messages:\n  - content: "{{/¦}}"')?.sigil, '/');
  });

  it('knows judges from messages', () => {
    assert.equal(at('evaluators:\n  - llm: { prompt: "{{¦" }')?.section, 'evaluators');
  });

  it('is quiet outside of templates, outside of tags, and behind a closed tag', () => {
    for (const text of [
      'testData:\n  - question: "{{¦"',
      'description: "{{¦"',
      'messages:\n  - content: "Hi¦"',
      'messages:\n  - content: "{{name}}¦"',
      'messages:\n  - content: "{¦"',
    ]) {
      assert.equal(at(text), undefined, text);
    }
  });

  it('answers for any text and caret', () => {
    const texts = fc.string({ unit: fc.constantFrom('{', '}', '#', '/', 'a', ' ', '\n', 'messages:', '"') });
    fc.assert(
      fc.property(texts, fc.nat(200), (text, caret) => {
        const tag = tagAt(text, Math.min(caret, text.length));
        if (tag) assert.ok(tag.start <= tag.end && tag.end <= text.length);
      }),
    );
  });
});

describe('openSections', () => {
  it('lists what is not closed yet, outermost first', () => {
    const text = '{{#a}}{{#b}}{{/b}}{{^c}}{{name}}';
    assert.deepEqual(openSections(text, 0, text.length), ['a', 'c']);
  });

  it('starts where it is told', () => {
    const text = '{{#before}}|{{#after}}';
    assert.deepEqual(openSections(text, text.indexOf('|'), text.length), ['after']);
  });
});
