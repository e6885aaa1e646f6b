import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentDigest, sha256, targetDigest } from '../../src/prompt/digest.ts';
import type { Prompt } from '../../src/prompt/prompt.ts';
import type { Evidence } from '../../src/evals/report.ts';
import { encodeEvidence } from '../../src/registry/companion.ts';
import type { Change, PromptState, Version } from '../../src/registry/store.ts';

export const id = 'support/refund';
/** 2026-11-20 09:00 UTC and so many minutes. */
export const at = (minutes: number) => Date.UTC(2026, 10, 20, 9, minutes);
export const time = (minutes: number) => new Date(at(minutes)).toISOString();

export function promptSaying(text: string, more: Partial<Prompt> = {}): Prompt {
  return {
    model: 'openai/gpt-4o-mini',
    modelParameters: { temperature: 0.2 },
    responseFormat: 'text',
    template: 'mustache',
    variables: { question: { type: 'string', required: true } },
    messages: [
      { role: 'system', content: text },
      { role: 'user', content: '{{question}}' },
    ],
    testData: [{ id: 'late', question: 'Where is my parcel?' }],
    datasets: [],
    evaluators: [],
    ...more,
  };
}

export function versionSaying(version: string, text: string, more: Partial<Version> = {}): Version {
  const prompt = more.prompt ?? promptSaying(text);
  const target = more.target ?? { model: 'openai/gpt-4o-mini', parameters: { temperature: 0.2 } };
  const source = `messages:\n  - role: system\n    content: ${JSON.stringify(text)}\n`;
  return {
    schema: 'promptgate/version/1',
    id,
    version,
    prompt,
    target,
    digests: { content: contentDigest(prompt), target: targetDigest(target), suite: sha256('suite') },
    datasets: [],
    sourceDigest: sha256(source),
    source,
    author: 'Ana Ruiz <ana@example.com>',
    time: time(0),
    message: `says ${text}`,
    ...more,
  };
}

export function evidenceFor(version: Version, more: Partial<Evidence> = {}): Evidence {
  return {
    schema: 'promptgate/evidence/1',
    prompt: version.id,
    digests: version.digests,
    evaluators: { 'promptgate/contains': 1 },
    counts: { passed: 1, failed: 0, errored: 0, skipped: 0 },
    rows: [{ id: 'late', verdict: 'passed' }],
    time: time(1),
    scripted: true,
    ...more,
  };
}

let made = 0;
/** An id that no other change of this process has. */
export function newEventId(): string {
  made += 1;
  return `event-${process.pid}-${made}`;
}

export function publishing(
  state: PromptState,
  version: Version,
  more: {
    readonly evidence?: Evidence;
    readonly datasets?: Change['datasets'];
    readonly eventId?: string;
  } = {},
): Change {
  const { author, message } = version;
  return {
    event: {
      eventId: more.eventId ?? newEventId(),
      type: 'publish',
      author,
      time: version.time,
      message,
      evidence: more.evidence && encodeEvidence(more.evidence).digest,
      policy: '',
    },
    version,
    labels: state.labels,
    evidence: more.evidence ? [more.evidence] : [],
    datasets: more.datasets ?? [],
  };
}

export function moving(
  state: PromptState,
  label: string,
  to: string,
  more: {
    readonly type?: 'promote' | 'rollback';
    readonly author?: string;
    readonly eventId?: string;
    readonly model?: string;
  } = {},
): Change {
  return {
    event: {
      eventId: more.eventId ?? newEventId(),
      type: more.type ?? 'promote',
      author: more.author ?? 'Ana Ruiz <ana@example.com>',
      time: time(state.head.revision),
      message: '',
      label,
      from: state.labels[label]?.version,
      to,
      policy: '',
    },
    labels: {
      ...state.labels,
      [label]: {
        version: to,
        ...(more.model === undefined ? {} : { model: more.model }),
        since: time(state.head.revision),
        revision: state.head.revision + 1,
      },
    },
  };
}

/** A folder for the time of one test, given to it and removed after it. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'promptgate-registry-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
