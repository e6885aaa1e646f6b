import type { EvaluatorLintInfo, LintContext, ModelLintInfo } from '../../../src/prompt/lint.ts';

const yesNo: EvaluatorLintInfo = { negatable: true, scale: 'yes-no' };
const contains: EvaluatorLintInfo = {
  ...yesNo,
  check: options =>
    typeof options === 'object' && options !== null && 'valeu' in options ? 'takes no "valeu"' : undefined,
};
const judge: EvaluatorLintInfo = { negatable: false, scale: 'graded', judge: 'openai/gpt-4o' };

const models: Readonly<Record<string, Partial<ModelLintInfo>>> = {
  'openai/gpt-4o': {},
  'openai/gpt-4o-mini': {},
  'openai/soon-gone': { retires: '2026-12-11' },
  'openai/gone': { retires: '2026-10-01', retired: true },
  'openai/gpt-4': { retires: '2026-10-23', retired: true },
  'openai/far-off': { retires: '2028-01-01' },
};

/** A small world: a few evaluators and models on a fixed day. Two fixture folders need something of their own. */
export function contextFor(code: string): LintContext {
  return {
    severities: code === 'not-portable' ? { 'not-portable': 'hint' } : {},
    evaluators: new Map([
      ['promptgate/equals', yesNo],
      ['promptgate/contains', contains],
      ['promptgate/regex', yesNo],
      ['promptgate/similar', { negatable: true, scale: 'graded' }],
      ['github/similarity', judge],
      ['github/groundedness', judge],
    ]),
    resolveModel: resolve,
    today: '2026-11-20',
    id: 'support/refund',
    sameId: code === 'duplicate-id' ? ['support/copy.prompt.yml'] : [],
  };
}

function resolve(model: string | undefined): ModelLintInfo | undefined {
  if (model === undefined || model.startsWith('acme/')) return undefined;
  const known = models[model];
  if (known) return { model, known: true, ...known };
  return { model, known: false, suggestions: ['openai/gpt-4o-mini'] };
}
