import { PromptgateError } from '../../errors.ts';
import { plural } from '../../evals/summary.ts';
import { verify } from '../../registry/verify.ts';
import { unknownPrompt } from '../../project/promptIndex.ts';
import type { CommandContext } from '../context.ts';
import { toPlainProblem, type Outcome } from '../outcome.ts';
import { plainId } from '../target.ts';

export async function verifyRegistry(
  context: CommandContext,
  args: readonly string[],
  options: { readonly head?: readonly string[] },
): Promise<Outcome> {
  const project = await context.project();
  if (!(await project.isInitialized()))
    throw new PromptgateError(
      'no-registry',
      `There is no registry in ${project.root}: nothing to verify. Next: promptgate init`,
    );
  const heads = Object.fromEntries((options.head ?? []).map(readHead));
  const ids = [...new Set([...args.map(plainId), ...(args.length > 0 ? Object.keys(heads) : [])])];
  if (args.length > 0) await requireKnown(context, ids);
  const result = await verify(project.store, { ids: ids.length > 0 ? ids : undefined, heads });
  const { style } = context;
  const counts = [
    plural(result.prompts, 'prompt'),
    plural(result.versions, 'version'),
    plural(result.events, 'event'),
  ].join(', ');
  const damage = result.damage.map(
    ({ id, file, code, message }) =>
      `${style.red('✗')} ${style.bold(id)} ${style.dim(code)}: ${message}${file === undefined ? '' : `\n    ${file}`}`,
  );
  const unchecked = result.unchecked.map(
    ({ id, message }) => `${style.yellow('!')} ${style.bold(id)} ${style.dim('newer-format')}: ${message}`,
  );
  const orphans = result.orphans.length;
  return {
    exitCode: damage.length > 0 ? 1 : unchecked.length > 0 ? 2 : 0,
    data: result,
    problems: [...result.damage, ...result.unchecked.map(found => ({ ...found, code: 'newer-format' }))].map(
      ({ id, file, code, message }) => ({
        ...toPlainProblem(code, `${id}: ${message}`),
        file: file === undefined ? null : `.promptgate/${file}`,
      }),
    ),
    text: [
      ...damage,
      ...unchecked,
      damage.length > 0
        ? style.red(`✗ ${plural(damage.length, 'damaged place')} in ${counts}`)
        : unchecked.length > 0
          ? style.yellow(
              `! ${plural(unchecked.length, 'file')} not checked; nothing else was altered in ${counts}`,
            )
          : style.green(`✓ ${counts}: nothing was altered`),
      ...(orphans > 0 ? [style.dim(`${plural(orphans, 'harmless leftover')} of interrupted publishes`)] : []),
    ].join('\n'),
  };
}

async function requireKnown(context: CommandContext, ids: readonly string[]): Promise<void> {
  const project = await context.project();
  const known = (await project.store.list()).map(({ id }) => id);
  const unknown = ids.find(id => !known.includes(id));
  if (unknown !== undefined) throw unknownPrompt(unknown, known);
}

function readHead(text: string): readonly [string, string] {
  const [id, hash] = text.split('=');
  if (!id || !hash || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new PromptgateError(
      'bad-arguments',
      `--head ${text}: write it as --head support/refund=<64 hex digits>, as "promptgate history --json" prints it.`,
    );
  }
  return [plainId(id), hash];
}
