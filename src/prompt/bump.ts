import { inferContract } from './contract.ts';
import { diffPrompts } from './diff.ts';
import type { Target } from './digest.ts';
import { outputChanges } from './outputChanges.ts';
import type { JsonObject, JsonValue, Prompt, Variable } from './prompt.ts';
import { isSameJson } from './sameJson.ts';
import { withoutAnnotations } from './schemaShape.ts';
import { isJsonObject } from './valueType.ts';

export type Bump = 'major' | 'minor' | 'patch';

export interface ContractChange {
  readonly bump: Bump;
  /** For people: `variable "tone" removed`. */
  readonly text: string;
}

export interface BumpProposal {
  /** Undefined: nothing that a caller could notice differs. */
  readonly bump?: Bump;
  /** Biggest first. */
  readonly changes: readonly ContractChange[];
}

/** What design.md 5 compares: what a prompt says, and what answers it. */
export interface Releasable {
  readonly prompt: Prompt;
  readonly target: Target;
}

const sizes: readonly Bump[] = ['major', 'minor', 'patch'];

/** The least bump that design.md 5 demands for going from one prompt to another. */
export function proposeBump(from: Releasable, to: Releasable): BumpProposal {
  const changes = [
    ...variableChanges(from.prompt, to.prompt),
    ...formatChanges(from.prompt, to.prompt),
    ...toolChanges(from.prompt, to.prompt),
    ...targetChanges(from.target, to.target),
    ...wordingChanges(from.prompt, to.prompt),
  ].sort((a, b) => sizes.indexOf(a.bump) - sizes.indexOf(b.bump));
  const [biggest] = changes;
  return { ...(biggest && { bump: biggest.bump }), changes };
}

function* variableChanges(from: Prompt, to: Prompt): Generator<ContractChange> {
  const before = new Map(Object.entries(inferContract(from)));
  const after = new Map(Object.entries(inferContract(to)));
  for (const name of before.keys()) {
    if (!after.has(name)) yield { bump: 'major', text: `variable "${name}" removed` };
  }
  for (const [name, variable] of after) {
    const old = before.get(name);
    if (old !== undefined) yield* variableChange(`variable "${name}"`, old, variable);
    else if (variable.required) yield { bump: 'major', text: `new required variable "${name}"` };
    else yield { bump: 'minor', text: `new optional variable "${name}"` };
  }
}

function* variableChange(what: string, from: Variable, to: Variable): Generator<ContractChange> {
  if (from.type !== to.type || from.items !== to.items) {
    yield { bump: 'major', text: `${what} is now ${typeName(to)} instead of ${typeName(from)}` };
  }
  if (!from.required && to.required) yield { bump: 'major', text: `${what} is now required` };
  if (from.required && !to.required) yield { bump: 'minor', text: `${what} is now optional` };
  yield* enumChanges(what, from.enum, to.enum);
  if (!isSameJson(from.default, to.default)) {
    yield {
      bump: 'minor',
      text: `default of ${what} changed from ${show(from.default)} to ${show(to.default)}`,
    };
  }
  if (from.description !== to.description || !isSameJson(from.example, to.example)) {
    yield { bump: 'patch', text: `description or example of ${what} changed` };
  }
  const flags = (['volatile', 'untrusted'] as const).filter(
    flag => (from[flag] ?? false) !== (to[flag] ?? false),
  );
  for (const flag of flags)
    yield { bump: 'patch', text: `${what} is ${to[flag] ? 'now' : 'no longer'} ${flag}` };
}

/** Without an `enum` every value may be given: adding one takes values away, dropping it adds them. */
function* enumChanges(what: string, from: Variable['enum'], to: Variable['enum']): Generator<ContractChange> {
  if (from === undefined && to === undefined) return;
  if (from === undefined) yield { bump: 'major', text: `${what} takes only ${to?.map(show).join(', ')} now` };
  else if (to === undefined) yield { bump: 'minor', text: `${what} takes any value now` };
  else {
    for (const value of from.filter(old => !to.some(now => isSameJson(old, now)))) {
      yield { bump: 'major', text: `${what} no longer takes ${show(value)}` };
    }
    for (const value of to.filter(now => !from.some(old => isSameJson(old, now)))) {
      yield { bump: 'minor', text: `${what} takes ${show(value)} as well` };
    }
  }
}

function* formatChanges(from: Prompt, to: Prompt): Generator<ContractChange> {
  if (from.responseFormat !== to.responseFormat) {
    yield {
      bump: 'major',
      text: `response format changed from ${from.responseFormat} to ${to.responseFormat}`,
    };
  }
  yield* outputChanges(from.jsonSchema, to.jsonSchema);
}

function* toolChanges(from: Prompt, to: Prompt): Generator<ContractChange> {
  const before = toolsByName(from.tools);
  const after = toolsByName(to.tools);
  for (const name of before.keys()) {
    if (!after.has(name)) yield { bump: 'major', text: `tool "${name}" removed` };
  }
  for (const [name, tool] of after) {
    const old = before.get(name);
    if (old === undefined) yield { bump: 'major', text: `tool "${name}" added` };
    else if (!isSameJson(withoutToolAnnotations(old), withoutToolAnnotations(tool))) {
      yield { bump: 'major', text: `tool "${name}" changed` };
    } else if (!isSameJson(old, tool)) {
      yield { bump: 'patch', text: `description of tool "${name}" changed` };
    }
  }
  if (!isSameJson(from.toolChoice, to.toolChoice)) {
    yield {
      bump: 'major',
      text: `tool choice changed from ${show(from.toolChoice)} to ${show(to.toolChoice)}`,
    };
  }
}

/** By function name; a tool without one, or a second of a name, goes by its place. */
function toolsByName(tools: readonly JsonObject[] = []): ReadonlyMap<string, JsonObject> {
  const named = new Map<string, JsonObject>();
  tools.forEach((tool, index) => {
    const name = isJsonObject(tool.function) ? tool.function.name : undefined;
    named.set(typeof name === 'string' && !named.has(name) ? name : `#${index + 1}`, tool);
  });
  return named;
}

function withoutToolAnnotations(tool: JsonObject): JsonValue {
  if (!isJsonObject(tool.function)) return tool;
  const { description: _, parameters, ...rest } = tool.function;
  return {
    ...tool,
    function: { ...rest, ...(parameters !== undefined && { parameters: withoutAnnotations(parameters) }) },
  };
}

function* targetChanges(from: Target, to: Target): Generator<ContractChange> {
  if (from.model !== to.model) {
    yield { bump: 'minor', text: `model changed from ${from.model ?? 'none'} to ${to.model ?? 'none'}` };
  }
  const before: Readonly<Record<string, JsonValue | undefined>> = { ...from.parameters };
  const after: Readonly<Record<string, JsonValue | undefined>> = { ...to.parameters };
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isSameJson(before[name], after[name])) continue;
    yield { bump: 'minor', text: `${name} changed from ${show(before[name])} to ${show(after[name])}` };
  }
}

function* wordingChanges(from: Prompt, to: Prompt): Generator<ContractChange> {
  for (const { what, text } of diffPrompts(from, to)) if (what === 'message') yield { bump: 'patch', text };
  if (from.template !== to.template) {
    yield { bump: 'patch', text: `templates are read as ${to.template} instead of ${from.template}` };
  }
}

function typeName({ type, items }: Variable): string {
  return items === undefined ? type : `${type} of ${items}`;
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
