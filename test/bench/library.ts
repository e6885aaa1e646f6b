import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentDigest, sha256, targetDigest } from '../../src/prompt/digest.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import { encodeEvent, headOf, type StoredEvent } from '../../src/registry/event.ts';
import { registryPaths, type RegistryPaths } from '../../src/registry/registryPaths.ts';
import type { Labels, NewEvent, Version, VersionSummary } from '../../src/registry/store.ts';
import { encodeVersion } from '../../src/registry/version.ts';
import { suiteDigest } from '../../src/evals/suite.ts';

export interface LibrarySize {
  readonly prompts: number;
  /** Published versions of each prompt. */
  readonly versions: number;
}

export interface Library {
  readonly root: string;
  readonly ids: readonly string[];
  /** Version numbers, oldest first; the same for every prompt. */
  readonly versions: readonly string[];
}

const services = 12;
const start = Date.parse('2025-01-01T08:00:00Z');
const author = 'Ana Ruiz <ana@example.com>';

/**
 * Writes a library as publishing it for two years would have, with a fixed clock. The files are those that the
 * store's own encoders make, but without a sync for each: a commit is measured elsewhere, here it would take hours.
 */
export function writeLibrary(root: string, size: LibrarySize): Library {
  const ids = Array.from(
    { length: size.prompts },
    (_, index) => `service-${index % services}/prompt-${index}`,
  );
  const versions = Array.from({ length: size.versions }, (_, index) => versionNumber(index));
  write(join(root, 'promptgate.yml'), 'version: 1\nprompts: [{ root: prompts }]\n');
  const texts = versions.map((_, index) => promptText(index));
  const bodies = texts.map(versionBody);
  const paths = registryPaths(join(root, '.promptgate'));
  const sources = new Map<string, string>();
  for (const id of ids) {
    // The working copy is one edit ahead of the last version.
    write(join(root, 'prompts', `${id}.prompt.yml`), promptText(size.versions));
    if (versions.length > 0) writeHistory(paths, id, versions, bodies, sources);
  }
  return { root, ids, versions };
}

function writeHistory(
  paths: RegistryPaths,
  id: string,
  versions: readonly string[],
  bodies: readonly ReturnType<typeof versionBody>[],
  sources: Map<string, string>,
): void {
  mkdirSync(paths.versions(id), { recursive: true });
  mkdirSync(paths.log(id), { recursive: true });
  let last: StoredEvent | undefined;
  let labels: Labels = {};
  let publishes = 0;
  const append = (event: Partial<NewEvent> & Pick<NewEvent, 'type'>, version?: VersionSummary): void => {
    const revision = (last?.event.revision ?? 0) + 1;
    const time = timeOf(revision);
    if (event.label !== undefined && event.to !== undefined) {
      labels = { ...labels, [event.label]: { version: event.to, since: time, revision } };
    }
    if (version) publishes++;
    const latest = version?.version ?? last?.event.latest;
    last = encodeEvent({
      schema: 'promptgate/event/1',
      eventId: `${id}-${revision}`,
      id,
      revision,
      prev: last ? headOf(last).hash : '',
      author,
      time,
      message: 'Clearer wording',
      policy: '',
      ...event,
      version,
      labels,
      ...(latest === undefined ? {} : { latest }),
      publishes,
    });
    writeFileSync(paths.event(id, revision), last.text);
  };
  for (const [index, number] of versions.entries()) {
    const body = bodies[index];
    if (!body) continue;
    const time = timeOf((last?.event.revision ?? 0) + 1);
    const version: Version = { ...body, id, version: number, time, author, message: 'Clearer wording' };
    const stored = encodeVersion(version);
    const { digests, message } = version;
    const summary = { version: number, hash: stored.hash, digests, author, time, message, override: 'bench' };
    const files = paths.version(id, summary);
    writeFileSync(files.json, stored.json);
    // The same for every prompt: written once, so that making the library does not take minutes.
    const written = sources.get(stored.source);
    if (written === undefined) {
      writeFileSync(files.source, stored.source);
      sources.set(stored.source, files.source);
    } else linkSync(written, files.source);
    append({ type: 'publish' }, summary);
    for (const [label, every] of [
      ['staging', 4],
      ['production', 8],
    ] as const) {
      if (index % every === 0) append({ type: 'promote', label, to: number, from: labels[label]?.version });
    }
  }
}

function versionBody(text: string): Omit<Version, 'id' | 'version' | 'time' | 'author' | 'message'> {
  const { prompt } = parsePrompt(text);
  const target = { model: 'openai/gpt-5.4-mini', parameters: prompt.modelParameters };
  return {
    schema: 'promptgate/version/1',
    prompt,
    target,
    digests: {
      content: contentDigest(prompt),
      target: targetDigest(target),
      suite: suiteDigest(prompt, [], model => model),
    },
    datasets: [],
    sourceDigest: sha256(text),
    source: text,
  };
}

function versionNumber(index: number): string {
  return `1.${Math.floor(index / 20)}.${index % 20}`;
}

function timeOf(revision: number): string {
  return new Date(start + revision * 3_600_000).toISOString();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** About 2 KB, as prompts that are in use look; each edit changes one sentence. */
export function promptText(edit: number): string {
  const rows = Array.from(
    { length: 6 },
    (_, row) =>
      `  - id: row-${row}\n    company: Acme\n    question: "Order ${1000 + row} has not arrived. What do you do about it?"\n    expected: "We look into it today."`,
  );
  return `name: Refund answers
description: Answers questions about refunds, deliveries and orders
model: openai/gpt-5.4-mini
modelParameters: { temperature: 0.2, maxTokens: 400 }
variables:
  company: { type: string, example: Acme, description: Who answers }
  question: { type: string, description: What the customer wrote, untrusted: true }
  tone: { type: string, enum: [warm, formal], default: warm }
messages:
  - role: system
    content: |
      You answer for {{company}}. Tone: {{tone}}.
      Revision ${edit} of the house rules:
      1. Never promise a refund; say that someone looks into it today.
      2. Never ask for a card number, a password or a date of birth.
      3. If the customer is angry, apologise once and come to the point.
      4. Answer in the language of the question, in at most four sentences.
  - role: user
    content: "{{question}}"
testData:
${rows.join('\n')}
evaluators:
  - name: no promise
    uses: promptgate/not-contains
    with: { value: "we will refund" }
  - name: short
    uses: promptgate/regex
    with: { value: "^[\\\\s\\\\S]{0,600}$" }
`;
}
