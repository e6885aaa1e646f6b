import { canonicalJson, type Target } from '../prompt/digest.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import type { Label, Labels, ReleaseEvent, Version } from './store.ts';

/** What a label swaps on the version it serves. */
export interface Override {
  readonly model?: string;
  readonly parameters?: ModelParameters;
}

/** What answers when a label with this override serves a version: its parameters go over the version's, one by one. */
export function targetOnLabel(version: Pick<Version, 'target'>, override: Override): Target {
  const { target } = version;
  return {
    ...target,
    ...(override.model === undefined ? {} : { model: override.model }),
    parameters: { ...target.parameters, ...override.parameters },
  };
}

/**
 * The override that a label has after a promotion. The model of a label is its configuration: it stays when the
 * version moves on, until another one is asked for; asking for the version's own model ends the swap.
 */
export function overrideAfter(
  label: Label | undefined,
  asked: Override,
  to: Pick<Version, 'target'>,
): Override {
  const isKept = asked.model === undefined && asked.parameters === undefined;
  const override = isKept ? (label ?? {}) : asked;
  const endsSwap = !isKept && override.model === to.target.model;
  return {
    ...(override.model === undefined || endsSwap ? {} : { model: override.model }),
    ...(override.parameters === undefined || Object.keys(override.parameters).length === 0
      ? {}
      : { parameters: override.parameters }),
  };
}

export function labelOf(labels: Labels, name: string): Label | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** Whether a version, with whatever model, was ever on a label. */
export function hasServed(log: readonly ReleaseEvent[], label: string, version: string): boolean {
  return pointersOf(log, label).some(pointer => pointer.version === version);
}

/** Everything a label pointed to, oldest first. */
export function pointersOf(log: readonly ReleaseEvent[], label: string): readonly Label[] {
  return log.flatMap(event => {
    const pointer = event.label === label ? labelOf(event.labels, label) : undefined;
    return pointer ? [pointer] : [];
  });
}

/** `2.4.0`, or `2.4.0 with openai/gpt-5` where one of the two pointers has a model of its own. */
export function pointerText(pointer: Label | undefined, other: Label | undefined): string {
  if (!pointer) return 'nothing';
  if (pointer.model !== undefined) return `${pointer.version} with ${pointer.model}`;
  return other?.model === undefined || other.version !== pointer.version
    ? pointer.version
    : `${pointer.version} with its own model`;
}

/** Whether both serve the same, whenever they came to. */
export function samePointer(a: Label, b: Label): boolean {
  return (
    a.version === b.version &&
    a.model === b.model &&
    canonicalJson({ ...a.parameters }) === canonicalJson({ ...b.parameters })
  );
}
