import * as v from 'valibot';
import { sha256, type Digest } from '../prompt/digest.ts';
import type { Evidence } from '../evals/report.ts';
import { changedFile, parseStored } from './parseStored.ts';
import { hex } from './storedShape.ts';
import { inOrder, sortedRecord, toStoredJson } from './storedJson.ts';

/** Evidence as it is stored; its digest is that of these bytes. */
export function encodeEvidence(evidence: Evidence): { readonly json: string; readonly digest: Digest } {
  const json = toStoredJson(
    inOrder<Evidence>(
      {
        ...evidence,
        digests: inOrder(evidence.digests, ['content', 'target', 'suite']),
        evaluators: sortedRecord(evidence.evaluators),
        counts: inOrder(evidence.counts, ['passed', 'failed', 'errored', 'skipped']),
        rows: evidence.rows.map(row => inOrder(row, ['id', 'verdict'])),
      },
      ['schema', 'prompt', 'time', 'scripted', 'digests', 'evaluators', 'counts', 'rows'],
    ),
  );
  return { json, digest: sha256(json) };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const evidenceSchema = v.strictObject({
  schema: v.literal('promptgate/evidence/1'),
  prompt: v.string(),
  time: v.pipe(v.string(), v.isoTimestamp()),
  scripted: v.boolean(),
  digests: v.strictObject({ content: hex, target: hex, suite: hex }),
  evaluators: v.record(v.string(), v.number()),
  counts: v.strictObject({ passed: count, failed: count, errored: count, skipped: count }),
  rows: v.array(
    v.strictObject({ id: v.string(), verdict: v.picklist(['passed', 'failed', 'errored', 'skipped']) }),
  ),
});

/** @throws PromptgateError `damaged`, `newer-format` */
export function decodeEvidence(bytes: Uint8Array | string, digest: Digest, where: string): Evidence {
  if (sha256(bytes) !== digest)
    throw changedFile(where, bytes, {
      hash: digest,
      what: 'was changed after it was written (it is named by its sha256)',
    });
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
  return parseStored(text, {
    where,
    schema: 'promptgate/evidence/1',
    check: evidenceSchema,
    proven: true,
  }) as Evidence;
}

/** `jsonl` for `golden/refund.jsonl`; `txt` for what has no plain suffix. */
export function datasetSuffix(path: string): string {
  return /\.([a-z0-9]{1,8})$/i.exec(path)?.[1]?.toLowerCase() ?? 'txt';
}
