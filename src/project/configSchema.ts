import * as v from 'valibot';

export const defaultInclude = '**/*.prompt.{yml,yaml}';

/** A day, in seconds: timers cannot wait for much longer than three weeks, and end at once instead. */
const longestTimeout = 24 * 60 * 60;
const positive = (what: string) =>
  v.pipe(v.number(`${what} must be a number`), v.minValue(0, `${what} must not be negative`));

const providerSchema = v.strictObject({
  baseURL: v.optional(
    v.pipe(
      v.string('baseURL must be a URL'),
      v.url('baseURL must be a URL such as https://api.openai.com/v1'),
      v.regex(/^https?:/i, 'baseURL must start with https:// or http://'),
    ),
  ),
  keyEnv: v.optional(
    v.pipe(
      v.string('keyEnv must be the name of an environment variable'),
      v.regex(/^[A-Za-z_]\w*$/, 'keyEnv must be the name of an environment variable'),
    ),
  ),
  concurrency: v.optional(
    v.pipe(
      v.number('concurrency must be a whole number'),
      v.integer('concurrency must be a whole number'),
      v.minValue(1, 'concurrency must be at least 1'),
    ),
  ),
  timeout: v.optional(
    v.pipe(
      v.number('timeout must be seconds'),
      v.minValue(0.001, 'timeout must be more than 0 seconds'),
      v.maxValue(longestTimeout, `timeout is in seconds, at most ${longestTimeout}`),
    ),
  ),
  scripted: v.optional(v.string('scripted must be the path of a file with answers')),
});

/** One schema per top-level key, so that one wrong key costs only itself. */
export const sections = {
  version: v.literal(1, 'version must be 1'),
  prompts: v.pipe(
    v.array(
      v.strictObject({
        root: v.optional(
          v.pipe(v.string('root must be a folder'), v.check(isBelow, 'root must be a folder of the project')),
          '.',
        ),
        include: v.optional(
          v.pipe(v.string('include must be a glob'), v.nonEmpty('include must be a glob')),
          defaultInclude,
        ),
      }),
      'prompts must be a list such as [{ root: prompts, include: "**/*.prompt.yml" }]',
    ),
    v.minLength(1, 'prompts must name at least one folder'),
  ),
  store: v.literal('files', 'store must be files: other stores are not available in this version'),
  providers: v.record(
    v.string(),
    providerSchema,
    'providers must be a map from name to { baseURL, keyEnv } or { scripted }',
  ),
  defaultProvider: v.string('defaultProvider must be the name of a provider'),
  models: v.record(
    v.string(),
    v.string('a model alias must be a model such as openai/gpt-4o-mini'),
    'models must be a map from alias to model',
  ),
  lint: v.record(
    v.string(),
    v.picklist(
      ['error', 'warning', 'info', 'hint', 'off'],
      'a severity is one of error, warning, info, hint, off',
    ),
    'lint must be a map from problem code to severity',
  ),
  evals: v.strictObject({
    onSave: v.optional(v.picklist(['manual', 'off'], 'onSave must be manual or off')),
    budget: v.optional(
      v.strictObject({ run: v.optional(positive('run')), day: v.optional(positive('day')) }),
    ),
  }),
} as const;

export type SectionName = keyof typeof sections;
export type Sections = { -readonly [K in SectionName]?: v.InferOutput<(typeof sections)[K]> };

/** Ids come from the path below the root, and the project's files are those in its folder. */
function isBelow(folder: string): boolean {
  return !/^(?:[\\/]|[A-Za-z]:)/.test(folder) && !folder.split(/[\\/]/).includes('..');
}
