import { readHistory, type HistoryEntry } from '../../registry/history.ts';
import type { CommandContext } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { relativeTime } from '../../project/relativeTime.ts';
import { table } from '../style.ts';
import { plainId, publishedState, unknownVersion } from '../target.ts';

export async function history(
  context: CommandContext,
  [reference = '']: readonly string[],
  options: { readonly limit?: number; readonly label?: string },
): Promise<Outcome> {
  const project = await context.project();
  const id = plainId(reference);
  const log = await readHistory(project.store, id);
  const isKnown = log.some(({ event }) => options.label === undefined || event.label === options.label);
  // Says what is wrong: no such prompt, or no such label.
  if (!isKnown) throw unknownVersion(await publishedState(project, id), options.label ?? '');
  const wanted = log.filter(({ event }) => options.label === undefined || event.label === options.label);
  const shown = wanted.slice(0, options.limit ?? (context.json ? wanted.length : 20));
  const { style, io } = context;
  const rows = shown.map(({ event, text }) => [
    style.dim(`#${event.revision}`),
    style.dim(relativeTime(event.time, io.now())),
    event.type === 'rollback' ? style.yellow(`⟲ ${text}`) : text,
  ]);
  const more = wanted.length - shown.length;
  return {
    exitCode: 0,
    data: { id, total: wanted.length, events: shown.map(entry => toData(entry)) },
    text: [table(rows), ...(more > 0 ? [style.dim(`${more} older: -n ${wanted.length}`)] : [])].join('\n'),
  };
}

function toData({ event, text }: HistoryEntry) {
  return {
    text,
    revision: event.revision,
    hash: event.hash,
    type: event.type,
    time: event.time,
    author: event.author,
    message: event.message,
    version: event.version?.version ?? null,
    was: event.version?.was ?? null,
    label: event.label ?? null,
    from: event.from ?? null,
    to: event.to ?? null,
    evidence: event.evidence ?? event.version?.evidence ?? null,
    override: event.override ?? event.version?.override ?? null,
    policy: event.policy,
  };
}
