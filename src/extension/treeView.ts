import * as vscode from 'vscode';
import type { PromptTree } from './tree.ts';
import type { TreeNode } from './treeNodes.ts';

/** The view of prompts. Its data comes with the features, which the first look at it starts. */
export function registerTree(start: () => Promise<{ readonly tree: PromptTree }>): vscode.Disposable {
  const changed = new vscode.EventEmitter<TreeNode | undefined>();
  const subscriptions: vscode.Disposable[] = [changed];
  let isConnected = false;
  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      const { tree } = await start();
      if (!isConnected) {
        isConnected = true;
        subscriptions.push(tree.onDidChangeTreeData(each => changed.fire(each)));
      }
      return tree.getChildren(node);
    },
    async getTreeItem(node) {
      return (await start()).tree.getTreeItem(node);
    },
  };
  subscriptions.push(
    vscode.window.createTreeView('promptgate.prompts', { treeDataProvider: provider, showCollapseAll: true }),
  );
  return new vscode.Disposable(() => vscode.Disposable.from(...subscriptions).dispose());
}
