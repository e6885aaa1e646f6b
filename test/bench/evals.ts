import { runEvals } from '../../src/evals/run.ts';
import type { ResolvedModel } from '../../src/evals/model.ts';
import { collectRows } from '../../src/evals/rows.ts';
import { parsePrompt } from '../../src/prompt/parse.ts';
import type { Figure } from './measure.ts';

const rowCount = 5000;

/** What a row costs beside its model: here the model answers at once, in this process. */
export async function measureEvals(): Promise<Figure> {
  const { prompt } = parsePrompt(`model: bench/none
variables: { question: { type: string } }
messages:
  - role: system
    content: You answer for Acme.
  - role: user
    content: "{{question}}"
evaluators:
  - { name: no promise, uses: promptgate/not-contains, with: { value: refund } }
  - { name: polite, uses: promptgate/contains, with: { value: today } }
`);
  const text = Array.from(
    { length: rowCount },
    (_, index) => `{"id":"row-${index}","question":"Order ${index}?"}`,
  );
  const { rows } = await collectRows(prompt, [{ path: 'rows.jsonl', text: `${text.join('\n')}\n` }]);
  const model: ResolvedModel = {
    ref: 'bench/none',
    model: 'none',
    provider: {
      name: 'bench',
      origin: 'bench:',
      scripted: true,
      concurrency: 20,
      chat: async () => ({ text: 'We look into it today.' }),
      embed: async () => ({ vectors: [] }),
    },
  };
  const digest = '0'.repeat(64);
  const run = async (): Promise<number> => {
    const began = performance.now();
    const report = await runEvals({
      id: 'bench/evals',
      prompt,
      target: { model: model.ref, parameters: {} },
      digests: { content: digest, target: digest, suite: digest },
      rows,
      resolveModel: () => model,
    });
    const time = performance.now() - began;
    if (report.counts.passed !== rowCount)
      throw new Error(`${report.counts.passed} of ${rowCount} rows passed`);
    return time / rowCount;
  };
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < 5; index++) least = Math.min(least, await run());
  return {
    what: 'eval overhead per row, 2 evaluators',
    measured: least,
    budget: 0.2,
    unit: 'ms',
    note: `${rowCount.toLocaleString('en')} rows in this process`,
  };
}
