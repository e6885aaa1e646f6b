import { isMap, isScalar, type Node } from 'yaml';
import type { EvaluatorSpec, JudgeCheck, JudgeChoice, JsonObject, StringCheck } from '../prompt.ts';
import { present } from './parameters.ts';
import { replaceWith, type PlacedText, type Reader } from './reader.ts';
import type { Entry, Place } from './tree.ts';

const kinds = ['string', 'llm', 'uses'] as const;
const known = ['name', ...kinds, 'with', 'threshold'] as const;
const operators = ['equals', 'contains', 'startsWith', 'endsWith'] as const;
const judgeKeys = ['modelId', 'prompt', 'systemPrompt', 'choices'] as const;
const example =
  'Expected one of `string: { contains: … }`, `llm: { prompt: …, choices: … }`, `uses: github/similarity`.';

type Fields = ReadonlyMap<string, Entry>;

/** Every item yields an evaluator, so that indexes agree with the file's. */
export function readEvaluators(reader: Reader, place: Place): readonly EvaluatorSpec[] {
  const items = reader.list(place, 'a list of evaluators such as `- uses: github/similarity`');
  return items.map((item, index) => readEvaluator(reader, item, index));
}

function readEvaluator(reader: Reader, place: Place, index: number): EvaluatorSpec {
  const fields = reader.fields(
    place,
    'an evaluator: a mapping with `name` and one of `string`, `llm`, `uses`',
  );
  reader.unknownFields(fields.values(), known, 'an evaluator');
  const path = `evaluators.${index}`;
  const given = kinds.filter(kind => !reader.isAbsent(fields.get(kind)?.value));
  reportKinds(reader, place, fields, given);

  const string = fields.get('string')?.value;
  const llm = fields.get('llm')?.value;
  const options = fields.get('with')?.value;
  const uses = reader.text(
    fields.get('uses')?.value,
    'the name of an evaluator such as promptgate/equals',
  )?.text;
  const name = reader.text(fields.get('name')?.value, 'a name')?.text;
  const check =
    given.includes('string') && string ? readStringCheck(reader, string, `${path}.string`) : undefined;
  return present({
    name: name ?? uses ?? nameOf(check),
    string: check,
    llm: given.includes('llm') && llm ? readJudge(reader, llm, `${path}.llm`) : undefined,
    uses,
    with: options && readOptions(reader, options, `${path}.with`),
    threshold: reader.number(fields.get('threshold')?.value, 'threshold, a number such as 0.8'),
  });
}

/** For one without a name: what it checks, so that its place in the list does not matter. */
function nameOf(check: StringCheck | undefined): string {
  if (check === undefined) return 'judge';
  const [operator = 'string', value = ''] = Object.entries(check)[0] ?? [];
  return `${operator} ${JSON.stringify(value.slice(0, 40))}`;
}

function reportKinds(reader: Reader, place: Place, fields: Fields, given: readonly string[]): void {
  if (!isMap(reader.tree.resolve(place).node)) return;
  const [first, second] = given;
  if (first === undefined) {
    const span = reader.tree.span(fields.get('name')?.value ?? place);
    reader.report('invalid-value', span, `This evaluator checks nothing. ${example}`);
  }
  const entry = second === undefined ? undefined : fields.get(second);
  if (entry !== undefined) {
    reader.report(
      'invalid-value',
      reader.tree.span(entry.keyPlace),
      `An evaluator takes one of \`string\`, \`llm\` and \`uses\`; this one has \`${first}\` already. Make it two evaluators.`,
    );
  }
}

function readStringCheck(reader: Reader, place: Place, path: string): StringCheck {
  const fields = reader.fields(place, 'a mapping such as `contains: parcel`');
  reader.unknownFields(fields.values(), operators, '`string` (other checks go under `uses: promptgate/…`)');
  const check = present(
    Object.fromEntries(
      operators.map(operator => {
        const read = reader.text(fields.get(operator)?.value, `the text for \`${operator}\``);
        if (read !== undefined) reader.template(read, { at: `${path}.${operator}`, kind: 'check' });
        return [operator, read?.text];
      }),
    ),
  );
  if (operators.every(operator => !fields.has(operator)) && isMap(reader.tree.resolve(place).node)) {
    reader.report(
      'invalid-value',
      reader.tree.span(place),
      `This check compares with nothing. Expected one of ${operators.join(', ')}, such as \`contains: parcel\`.`,
    );
  }
  return check;
}

