import * as vscode from 'vscode';
import type { ReviewLine, ReviewSection } from '../project/review.ts';
import type { Deps } from './deps.ts';

/** Something that the user may do about a plan. */
export interface ReviewAction<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

interface ReviewItem<T> extends vscode.QuickPickItem {
  readonly action?: ReviewAction<T>;
  readonly about?: ReviewSection['about'];
}

const icons: Readonly<Record<ReviewLine['mark'], string>> = { ok: '$(pass) ', bad: '$(error) ', plain: '' };

/**
 * Shows a plan as a list: first what can be done, then what it rests on. A line of the plan opens what it is
 * about, and the list stays.
 * @returns what the user wants done; undefined when they leave
 */
export async function showReview<T>(
  { dialogs }: Pick<Deps, 'dialogs'>,
  review: {
    readonly title: string;
    /** One sentence: what this is about, or what happened meanwhile. */
    readonly sentence: string;
    readonly actions: readonly ReviewAction<T>[];
    readonly sections: readonly ReviewSection[];
    /** The two sides that "Show Diff" would open: `2.3.1 ↔ working copy`. */
    readonly diff?: string;
    open(about: ReviewSection['about']): Promise<unknown>;
  },
): Promise<T | undefined> {
  const items: ReviewItem<T>[] = review.actions.map(action => ({ ...action, action }));
  if (review.diff !== undefined) {
    items.push({ label: '$(diff) Show Diff', description: review.diff, about: 'changes' });
  }
  for (const { title, about, lines } of review.sections) {
    items.push({ label: title, kind: vscode.QuickPickItemKind.Separator });
    for (const { mark, text, detail } of lines)
      items.push({ label: `${icons[mark]}${text}`, description: detail, about });
  }
  for (;;) {
    const chosen = await dialogs.pick(items, {
      title: review.title,
      placeHolder: review.sentence,
      ignoreFocusOut: true,
      matchOnDescription: true,
    });
    if (!chosen?.about) return chosen?.action?.value;
    await review.open(chosen.about);
  }
}
