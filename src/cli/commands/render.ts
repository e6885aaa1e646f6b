import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PromptgateError, messageOf } from '../../errors.ts';
import { collectRows } from '../../evals/rows.ts';
import { inferContract } from '../../prompt/contract.ts';
import type { JsonValue, Prompt, Variables } from '../../prompt/prompt.ts';
import { render } from '../../prompt/render.ts';
import { frozenDatasets } from '../../project/evaluate.ts';
import type { CommandContext } from '../context.ts';
import { toPlainProblem, type Outcome } from '../outcome.ts';
import { firstError } from '../../project/workingCopy.ts';
import { answererOf, findTarget, type Target } from '../target.ts';

export interface RenderOptions {
  readonly var?: readonly string[];
  readonly vars?: string;
  readonly row?: string;
}

type Values = Readonly<Record<string, JsonValue>>;

export async function renderPrompt(
  context: CommandContext,
  [reference = '']: readonly string[],
  options: RenderOptions,
): Promise<Outcome> {
  const target = await findTarget(context, reference);
  const prompt = target.kind === 'version' ? target.version.prompt : target.copy.parsed.prompt;
  if (target.kind === 'working-copy' && !target.copy.parsed.complete) {
    const why = firstError(target.copy) ?? 'a part of it is lost';
    throw new PromptgateError(
      'not-readable',
      `${target.id} cannot be read whole: ${why}.\nSee: promptgate lint ${target.id}`,
    );
  }
  const contract = inferContract(prompt);
  const values: Values = {
    ...(options.row === undefined ? {} : await rowValues(context, target, prompt, options.row)),
    ...(options.vars === undefined ? {} : await fileValues(context, options.vars)),
    ...flagValues(options.var ?? [], contract),
  };
  const warnings: string[] = [];
  const messages = render(prompt, values, { onWarning: text => warnings.push(text) });
  const { model } = answererOf(target);
  const { style } = context;
  return {
    exitCode: 0,
    data: {
      id: target.id,
      version: target.kind === 'version' ? target.version.version : null,
      model: model ?? null,
      messages,
    },
    problems: warnings.map(text => toPlainProblem('unknown-value', text, 'warning')),
    text: messages
      .map(({ role, content }) => {
        const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
        return `${style.bold(style.cyan(`── ${role}`))}\n${text}\n`;
      })
      .join('\n'),
    notes: warnings.map(text => `warning: ${text}`),
  };
}

async function rowValues(
  context: CommandContext,
  target: Target,
  prompt: Prompt,
  row: string,
): Promise<Values> {
  const rows =
    target.kind === 'working-copy'
      ? target.copy.rows
      : (await collectRows(prompt, await frozenDatasets(await context.project(), target.version))).rows;
  const found = rows.find(({ id }) => id === row);
  if (found) return found.values;
  const names = rows.slice(0, 8).map(({ id }) => id);
  throw new PromptgateError(
    'unknown-row',
    `${target.id} has no row "${row}". Rows: ${names.join(', ') || 'none'}${rows.length > names.length ? ', …' : ''}.`,
  );
}

async function fileValues({ cwd }: CommandContext, file: string): Promise<Values> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(resolve(cwd, file), 'utf8'));
  } catch (error) {
    throw new PromptgateError('cannot-read', `Cannot read values from ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PromptgateError('cannot-read', `${file} must hold one JSON object, like {"company": "Acme"}.`);
  }
  return value as Values;
}

/** `key=value`: text, unless the variable's type says otherwise. */
function flagValues(flags: readonly string[], contract: Variables): Values {
  const values: Record<string, JsonValue> = {};
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    if (equals < 1) {
      throw new PromptgateError('bad-arguments', `--var ${flag}: write it as --var name=value.`);
    }
    const name = flag.slice(0, equals);
    const text = flag.slice(equals + 1);
    const variable = Object.hasOwn(contract, name) ? contract[name] : undefined;
    values[name] = variable && variable.type !== 'string' ? parseValue(name, text, variable.type) : text;
  }
  return values;
}

function parseValue(name: string, text: string, type: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new PromptgateError(
      'wrong-type',
      `--var ${name}=${text}: "${name}" is declared as ${type}; give its value as JSON.`,
      { cause: error },
    );
  }
}
