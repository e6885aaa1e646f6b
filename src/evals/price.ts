import { isPlaceholder, type EvaluatorSpec, type Prompt } from '../prompt/prompt.ts';
import { isBad, readEvaluator, type ReadEvaluator } from './evaluators/spec.ts';
import type { Report, Usage } from './report.ts';
import type { EvalRow } from './rows.ts';

/** US dollars for a call, or undefined when the price is unknown. */
export type Price = (ref: string, usage: Usage) => number | undefined;

/** Usages repeat within a run; looking a model up takes far longer than this. */
const remembered = 10_000;

/** Prices by `provider/model`, from the bundled table. A provider that the table does not have is unknown, not free. */
export async function priceOf(): Promise<Price> {
  const { calcPrice } = await import('@pydantic/genai-prices');
  const known = new Map<string, number | undefined>();
  const look = (ref: string, usage: Usage): number | undefined => {
    const slash = ref.indexOf('/');
    if (slash < 0) return undefined;
    const tokens = {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      ...(usage.cachedInputTokens === undefined ? {} : { cache_read_tokens: usage.cachedInputTokens }),
    };
    try {
      return calcPrice(tokens, ref.slice(slash + 1), { providerId: ref.slice(0, slash) })?.total_price;
    } catch {
      // The table refuses impossible usages, such as more cached tokens than tokens: then nobody knows.
      return undefined;
    }
  };
  return (ref, usage) => {
    const key = `${ref} ${usage.inputTokens} ${usage.outputTokens} ${usage.cachedInputTokens ?? 0}`;
    if (known.has(key)) return known.get(key);
    if (known.size >= remembered) known.clear();
    const price = look(ref, usage);
    known.set(key, price);
    return price;
  };
}

export interface EstimateInput {
  readonly prompt: Prompt;
  readonly rows: readonly EvalRow[];
  /** Resolved `provider/model` that will answer. */
  readonly ref: string;
  /** An earlier report of the prompt: what its rows used is the best guess. */
  readonly history?: Report;
  /** Resolves a judge's model. */
  readonly resolveRef: (model: string | undefined) => string | undefined;
  /** Whether a model's answers are canned, and so cost nothing. Default: none are. */
  readonly isScripted?: (ref: string) => boolean;
  readonly price?: Price;
}

export interface RunEstimate {
  /** US dollars; undefined = some price is unknown. */
  readonly cost?: number;
  /** Always: shown with ≈. */
  readonly approximate: true;
  /** Model calls, judges and embeddings included, were nothing cached. */
  readonly calls: number;
  /** Every answer is canned, those of judges too. */
  readonly scripted: boolean;
}

const guessedOutput = 150;
const judgeOutput = 80;

/** What a run would cost: from measured usage of an earlier run, else from characters / 4. */
export async function estimateRun(input: EstimateInput): Promise<RunEstimate> {
  const { prompt, rows, ref, history, resolveRef, isScripted = () => false } = input;
  const measured = new Map(
    history?.rows.flatMap(row => (row.usage === undefined ? [] : [[row.id, row.usage]])),
  );
  const promptRef = resolveRef(prompt.model) ?? prompt.model;
  const ofFile = asking(prompt.evaluators);
  let calls = 0;
  const paid: { readonly model: string; readonly usage: Usage }[] = [];
  const add = (model: string, usage: Usage): void => {
    calls++;
    if (!isScripted(model)) paid.push({ model, usage });
  };
  for (const row of rows) {
    const usage = measured.get(row.id) ?? guess(prompt, row);
    add(ref, usage);
    const chosen = ofFile.filter(({ name }) => row.only?.includes(name) !== false);
    for (const { model, options } of [...chosen, ...asking(row.extra)]) {
      const reference = model(promptRef);
      add(resolveRef(reference) ?? reference, judgeUsage(options, row, usage));
    }
  }
  const scripted = calls > 0 && paid.length === 0;
  if (paid.length === 0) return { cost: 0, approximate: true, calls, scripted };
  const price = input.price ?? (await priceOf());
  let cost: number | undefined = 0;
  for (const { model, usage } of paid) {
    const one = price(model, usage);
    cost = cost === undefined || one === undefined ? undefined : cost + one;
  }
  return { cost, approximate: true, calls, scripted };
}

/** Those that ask a model. */
function asking(specs: readonly EvaluatorSpec[]): readonly Required<ReadEvaluator>[] {
  return specs
    .map(readEvaluator)
    .filter(
      evaluator => !isBad(evaluator) && evaluator.model !== undefined,
    ) as readonly Required<ReadEvaluator>[];
}

function guess({ messages, modelParameters }: Prompt, row: EvalRow): Usage {
  const template = messages.reduce(
    (sum, message) => sum + (isPlaceholder(message) ? 0 : message.content.length),
    0,
  );
  const output = row.expected === undefined ? guessedOutput : tokens(JSON.stringify(row.expected).length);
  return {
    inputTokens: tokens(template + JSON.stringify(row.values).length),
    outputTokens: Math.min(output, modelParameters.maxTokens ?? Number.POSITIVE_INFINITY),
  };
}

/** A judge reads its own prompt, the row and the output; an embedding reads output and expected. */
function judgeUsage(options: unknown, row: EvalRow, answer: Usage): Usage {
  const own = JSON.stringify(options ?? {}).length;
  const read = tokens(own + JSON.stringify([row.values, row.expected ?? '']).length) + answer.outputTokens;
  return { inputTokens: read, outputTokens: judgeOutput };
}

function tokens(characters: number): number {
  return Math.ceil(characters / 4);
}
