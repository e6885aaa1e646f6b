import * as vscode from 'vscode';
import { configFileName } from '../project/config.ts';
import type { Project } from '../project/project.ts';
import { lintText } from '../project/workingCopy.ts';
import type { Problem } from '../prompt/problem.ts';
import { rangeIn, toDiagnostic, toRange } from './convert.ts';
import type { Deps } from './deps.ts';
import { detailOf } from './log.ts';
import { textOf } from './promptDocuments.ts';
import type { OpenPrompt } from './workspace.ts';

/** Milliseconds after a lint before the datasets are read as well. */
const datasetDelay = 1000;

/** Shows the problems of open prompts, of their datasets and of promptgate.yml in the Problems panel. */
export function registerDiagnostics({ workspace, problems, log }: Deps): vscode.Disposable {
  const waiting = new Map<string, NodeJS.Timeout>();

  const lintOpen = (open: OpenPrompt): void => {
    const key = open.document.uri.toString();
    clearTimeout(waiting.get(key));
    if (open.parsed.prompt.datasets.length === 0) {
      void lintWhole(open);
      return;
    }
    // Datasets may be large: while typing, the file alone is enough.
    const found = lintText(open.project, open.path, open.parsed, workspace.sameId(open));
    const before = problems.of(speakerOf(key));
    const about = new Map(before).set(key, ownDiagnostics(open, found));
    problems.say(speakerOf(key), about);
    waiting.set(
      key,
      setTimeout(() => void lintWhole(open), before ? datasetDelay : 0),
    );
  };

  // With the datasets, as they are on the disk.
  const lintWhole = async ({ document: { uri } }: OpenPrompt): Promise<void> => {
    try {
      const { problems: found, parsed } = await workspace.workingCopy(uri);
      const byFile = Map.groupBy(found, problem => problem.file ?? '');
      const about = new Map<string, readonly vscode.Diagnostic[]>();
      for (const [path, ofFile] of byFile) {
        if (path !== '') about.set(vscode.Uri.file(path).toString(), await fileDiagnostics(path, ofFile));
      }
      const open = workspace.get(uri);
      if (open?.parsed !== parsed) return;
      about.set(uri.toString(), ownDiagnostics(open, byFile.get('') ?? []));
      problems.say(speakerOf(uri.toString()), about);
    } catch (error) {
      log.error(`${uri.toString()}: ${detailOf(error)}`);
    }
  };

  const lintConfig = async (project: Project): Promise<void> => {
    const file = vscode.Uri.joinPath(vscode.Uri.file(project.root), configFileName);
    const diagnostics = await fileDiagnostics(file.fsPath, project.problems);
    problems.say(
      `project ${project.root}`,
      diagnostics.length > 0 ? new Map([[file.toString(), diagnostics]]) : new Map(),
    );
  };

  const lintProject = (project: Project): void => {
    void lintConfig(project);
    for (const open of workspace.prompts) if (open.project === project) lintOpen(open);
  };

  for (const open of workspace.prompts) lintOpen(open);
  return vscode.Disposable.from(
    new vscode.Disposable(() => waiting.forEach(timer => clearTimeout(timer))),
    workspace.onDidOpenProject(project => void lintConfig(project)),
    workspace.onDidCloseProject(({ root }) => problems.say(`project ${root}`, new Map())),
    workspace.onDidChangeProject(lintProject),
    workspace.onDidChangePrompt(lintOpen),
    workspace.onDidClosePrompt(uri => {
      clearTimeout(waiting.get(uri.toString()));
      problems.say(speakerOf(uri.toString()), new Map());
    }),
  );
}

function speakerOf(prompt: string): string {
  return `lint ${prompt}`;
}

function ownDiagnostics(
  { document }: OpenPrompt,
  problems: readonly Problem[],
): readonly vscode.Diagnostic[] {
  return problems.map(problem => toDiagnostic(problem, document.uri, span => toRange(document, span)));
}

async function fileDiagnostics(
  path: string,
  problems: readonly Problem[],
): Promise<readonly vscode.Diagnostic[]> {
  if (problems.length === 0) return [];
  const uri = vscode.Uri.file(path);
  const text = await textOf(uri).catch(() => ''); // it cannot be read, which is one of the problems
  return problems.map(problem => toDiagnostic(problem, uri, span => rangeIn(text, span)));
}
