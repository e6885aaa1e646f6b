import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findVSCodeServer } from './host/vscode.ts';
import { createTokeniser, findYamlGrammars, type Token, type Tokenise } from './syntaxes/tokenise.ts';

const prompt = `id: support/refund
messages:
  - role: system
    content: "You answer for {{company}}."
  - role: user
    content: |
      {{#history}}
      {{! who said what }}
      {{question.text}} {{^tone}}warm{{/tone}} {{{raw}}}
      {{/history}}
- { role: user, content: 'It is {{ spaced }}' }
testData:
  - question: "not a tag {{here}}"
evaluators:
  - name: judge
    llm:
      prompt: >-
        Is {{completion}} polite?
gate: { passRate: 1 }
metadata: { note: "{{not}} here" }
`;

const helm = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  messages:
    - "{{ .Values.message }}"
{{- if .Values.enabled }}
  replicas: {{ .Values.replicas }}
{{- end }}
`;

const ansible = `- hosts: all
  vars:
    messages: "{{ inventory_hostname }}"
  tasks:
    - name: "Install {{ package }}"
      ansible.builtin.apt: { name: "{{ package }}", state: present }
      when: "{{ enabled }}"
`;

describe('highlighting of prompt files', () => {
  let withOurs: Tokenise;
  let without: Tokenise;

  before(async function () {
    // Installs VS Code if this machine has none yet.
    this.timeout(300_000);
    const grammars = findYamlGrammars() ?? (await findVSCodeServer(), findYamlGrammars());
    assert.ok(grammars, 'VS Code has no YAML grammar where it used to be');
    withOurs = await createTokeniser(grammars, true);
    without = await createTokeniser(grammars, false);
  });

  it('colours the tags of messages and of evaluators, and no others', () => {
    assert.deepEqual(tags(withOurs(prompt)), [
      '{{company}}',
      '{{#history}}',
      '{{! who said what }}',
      '{{question.text}}',
      '{{^tone}}',
      '{{/tone}}',
      '{{{raw}}}',
      '{{/history}}',
      '{{ spaced }}',
      '{{completion}}',
    ]);
  });

  it('tells names from braces', () => {
    const token = withOurs(prompt).find(({ text }) => text === 'question.text');
    assert.equal(token?.scopes.at(-1), 'variable.other.readwrite.promptgate');
    assert.ok(token.scopes.includes('string.unquoted.block.yaml'));
  });

  it('works when messages come first, under quoted keys and with CRLF', () => {
    for (const text of [
      'messages:\n  - content: "{{a}}"\nid: x/y\n',
      '"messages":\n  - content: "{{a}}"\n',
      'id: x/y\r\nmessages:\r\n  - content: >-\r\n      {{a}}\r\nname: z\r\n',
      '# comment\n---\nmessages: [{ content: "{{a}}" }]\n',
      'messages:\n\n# note\n\n- content: "{{a}}"\n',
    ]) {
      assert.deepEqual(tags(withOurs(text)), ['{{a}}'], text);
    }
  });

  it('leaves comments and broken tags alone', () => {
    assert.deepEqual(tags(withOurs('messages:\n  # {{a}}\n  - content: "{{a} {{ {{b c}}"\n')), []);
  });

  it('changes nothing else of a prompt file: the YAML scopes are those of VS Code', () => {
    const sample = path.resolve(import.meta.dirname, '../media/sample/prompts/support/refund.prompt.yml');
    for (const text of [prompt, readFileSync(sample, 'utf8')]) {
      assert.deepEqual(yamlScopes(withOurs(text)), yamlScopes(without(text)));
    }
  });

  for (const [name, text] of Object.entries({ helm, ansible })) {
    it(`leaves ${name} files as they are`, () => {
      assert.deepEqual(withOurs(text), without(text));
    });
  }

  it('takes ten thousand unclosed braces in its stride', () => {
    const text = `messages:\n  - content: "${'{{'.repeat(10_000)}"\n`;
    assert.deepEqual(tags(withOurs(text)), []);
  });
});

/** The text of every tag, its tokens put together. */
function tags(tokens: readonly Token[]): string[] {
  const found: string[] = [];
  for (const { text, scopes } of tokens) {
    if (!scopes.some(scope => scope.startsWith('meta.template.promptgate'))) continue;
    const last = found.at(-1);
    if (last === undefined || last.endsWith('}}')) found.push(text);
    else found[found.length - 1] = last + text;
  }
  return found;
}

/** Scopes character by character without ours, as ours cut tokens smaller. */
function yamlScopes(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ line, text, scopes }) => {
    const theirs = scopes.filter(scope => !scope.endsWith('.promptgate')).join(' ');
    return Array.from(text, character => `${line} ${character} ${theirs}`);
  });
}
