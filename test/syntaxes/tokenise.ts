// Tokenises YAML as VS Code does: its own grammars, with ours injected.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const root = path.resolve(import.meta.dirname, '../..');

/** Where an installed VS Code keeps its YAML grammars: they are MIT, but not ours to copy. */
export function findYamlGrammars(): string | undefined {
  const inServer = 'node_modules/code-server/lib/vscode/extensions/yaml/syntaxes';
  const inDesktop = '**/resources/app/extensions/yaml/syntaxes';
  const found = [
    ...globSync(`.vscode-test/code-server-*/${inServer}`, { cwd: root }),
    ...globSync(`.vscode-test/${inDesktop}`, { cwd: root }),
  ];
  return found
    .map(folder => path.join(root, folder))
    .find(folder => existsSync(path.join(folder, 'yaml.tmLanguage.json')));
}

export interface Token {
  readonly line: number;
  readonly text: string;
  /** Outermost first, without `source.yaml`. */
  readonly scopes: readonly string[];
}

export type Tokenise = (text: string) => readonly Token[];

/** @param injected whether our grammars take part, as they do in VS Code */
export async function createTokeniser(yamlGrammars: string, injected: boolean): Promise<Tokenise> {
  const files = new Map<string, string>();
  const folders = injected ? [yamlGrammars, path.join(root, 'syntaxes')] : [yamlGrammars];
  for (const folder of folders) {
    for (const name of globSync('*.tmLanguage.json', { cwd: folder })) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      files.set((JSON.parse(text) as { scopeName: string }).scopeName, text);
    }
  }
  const registry = new textmate.Registry({
    onigLib: loadOniguruma(),
    loadGrammar: async scope => {
      const text = files.get(scope);
      return text === undefined ? null : textmate.parseRawGrammar(text, `${scope}.json`);
    },
    getInjections: scope =>
      injected && scope === 'source.yaml'
        ? [...files.keys()].filter(name => name.startsWith('promptgate.'))
        : [],
  });
  const grammar = await registry.loadGrammar('source.yaml');
  if (!grammar) throw new Error('source.yaml was not found');
  return text => {
    let state = textmate.INITIAL;
    return text.split(/\r?\n/).flatMap((line, index) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      state = ruleStack;
      return tokens.map(token => ({
        line: index + 1,
        text: line.slice(token.startIndex, token.endIndex),
        scopes: token.scopes.slice(1),
      }));
    });
  };
}

let loading: Promise<textmate.IOnigLib> | undefined;

function loadOniguruma(): Promise<textmate.IOnigLib> {
  loading ??= (async () => {
    const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
    await oniguruma.loadWASM(readFileSync(wasm));
    return {
      createOnigScanner: patterns => oniguruma.createOnigScanner(patterns),
      createOnigString: text => oniguruma.createOnigString(text),
    };
  })();
  return loading;
}
