import { toStoredJson } from './storedJson.ts';
import type { Labels, ReleaseEvent } from './store.ts';
import { highestVersion } from './versionNumber.ts';

/** What an event says that cannot be true behind the event before it; undefined when it fits. */
export function misfit(
  before: Pick<ReleaseEvent, 'publishes' | 'latest' | 'labels'> | undefined,
  event: ReleaseEvent,
): string | undefined {
  const publishes = (before?.publishes ?? 0) + (event.version ? 1 : 0);
  if (event.publishes !== publishes) return `it counts ${event.publishes} publishes, not ${publishes}`;
  const numbers = [before?.latest, event.version?.version].filter(number => number !== undefined);
  const latest = highestVersion(numbers);
  if (event.latest !== latest)
    return `it calls ${event.latest ?? 'nothing'} the highest version, not ${latest ?? 'none'}`;
  return misfitOfLabels(before?.labels ?? {}, event);
}

function misfitOfLabels(before: Labels, event: ReleaseEvent): string | undefined {
  const { label, labels } = event;
  for (const name of new Set([...Object.keys(before), ...Object.keys(labels)]))
    if (name !== label && toStoredJson(before[name]) !== toStoredJson(labels[name]))
      return `it moves ${name} without saying so`;
  if (label === undefined) return undefined;
  if (event.from !== before[label]?.version)
    return `${label} served ${before[label]?.version ?? 'nothing'}, not ${event.from ?? 'nothing'}`;
  const now = labels[label];
  if (event.type === 'remove-label') return now ? `${label} is still there` : undefined;
  if (now?.version !== event.to)
    return `${label} serves ${now?.version ?? 'nothing'} afterwards, not ${event.to ?? 'nothing'}`;
  return now?.revision === event.revision ? undefined : `${label} was not moved by this event`;
}
