import * as vscode from 'vscode';

/** What one speaker has to say, by the address of the file that it is about. */
export type Said = ReadonlyMap<string, readonly vscode.Diagnostic[]>;

/**
 * The one collection of problems. Lint and evals, and several prompts with one dataset, speak of the same file:
 * what each says is kept apart, and replaced as a whole.
 */
export class Problems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('promptgate');
  readonly #said = new Map<string, Said>();

  /** @param speaker `lint <prompt>`, `evals <prompt>`, `project <root>` */
  of(speaker: string): Said | undefined {
    return this.#said.get(speaker);
  }

  say(speaker: string, about: Said): void {
    const files = new Set([...(this.#said.get(speaker)?.keys() ?? []), ...about.keys()]);
    if (about.size > 0) this.#said.set(speaker, about);
    else this.#said.delete(speaker);
    for (const file of files) {
      const all = Array.from(this.#said.values(), said => said.get(file) ?? []).flat();
      this.#collection.set(vscode.Uri.parse(file), all.length > 0 ? all : undefined);
    }
  }

  dispose(): void {
    this.#collection.dispose();
  }
}