function readJudge(reader: Reader, place: Place, path: string): JudgeCheck {
  const fields = reader.fields(place, 'a mapping with `prompt` and `choices`');
  reader.unknownFields(fields.values(), judgeKeys, '`llm`');
  const templated = (key: 'prompt' | 'systemPrompt'): PlacedText | undefined => {
    const read = reader.text(fields.get(key)?.value, `the text of the judge's ${key}`);
    if (read !== undefined) reader.template(read, { at: `${path}.${key}`, kind: 'judge' });
    return read;
  };
  const prompt = templated('prompt')?.text;
  const choices = fields.get('choices');
  const span = reader.tree.span(place);
  if (isMap(reader.tree.resolve(place).node)) {
    if (reader.isAbsent(fields.get('prompt')?.value)) {
      reader.report(
        'invalid-value',
        firstKey(reader, fields) ?? span,
        'This judge has no `prompt`: the question that it answers about `{{completion}}`.',
      );
    }
    if (reader.isAbsent(choices?.value) || reader.tree.items(choices?.value ?? place).length === 0) {
      reader.report(
        'invalid-value',
        choices === undefined ? (firstKey(reader, fields) ?? span) : reader.tree.span(choices.keyPlace),
        'This judge has no `choices`: the answers that it may give, such as `- { choice: "yes", score: 1 }`.',
      );
    }
  }
  return {
    ...present({ modelId: reader.text(fields.get('modelId')?.value, 'a model such as openai/gpt-4o')?.text }),
    prompt: prompt ?? '',
    ...present({ systemPrompt: templated('systemPrompt')?.text }),
    choices: choices === undefined ? [] : readChoices(reader, choices.value),
  };
}

function firstKey(reader: Reader, fields: Fields): ReturnType<Reader['tree']['span']> | undefined {
  const [first] = fields.values();
  return first && reader.tree.span(first.keyPlace);
}

function readChoices(reader: Reader, place: Place): readonly JudgeChoice[] {
  const items = reader.list(place, 'a list of choices such as `- { choice: "yes", score: 1 }`');
  return items.map(item => {
    const fields = reader.fields(item, 'a choice such as `{ choice: "yes", score: 1 }`');
    reader.unknownFields(fields.values(), ['choice', 'score'], 'a choice');
    return {
      choice: readChoice(reader, item, fields.get('choice')?.value),
      score: reader.number(fields.get('score')?.value, 'score, a number such as 0.5') ?? 0,
    };
  });
}

function readChoice(reader: Reader, item: Place, place: Place | undefined): string {
  if (place === undefined || reader.isAbsent(place)) {
    if (isMap(reader.tree.resolve(item).node)) {
      const span = reader.tree.span(item);
      reader.report('invalid-value', span, 'This choice has no text. Expected `choice: "yes"`.');
    }
    return '';
  }
  const read = reader.text(place, 'the text of the choice');
  const { node } = reader.tree.resolve(place);
  if (isScalar(node) && typeof node.value !== 'string') {
    const quoted = JSON.stringify(read?.text ?? '');
    reader.report(
      'unquoted-choice',
      reader.tree.span(place),
      `YAML reads ${read?.text} as ${typeof node.value === 'number' ? 'a number' : 'true or false'}, not as text. Write ${quoted}.`,
      { fixes: [{ ...replaceWith(quoted, reader.tree.span(place)), title: `Quote as ${quoted}` }] },
    );
  }
  return read?.text ?? '';
}

/** What an evaluator is given; every text in it is a template. */
function readOptions(reader: Reader, place: Place, path: string): JsonObject | undefined {
  const options = reader.object(place, 'with, a mapping of options such as `value: parcel`');
  if (options !== undefined) placeTexts(reader, place, path);
  return options;
}

function placeTexts(reader: Reader, place: Place, path: string, within: readonly Node[] = []): void {
  const target = reader.tree.resolve(place);
  const { node } = target;
  if (isScalar(node)) {
    if (typeof node.value !== 'string') return;
    reader.template({ text: node.value, place: target }, { at: path, kind: 'check' });
    return;
  }
  if (node === null || (within.length > 0 && !reader.tree.mayEnter(place, node, within))) return;
  const inner = [...within, node];
  reader.tree.items(target).forEach((item, index) => placeTexts(reader, item, `${path}.${index}`, inner));
  for (const { key, value } of reader.tree.entries(target)) {
    placeTexts(reader, value, `${path}.${key}`, inner);
  }
}
