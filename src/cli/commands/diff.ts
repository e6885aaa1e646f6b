import { createTwoFilesPatch } from 'diff';
import { proposeBump } from '../../prompt/bump.ts';
import { diffPrompts } from '../../prompt/diff.ts';
import { normalizeText } from '../../prompt/digest.ts';
import { changesTitle, listChanges } from '../changes.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import type { Style } from '../style.ts';
import { answererOf, findLive, findTarget, type Target } from '../target.ts';

export async function diff(
  context: CommandContext,
  [first = '', second]: readonly string[],
): Promise<Outcome> {
  const named = await findTarget(context, first);
  const alone = second === undefined && named.kind === 'working-copy';
  const from = alone ? await findLive(context, named.id) : named;
  const to = alone ? named : await findTarget(context, second ?? from.id);
  const [old, next] = [sideOf(from), sideOf(to)];
  const patch =
    old.source === next.source
      ? ''
      : createTwoFilesPatch(nameOf(context, from), nameOf(context, to), old.source, next.source, '', '', {
          context: 3,
        }).replace(/^=+\n/, '');
  const changes = diffPrompts(old.prompt, next.prompt);
  const { bump, changes: contract } = proposeBump(old, next);
  const { style } = context;
  const listed = listChanges(style, changes, contract);
  const lines = [
    ...(patch === '' ? [] : [colourPatch(style, patch)]),
    ...(listed.length === 0 ? [] : [style.bold(changesTitle(listed.length, '', bump)), ...listed]),
  ];
  const same = patch === '' ? 'No difference.' : 'Only notation differs: what is sent is the same.';
  return {
    exitCode: 0,
    data: {
      from: describeSide(from),
      to: describeSide(to),
      bump: bump ?? null,
      changes,
      contract,
      patch,
    },
    text: [...lines, ...(listed.length === 0 ? [same] : [])].join('\n'),
  };
}

function sideOf(target: Target) {
  if (target.kind === 'version') {
    const { source, prompt } = target.version;
    return { source, prompt, target: answererOf(target) };
  }
  const { text, parsed } = target.copy;
  return { source: normalizeText(text), prompt: parsed.prompt, target: answererOf(target) };
}

function describeSide(target: Target) {
  return {
    id: target.id,
    version: target.kind === 'version' ? target.version.version : null,
    label: target.kind === 'version' ? (target.label?.name ?? null) : null,
  };
}

function nameOf({ display }: CommandContext, target: Target): string {
  if (target.kind === 'working-copy') return display(target.copy.path);
  const label = target.label ? ` (${target.label.name})` : '';
  return `${target.id}@${target.version.version}${label}`;
}

function colourPatch({ bold, cyan, red, green }: Style, patch: string): string {
  return patch
    .split('\n')
    .map(line => {
      if (line.startsWith('---') || line.startsWith('+++')) return bold(line);
      if (line.startsWith('@@')) return cyan(line);
      if (line.startsWith('-')) return red(line);
      return line.startsWith('+') ? green(line) : line;
    })
    .join('\n');
}
