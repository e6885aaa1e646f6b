import type { JudgeCheck, JudgeChoice } from '../../prompt/prompt.ts';
import type { TemplateSetting } from '../../prompt/render.ts';
import { CallFailure, isReasoningModel } from '../model.ts';
import type { Check, Finding, Subject } from './evaluator.ts';
import { excerpt } from './excerpt.ts';
import { templated } from './value.ts';

export const judgeVersion = 1;

/** GitHub's own judges run on this model; so does a judge that names none. */
export const defaultJudge = 'openai/gpt-4o';

/** Any answer that is worth something passes, as at GitHub, unless the file says otherwise. */
export function judgeThreshold(choices: readonly JudgeChoice[]): number {
  const positive = choices.map(({ score }) => score).filter(score => score > 0);
  return positive.length === 0 ? 1 : Math.min(...positive);
}

/** A model reads the output and answers one of the choices; its last line decides. */
export function prepareJudge(check: JudgeCheck, prompt: TemplateSetting): Check {
  const fillPrompt = templated(check.prompt, prompt);
  const fillSystem = templated(check.systemPrompt ?? '', prompt);
  return subject => {
    const values = { ...subject.values, completion: subject.output };
    return askJudge(subject, check, { system: fillSystem(values), prompt: fillPrompt(values) });
  };
}

/** @param question finished texts, which are no templates any more */
export async function askJudge(
  { calls }: Subject,
  { modelId = defaultJudge, choices }: Pick<JudgeCheck, 'modelId' | 'choices'>,
  { system, prompt }: { readonly system: string; readonly prompt: string },
): Promise<Finding> {
  const { response, spent } = await calls.chat(modelId, {
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user', content: prompt },
    ],
    parameters: model => (isReasoningModel(model) ? {} : { temperature: 0 }),
  });
  const chosen = chosenIn(response.text, choices);
  if (chosen === undefined) {
    throw new CallFailure({
      kind: 'evaluator',
      message: `The judge answered none of the choices: ${excerpt(lastLine(response.text))}.`,
    });
  }
  const actual = response.text.trim();
  return { score: chosen.score, message: `the judge answered ${excerpt(chosen.choice)}`, actual, spent };
}

const ofTotal = /\s*(?:\/|\bout of\b)\s*\d+/gi;

/**
 * The choice that the answer's last line names: the line itself, else the longest choice that stands in it as
 * a word of its own; of equally long ones the last. Reasoning above the last line never counts.
 */
export function chosenIn(answer: string, choices: readonly JudgeChoice[]): JudgeChoice | undefined {
  // Models that lose their way write blanks without end, which the next pattern would try from each of them.
  const short = lastLine(answer).replace(/\s{50,}/g, ' ');
  // "4/5" names the choice "4", unless choices are written so themselves.
  const line = choices.some(({ choice }) => choice.search(ofTotal) >= 0) ? short : short.replace(ofTotal, '');
  const bare = withoutMarks(line);
  const whole =
    choices.find(({ choice }) => choice === line || choice === bare) ??
    choices.find(({ choice }) => choice.toLowerCase() === bare.toLowerCase());
  if (whole !== undefined) return whole;
  let best: { readonly choice: JudgeChoice; readonly at: number } | undefined;
  for (const choice of choices) {
    const at = lastWord(line, choice.choice);
    if (at < 0) continue;
    const longer = best === undefined ? 1 : choice.choice.length - best.choice.choice.length;
    if (longer > 0 || (longer === 0 && at > (best?.at ?? -1))) best = { choice, at };
  }
  return best?.choice;
}

/** A line without the marks of Markdown, quotes and stops around it. */
function withoutMarks(line: string): string {
  let end = line.length;
  while (end > 0 && /[\s*_`"'.!]/.test(line.charAt(end - 1))) end--;
  return line.slice(0, end).replace(/^[\s*_`"'#>-]+/, '');
}

function lastLine(answer: string): string {
  return (
    answer
      .split(/\r\n|[\n\r]/)
      .map(line => line.trim())
      .findLast(line => /[\p{L}\p{N}]/u.test(line)) ?? answer.trim()
  );
}

/** Where `word` last stands in the line with no letter or digit directly beside it; -1: nowhere. */
function lastWord(line: string, word: string): number {
  if (word.trim() === '') return -1;
  const inside = /[\p{L}\p{N}_]/u;
  const text = line.toLowerCase();
  const wanted = word.toLowerCase();
  for (let at = text.lastIndexOf(wanted); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(wanted, at - 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + wanted.length] ?? ' ';
    // "4.5" does not name the choice "4".
    const decimal = /^[.,]\d/.test(text.slice(at + wanted.length)) || /\d[.,]$/.test(text.slice(0, at));
    if (!inside.test(before) && !inside.test(after) && !decimal) return at;
  }
  return -1;
}
