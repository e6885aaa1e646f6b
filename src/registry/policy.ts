import { isMap, isScalar, LineCounter, parseDocument, visit, type Node, type Pair, type YAMLMap } from 'yaml';
import { PromptgateError } from '../errors.ts';
import { normalizeText, sha256, type Digest } from '../prompt/digest.ts';
import { nearName } from '../prompt/nearName.ts';
import type { Prompt } from '../prompt/prompt.ts';
import { isLabelName } from './labelName.ts';

export interface LabelPolicy {
  readonly gate: 'required' | 'off';
  /** A version must have been on this label before. */
  readonly after?: string;
  /** Promotion must be confirmed with the prompt's id. */
  readonly protected: boolean;
  /** Which suite evidence must cover: the version's own, or the working copy's. */
  readonly suite: 'frozen' | 'current';
  readonly passRate: number;
  /** Milliseconds. */
  readonly maxEvidenceAgeMs?: number;
}

export interface Policy {
  readonly publish: 'override-allowed' | 'gate-required';
  readonly labels: Readonly<Record<string, LabelPolicy>>;
  /** For labels that are not named. */
  readonly otherLabels: LabelPolicy;
  readonly digest: Digest | '';
}

/** Without policy.yml: every label takes evidence, nothing is protected, publishing may be overridden. */
export const defaultPolicy: Policy = {
  publish: 'override-allowed',
  labels: {},
  otherLabels: { gate: 'required', protected: false, suite: 'frozen', passRate: 1 },
  digest: '',
};

export function labelPolicy(policy: Policy, label: string): LabelPolicy {
  return (Object.hasOwn(policy.labels, label) ? policy.labels[label] : undefined) ?? policy.otherLabels;
}

/**
 * What share of rows a version must pass to be published: what the most lenient gated label asks for, or more if
 * the prompt itself does.
 */
export function publishPassRate(policy: Policy, { gate: own }: Pick<Prompt, 'gate'> = {}): number {
  const gated = [...Object.values(policy.labels), policy.otherLabels].filter(
    ({ gate }) => gate === 'required',
  );
  const least = gated.length === 0 ? 1 : Math.min(...gated.map(({ passRate }) => passRate));
  return Math.max(least, own?.passRate ?? 0);
}

/** @throws PromptgateError `bad-policy`, naming line and key; a policy is never half applied */
export function parsePolicy(text: string): Policy {
  const source = normalizeText(text);
  const reader = policyReader(source);
  if (!reader.root.value)
    reader.fail(undefined, 'it is empty. Expected at least "version: 1"; without the file, defaults hold');
  const top = reader.map(reader.root, 'The policy');
  const version = top.get('version')?.value;
  if (isScalar(version) && Number.isInteger(version.value) && (version.value as number) > 1)
    throw new PromptgateError(
      'newer-format',
      `.promptgate/policy.yml is for a newer Promptgate (version: ${String(version.value)}; this one reads 1). Update Promptgate.`,
      { data: { file: 'policy.yml' } },
    );
  reader.map(reader.root, 'The policy', ['version', 'publish', 'labels', 'otherLabels']);
  reader.oneOf(top, 'version', [1], 1, true);
  const labels: Record<string, LabelPolicy> = {};
  const otherLabels = labelRules(reader, top.get('otherLabels'), 'otherLabels');
  const named = top.get('labels');
  if (named)
    for (const [name, pair] of reader.map(named, 'labels').entries()) {
      if (!isLabelName(name)) reader.fail(pair.key, `"${name}" is no label name`);
      labels[name] = labelRules(reader, pair, `labels.${name}`);
    }
  const otherAfter = otherLabels.after === undefined ? [] : [otherLabels.after];
  for (const after of [...otherAfter, ...Object.values(labels).flatMap(label => label.after ?? [])])
    if (!Object.hasOwn(labels, after))
      reader.fail(
        reader.find(after),
        `after: no label "${after}" is listed under labels${didYouMean(after, Object.keys(labels))}`,
      );
  for (const name of Object.keys(labels)) {
    const round = roundTrip(labels, name);
    if (round)
      reader.fail(
        named?.key,
        `no version could ever reach these labels, each comes after another: ${round.join(' → ')}`,
      );
  }
  return {
    publish: reader.oneOf(top, 'publish', ['override-allowed', 'gate-required'], 'override-allowed'),
    labels,
    otherLabels,
    digest: sha256(source),
  };
}

const labelKeys = ['gate', 'after', 'protected', 'approvals', 'suite', 'passRate', 'maxEvidenceAge'];

