import { sha256 } from '../../src/prompt/digest.ts';
import { encodeEvidence } from '../../src/registry/companion.ts';
import type { Change, Store } from '../../src/registry/store.ts';
import { at, evidenceFor, id, promptSaying, time, versionSaying } from './fixtures.ts';

/** What the pinned registry holds: one of everything that is stored. Never change it; pin another one beside it. */
export async function writePinnedHistory(store: Store): Promise<void> {
  const text = '{"id":"late","question":"Where is my parcel?"}\n{"id":"ünï","question":"👋"}\n';
  const golden = { path: 'golden/refund.jsonl', text, digest: sha256(text) };
  const first = versionSaying('1.0.0', 'You answer for {{company}}.\nGrüße 👋', {
    prompt: promptSaying('You answer for {{company}}.\nGrüße 👋', {
      name: 'Refund answers',
      modelParameters: { temperature: 0.2, maxTokens: 400, stop: ['END'], extra: { z: 1, a: [true, null] } },
      responseFormat: 'json_schema',
      jsonSchema: '{"type":"object"}',
      tools: [{ type: 'function', function: { name: 'lookup' } }],
      toolChoice: 'auto',
      variables: {
        question: { type: 'string', required: true, untrusted: true, description: 'What the customer wrote' },
        company: { type: 'string', required: false, default: 'Acme', enum: ['Acme', 'Ümlaut'] },
      },
      datasets: [golden.path],
      evaluators: [
        { name: 'polite', uses: 'promptgate/contains', with: { value: 'please' }, threshold: 0.5 },
      ],
      gate: { passRate: 1 },
      metadata: { owner: 'support-team' },
    }),
    datasets: [{ path: golden.path, digest: golden.digest }],
  });
  const second = versionSaying('1.1.0', 'Shorter.', { author: 'Ben Ode <ben@example.com>', time: time(20) });
  const evidence = evidenceFor(first, {
    evaluators: { 'promptgate/contains': 1, 'github/similarity': 2 },
    counts: { passed: 1, failed: 0, errored: 0, skipped: 1 },
    rows: [
      { id: 'late', verdict: 'passed' },
      { id: 'ünï', verdict: 'skipped' },
    ],
  });
  const policy = sha256('version: 1\n');
  const common = { author: 'Ana Ruiz <ana@example.com>', message: '', policy };
  const staging = { version: '1.0.0', since: time(10), revision: 2 };
  const production = {
    version: '1.0.0',
    model: 'openai/gpt-5',
    parameters: { temperature: 0, reasoningEffort: 'low', extra: { verbosity: 'low' } },
    since: time(15),
    revision: 3,
  };
  const proof = encodeEvidence(evidence).digest;
  const changes: readonly Change[] = [
    {
      event: {
        ...common,
        eventId: 'e-1',
        type: 'publish',
        time: time(0),
        message: first.message,
        evidence: proof,
      },
      version: first,
      labels: {},
      evidence: [evidence],
      datasets: [golden],
    },
    {
      event: {
        ...common,
        eventId: 'e-2',
        type: 'promote',
        time: time(10),
        label: 'staging',
        to: '1.0.0',
        evidence: proof,
      },
      labels: { staging },
      evidence: [evidence],
    },
    {
      event: { ...common, eventId: 'e-3', type: 'promote', time: time(15), label: 'production', to: '1.0.0' },
      labels: { staging, production },
    },
    {
      event: {
        ...common,
        author: second.author,
        policy: '',
        eventId: 'e-4',
        type: 'publish',
        time: time(20),
        message: second.message,
        override: 'the provider is down',
        replays: { eventId: 'e-0', revision: 4 },
      },
      version: { ...second, override: 'the provider is down', was: '1.0.1' },
      labels: { staging, production },
    },
    {
      event: {
        ...common,
        eventId: 'e-5',
        type: 'promote',
        time: time(25),
        label: 'staging',
        from: '1.0.0',
        to: '1.1.0',
      },
      labels: { production, staging: { version: '1.1.0', since: time(25), revision: 5 } },
    },
    {
      event: {
        ...common,
        eventId: 'e-6',
        type: 'rollback',
        time: time(30),
        message: 'Wrong: "quotes"\nand lines',
        label: 'staging',
        from: '1.1.0',
        to: '1.0.0',
      },
      labels: {
        production,
        staging: { version: '1.0.0', since: new Date(at(30)).toISOString(), revision: 6 },
      },
    },
    {
      event: {
        ...common,
        eventId: 'e-7',
        type: 'remove-label',
        time: time(35),
        label: 'production',
        from: '1.0.0',
      },
      labels: { staging: { version: '1.0.0', since: time(30), revision: 6 } },
    },
  ];
  for (const change of changes) await store.commit(id, (await store.readState(id)).head, change);
}
