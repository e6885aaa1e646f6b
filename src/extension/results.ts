import * as vscode from 'vscode';
import type { Deps } from './deps.ts';
import { marksOf, type InlineText, type Marks } from './evalMarks.ts';
import { detailOf } from './log.ts';
import type { Said } from './problems.ts';
import { onDidChangeSetting, readSetting } from './settings.ts';

const colors: Readonly<Record<InlineText['tone'], vscode.ThemeColor>> = {
  quiet: new vscode.ThemeColor('editorCodeLens.foreground'),
  failed: new vscode.ThemeColor('editorError.foreground'),
  errored: new vscode.ThemeColor('editorWarning.foreground'),
};

/** Rows come in faster than anybody reads. */
const pauseMs = 100;

/** Shows results where they belong: failures in the Problems panel, score, cost and time behind each row. */
export function registerResults({ workspace, evaluations, problems, log }: Deps): vscode.Disposable {
  const behindLine = vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3ch' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const shown = new Map<string, Marks>();
  const timers = new Map<string, NodeJS.Timeout>();

  const draw = async (uri: vscode.Uri): Promise<void> => {
    const results = evaluations.results(uri);
    if (!results) {
      shown.delete(uri.toString());
      problems.say(`evals ${uri.toString()}`, new Map());
      drawInline();
      return;
    }
    try {
      const copy = await workspace.workingCopy(uri);
      const open = workspace.get(uri);
      // Typed on meanwhile.
      if (open && open.parsed !== copy.parsed) return schedule(uri);
      const marks = marksOf(results, copy, open?.document);
      shown.set(uri.toString(), marks);
      problems.say(`evals ${uri.toString()}`, byFile(marks.diagnostics));
      drawInline();
    } catch (error) {
      log.debug(`results of ${uri.toString()}: ${detailOf(error)}`);
    }
  };

  const schedule = (uri: vscode.Uri): void => {
    const key = uri.toString();
    if (timers.has(key)) return;
    const timer = setTimeout(() => {
      timers.delete(key);
      void draw(uri);
    }, pauseMs);
    timers.set(key, timer);
  };

  const drawInline = (): void => {
    const all = [...shown.values()].flatMap(({ inline }) => inline);
    for (const editor of vscode.window.visibleTextEditors) {
      const own = all.filter(([file]) => file.toString() === editor.document.uri.toString());
      const setting = readSetting('promptgate.inlineResults', editor.document.uri);
      const wanted = own.filter(([, text]) => isWanted(setting, text)).map(([, text]) => text);
      editor.setDecorations(
        behindLine,
        wanted
          .filter(({ line }) => line < editor.document.lineCount)
          .map(text => toDecoration(editor.document, text)),
      );
    }
  };

  return vscode.Disposable.from(
    behindLine,
    evaluations.onDidChangeResults(schedule),
    workspace.onDidChangePrompt(({ document }) => schedule(document.uri)),
    vscode.window.onDidChangeVisibleTextEditors(drawInline),
    onDidChangeSetting('promptgate.inlineResults', drawInline),
    new vscode.Disposable(() => {
      for (const timer of timers.values()) clearTimeout(timer);
    }),
  );
}

function byFile(diagnostics: Marks['diagnostics']): Said {
  const grouped = Map.groupBy(diagnostics, ([file]) => file.toString());
  return new Map(Array.from(grouped, ([file, all]) => [file, all.map(([, diagnostic]) => diagnostic)]));
}

/** Error Lens shows a problem behind its line already: then ours would say it twice. */
function isWanted(setting: 'auto' | 'on' | 'off', { tone, covered }: InlineText): boolean {
  if (setting !== 'auto' || covered) return setting === 'on';
  return tone === 'quiet' || vscode.extensions.getExtension('usernamehw.errorlens') === undefined;
}

function toDecoration(
  document: vscode.TextDocument,
  { line, text, tone, hover }: InlineText,
): vscode.DecorationOptions {
  const { end } = document.lineAt(line).range;
  return {
    range: new vscode.Range(end, end),
    hoverMessage: hover,
    renderOptions: { after: { contentText: text, color: colors[tone], fontStyle: 'normal' } },
  };
}