function labelRules(reader: PolicyReader, pair: Entry | undefined, path: string): LabelPolicy {
  const defaults = defaultPolicy.otherLabels;
  if (!pair) return defaults;
  const entries = reader.map(pair, path, labelKeys);
  const approvals = reader.scalar(entries.get('approvals'));
  if (approvals !== undefined && approvals !== 0)
    reader.fail(
      entries.get('approvals')?.key,
      Number.isInteger(approvals) && (approvals as number) > 0
        ? 'approvals are not available yet: take the line out, so that nobody counts on them'
        : 'approvals: expected a number',
    );
  const after = reader.scalar(entries.get('after'));
  if (after !== undefined && !(typeof after === 'string' && isLabelName(after)))
    reader.fail(
      entries.get('after')?.value,
      `after: expected the name of a label, not ${JSON.stringify(after)}`,
    );
  const passRate = reader.scalar(entries.get('passRate')) ?? defaults.passRate;
  if (typeof passRate !== 'number' || !(passRate >= 0 && passRate <= 1))
    reader.fail(entries.get('passRate')?.value, 'passRate: expected a number from 0 to 1, e.g. 0.95');
  const maxEvidenceAgeMs = milliseconds(reader, entries.get('maxEvidenceAge'));
  return {
    gate: reader.oneOf(entries, 'gate', ['required', 'off'], defaults.gate),
    ...(after === undefined ? {} : { after: after as string }),
    protected: reader.oneOf(entries, 'protected', [true, false], defaults.protected),
    suite: reader.oneOf(entries, 'suite', ['frozen', 'current'], defaults.suite),
    passRate: passRate as number,
    ...(maxEvidenceAgeMs === undefined ? {} : { maxEvidenceAgeMs }),
  };
}

const unitMs: Readonly<Record<string, number>> = { m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 };

function milliseconds(reader: PolicyReader, pair: Entry | undefined): number | undefined {
  const written = reader.scalar(pair);
  if (written === undefined) return undefined;
  const match = typeof written === 'string' ? /^(\d{1,6})(m|h|d|w)$/.exec(written) : null;
  const unit = unitMs[match?.[2] ?? ''];
  if (!match || unit === undefined || Number(match[1]) === 0)
    return reader.fail(pair?.value, 'maxEvidenceAge: expected a duration such as 12h, 30d or 4w');
  return Number(match[1]) * unit;
}

/** The labels that come back to where they started; undefined: none do. */
function roundTrip(
  labels: Readonly<Record<string, LabelPolicy>>,
  start: string,
): readonly string[] | undefined {
  const path = [start];
  for (
    let at = labels[start]?.after;
    at !== undefined;
    at = Object.hasOwn(labels, at) ? labels[at]?.after : undefined
  ) {
    path.push(at);
    if (at === start) return path;
    if (path.indexOf(at) !== path.length - 1) return undefined;
  }
  return undefined;
}

type Entry = Pair<Node, Node | null>;

interface PolicyReader {
  readonly root: Entry;
  /** The entries of a mapping; with `known`, a key that is not in it is an error. */
  map(pair: Entry, what: string, known?: readonly string[]): Map<string, Entry>;
  scalar(pair: Entry | undefined): unknown;
  oneOf<T extends string | number | boolean>(
    entries: Map<string, Entry>,
    key: string,
    choices: readonly T[],
    otherwise: T,
    required?: boolean,
  ): T;
  fail(node: Node | null | undefined, message: string): never;
  /** The value of an `after` that names this label. */
  find(after: string): Node | undefined;
}

function policyReader(source: string): PolicyReader {
  const lines = new LineCounter();
  const document = parseDocument<Node>(source, {
    version: '1.2',
    lineCounter: lines,
    logLevel: 'silent',
    prettyErrors: false,
    stringKeys: true,
  });
  function failAt(offset: number | undefined, message: string): never {
    const line = offset === undefined ? undefined : lines.linePos(offset).line;
    throw new PromptgateError(
      'bad-policy',
      `.promptgate/policy.yml${line === undefined ? '' : `, line ${line}`}: ${message}${message.endsWith('?') ? '' : '.'}`,
      {
        data: { file: 'policy.yml', line, offset },
      },
    );
  }
  const [error] = [...document.errors, ...document.warnings];
  if (error) failAt(error.pos[0], error.message.replace(/\.$/, ''));

  const fail = (node: Node | null | undefined, message: string): never => failAt(node?.range?.[0], message);
  return {
    find(after) {
      let found: Node | undefined;
      visit(document, {
        Pair(_, { key, value }) {
          if (isScalar(key) && key.value === 'after' && isScalar(value) && value.value === after)
            found ??= value;
        },
      });
      return found;
    },
    root: { key: document.contents, value: document.contents } as unknown as Entry,
    fail,
    map(pair, what, known) {
      const { value } = pair;
      if (!isMap(value)) return fail(value ?? pair.key, `${what}: expected keys below it`);
      const entries = new Map<string, Entry>();
      for (const item of (value as YAMLMap<Node, Node | null>).items) {
        const key = isScalar(item.key) ? String(item.key.value) : '';
        if (known && !known.includes(key)) fail(item.key, `${what} has no "${key}"${didYouMean(key, known)}`);
        entries.set(key, item);
      }
      return entries;
    },
    scalar(pair) {
      if (!pair) return undefined;
      if (isScalar(pair.value) && pair.value.value !== null) return pair.value.value;
      return fail(pair.value ?? pair.key, 'expected a value here');
    },
    oneOf(entries, key, choices, otherwise, required = false) {
      const pair = entries.get(key);
      if (!pair) return required ? failAt(0, `"${key}: ${otherwise}" is missing`) : otherwise;
      const value = this.scalar(pair);
      const choice = choices.find(candidate => candidate === value);
      if (choice !== undefined) return choice;
      return fail(
        pair.value,
        `${key}: expected ${choices.join(' or ')}, not ${JSON.stringify(value)}${didYouMean(String(value), choices.map(String))}`,
      );
    },
  };
}

function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const near = nearName(word, known);
  return near === undefined ? `. Known: ${known.join(', ')}` : `. Did you mean "${near}"?`;
}
