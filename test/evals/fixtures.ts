import type { EvaluatorSpec, Prompt, RowData } from '../../src/prompt/prompt.ts';
import { CallFailure, type ChatRequest, type ChatResponse, type Provider } from '../../src/evals/model.ts';
import type { Evidence, EvaluatorResult, Report } from '../../src/evals/report.ts';
import { collectRows, type DatasetFile } from '../../src/evals/rows.ts';
import { runEvals, type EvalInput, type EvalOptions } from '../../src/evals/run.ts';

export function makePrompt(parts: Partial<Prompt> = {}): Prompt {
  return {
    modelParameters: {},
    responseFormat: 'text',
    template: 'literal',
    variables: {},
    messages: [{ role: 'user', content: '{{input}}' }],
    testData: [],
    datasets: [],
    evaluators: [],
    model: 'fake/echo',
    ...parts,
  };
}

export const digests = { content: 'c'.repeat(64), target: 't'.repeat(64), suite: 's'.repeat(64) };

/** A model in this process; by default it answers with the last message. */
export function fakeProvider(
  answer: (
    request: ChatRequest,
    signal: AbortSignal,
  ) => ChatResponse | string | Promise<ChatResponse | string> = echo,
  parts: Partial<Provider> = {},
): Provider {
  return {
    name: 'fake',
    origin: 'https://fake.example',
    scripted: false,
    concurrency: 20,
    async chat(request, signal) {
      const said = await answer(request, signal);
      return typeof said === 'string' ? { text: said } : said;
    },
    embed: () => Promise.reject(new CallFailure({ kind: 'bad-request', message: 'no embeddings here' })),
    ...parts,
  };
}

function echo({ messages }: ChatRequest): string {
  return String(messages.at(-1)?.content);
}

export async function evaluate(
  parts: Partial<Prompt>,
  provider: Provider = fakeProvider(),
  options: EvalOptions & { readonly datasets?: readonly DatasetFile[] } = {},
): Promise<Report> {
  return runEvals(await makeInput(parts, provider, options.datasets), options);
}

export async function makeInput(
  parts: Partial<Prompt>,
  provider: Provider,
  datasets: readonly DatasetFile[] = [],
): Promise<EvalInput> {
  const prompt = makePrompt(parts);
  const { rows, unreadable } = await collectRows(prompt, datasets);
  return {
    id: 'test/prompt',
    prompt,
    target: { model: prompt.model, parameters: prompt.modelParameters },
    digests,
    rows,
    unreadable,
    resolveModel: reference => {
      const model = (reference ?? 'fake/echo').replace(/^fake\//, '');
      return { provider, model, ref: `${provider.name}/${model}` };
    },
  };
}

/** One evaluator at one output, as a whole run would judge it. */
export async function judgeOutput(
  spec: Omit<EvaluatorSpec, 'name'>,
  output: string,
  row: RowData = {},
  more: { readonly prompt?: Partial<Prompt>; readonly provider?: Provider } = {},
): Promise<EvaluatorResult> {
  const provider = more.provider ?? fakeProvider(() => output);
  const report = await evaluate(
    { ...more.prompt, testData: [{ input: 'in', ...row }], evaluators: [{ name: 'it', ...spec }] },
    provider,
  );
  const result = report.rows[0]?.evaluators[0];
  if (result === undefined) throw new Error(`no result: ${JSON.stringify(report.rows)}`);
  return result;
}

export function makeEvidence(
  verdicts: Readonly<Record<string, 'passed' | 'failed' | 'errored' | 'skipped'>>,
): Evidence {
  const rows = Object.entries(verdicts).map(([id, verdict]) => ({ id, verdict }));
  const count = (verdict: string): number => rows.filter(row => row.verdict === verdict).length;
  return {
    schema: 'promptgate/evidence/1',
    prompt: 'test/prompt',
    digests,
    evaluators: { string: 1 },
    counts: {
      passed: count('passed'),
      failed: count('failed'),
      errored: count('errored'),
      skipped: count('skipped'),
    },
    rows,
    time: '2026-11-20T10:00:00.000Z',
    scripted: false,
  };
}
