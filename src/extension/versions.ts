import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { findVersion } from '../project/versions.ts';
import type { Project } from '../project/project.ts';
import type { Version } from '../registry/store.ts';
import type { Deps } from './deps.ts';
import type { Subject } from './subject.ts';

/** Of documents that show what is published: read-only, below no folder. */
export const versionScheme = 'promptgate';

/** The address of a version's source, or of whatever a label serves at the time of reading. */
export function versionUri(project: Project, id: string, versionOrLabel: string): vscode.Uri {
  const slash = id.lastIndexOf('/');
  return vscode.Uri.from({
    scheme: versionScheme,
    // The name is what an editor's tab shows, and its end makes it YAML.
    path: `/${id.slice(0, slash + 1)}${id.slice(slash + 1)} ${versionOrLabel}.prompt.yml`,
    query: new URLSearchParams({ root: project.root, id, ref: versionOrLabel }).toString(),
  });
}

interface VersionAddress {
  readonly root: string;
  readonly id: string;
  readonly ref: string;
}

export function readVersionUri(uri: vscode.Uri): VersionAddress | undefined {
  if (uri.scheme !== versionScheme) return undefined;
  const query = new URLSearchParams(uri.query);
  const [root, id, ref] = ['root', 'id', 'ref'].map(name => query.get(name));
  return root && id && ref ? { root, id, ref } : undefined;
}

/** What a version's document is about. */
export async function subjectOfVersion(
  { workspace }: Pick<Deps, 'workspace'>,
  uri: vscode.Uri,
): Promise<Subject | undefined> {
  const address = readVersionUri(uri);
  const project = address && (await workspace.projectAt(address.root));
  const version = project && (await findVersion(project, address.id, address.ref));
  return version && { project, id: address.id, version: version.version };
}

/** @throws PromptgateError `unknown-version` */
export async function requireVersion(project: Project, id: string, ref: string): Promise<Version> {
  const version = await findVersion(project, id, ref);
  if (version) return version;
  throw new PromptgateError('unknown-version', `${id} has no version or label "${ref}".`);
}

/** Serves published versions as read-only documents. */
export function registerVersions({ workspace }: Deps): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(versionScheme, {
      onDidChange: changed.event,
      async provideTextDocumentContent(uri) {
        const address = readVersionUri(uri);
        if (!address) throw new PromptgateError('unknown-version', `${uri.toString()} names no version.`);
        const project = await workspace.projectAt(address.root);
        return (await requireVersion(project, address.id, address.ref)).source;
      },
    }),
    // A label may serve something else now.
    workspace.onDidChangeRegistry(({ project, id }) => {
      for (const { uri } of vscode.workspace.textDocuments) {
        const address = readVersionUri(uri);
        if (address?.root === project.root && (id === undefined || address.id === id)) changed.fire(uri);
      }
    }),
  );
}
