import { messageOf, PromptgateError } from '../errors.ts';
import { contractOf } from './contract.ts';
import {
  isPlaceholder,
  type JsonValue,
  type Message,
  type Prompt,
  type Role,
  type Variable,
} from './prompt.ts';
import { parseTemplate, walkTemplate, type Template, type TemplateNode } from './template.ts';
import { holder, isGiven, member, own, type Scope } from './scope.ts';
import { describeType, typeMismatch } from './valueType.ts';

/** A message as a model takes it. Inserted messages may carry more than text. */
export interface RenderedMessage {
  readonly role: Role;
  readonly content: JsonValue;
  readonly [key: string]: JsonValue | undefined;
}

export interface RenderOptions {
  /** Told of values that no variable asks for, and of nothing else. */
  readonly onWarning?: (message: string) => void;
}

/** What a caller gives. Null and undefined are the same: no value. */
export type Values = Readonly<Record<string, JsonValue | undefined>>;
type Renderable = Pick<Prompt, 'messages' | 'variables' | 'template'>;
/** What a template outside of the messages needs of its prompt. */
export type TemplateSetting = Pick<Prompt, 'template' | 'variables'>;
/** A prompt that is read once and filled in many times. */
export type Renderer = (values: Values, options?: RenderOptions) => readonly RenderedMessage[];

/**
 * Fills in values in one pass: a value is never read as template, nor is an inserted message.
 * Only a variable declared optional may leave nothing behind; any other without a value is an error.
 * @throws PromptgateError `missing-variable`, `wrong-type`, `unknown-include` or `template-syntax`
 */
export function render(
  prompt: Renderable,
  values: Values,
  options: RenderOptions = {},
): readonly RenderedMessage[] {
  let renderer = renderers.get(prompt);
  if (!renderer) {
    renderer = compile(prompt);
    renderers.set(prompt, renderer);
  }
  return renderer(values, options);
}

/** Prompts are never changed in place, so that what was read from one stays true. */
const renderers = new WeakMap<Renderable, Renderer>();

/**
 * Reads the templates of a prompt once, for many calls.
 * @throws PromptgateError `unknown-include` or `template-syntax`
 */
export function compile(prompt: Renderable): Renderer {
  const parts = prompt.messages.map(message =>
    isPlaceholder(message)
      ? message
      : { role: message.role, template: readTemplate(message.content, prompt.template) },
  );
  const contract = contractOf(
    parts.flatMap(part => ('template' in part ? [part.template] : [])),
    parts.flatMap(part => ('placeholder' in part ? [part.placeholder] : [])),
    prompt.variables,
  );
  const declared = Object.entries(prompt.variables);
  const known = new Set(Object.keys(contract));
  for (const part of parts) {
    if ('placeholder' in part) known.add(part.placeholder);
    else for (const name of headNames(part.template)) known.add(name);
  }

  return (values, options = {}) => {
    const run = new Run(values, prompt.variables);
    for (const [name, variable] of declared) run.checkDeclared(name, variable);
    const rendered: RenderedMessage[] = [];
    for (const [index, part] of parts.entries()) {
      run.message = index;
      if ('placeholder' in part) {
        for (const message of run.inserted(part.placeholder)) rendered.push(message);
      } else {
        rendered.push({ role: part.role, content: run.write(part.template.nodes, undefined) });
      }
    }
    run.throwMissing(prompt.messages);
    if (options.onWarning) {
      for (const [name, value] of Object.entries(values)) {
        if (isGiven(value) && !known.has(name)) {
          options.onWarning(`No variable is called "${name}"; the value given for it is not used.`);
        }
      }
    }
    return rendered;
  };
}

/**
 * One template alone, for evaluators; read once for many values. What is declared and has no value is its default or,
 * if optional, nothing; any other missing name is an error, as in `render`.
 * @throws PromptgateError `unknown-include` or `template-syntax`; with values as `render`
 */
export function compileText(source: string, prompt: TemplateSetting): (values: Values) => string {
  const { nodes } = readTemplate(source, prompt.template);
  return values => {
    const run = new Run(values, prompt.variables);
    const text = run.write(nodes, undefined);
    run.throwMissing([]);
    return text;
  };
}

function readTemplate(source: string, mode: Prompt['template']): Template {
  const template = parseTemplate(source, mode);
  const [problem] = template.problems;
  if (problem) {
    const { message, start, end } = problem;
    throw new PromptgateError('template-syntax', `The template cannot be read: ${message}`, {
      data: { start, end },
    });
  }
  for (const { node } of walkTemplate(template.nodes)) {
    if (node.kind !== 'include') continue;
    throw new PromptgateError(
      'unknown-include',
      `"{{> ${node.name}}}" includes another prompt, which is not possible yet. Put its text here instead.`,
      { data: { name: node.name } },
    );
  }
  return template;
}

function* headNames({ nodes }: Template): Generator<string> {
  for (const { node } of walkTemplate(nodes)) {
    if (node.kind === 'variable' || node.kind === 'section') yield node.path[0] ?? node.name;
  }
}

/** One call: its values, and which of them were missing where. */
class Run {
  readonly #values: Values;
  readonly #declared: Prompt['variables'];
  readonly #missing = new Map<string, Set<number>>();
  /** Index of the message that is being written. */
  message = 0;

  constructor(values: Values, declared: Prompt['variables']) {
    this.#values = values;
    this.#declared = declared;
  }

  checkDeclared(name: string, variable: Variable): void {
    const given = own(this.#values, name);
    if (!isGiven(given)) {
      if (variable.required && variable.default === undefined) this.#note(name, undefined);
      return;
    }
    const wrong = typeMismatch(given, variable);
    if (!wrong) return;
    throw new PromptgateError('wrong-type', `Variable "${name}": ${wrong}.`, {
      data: { name, expected: describeType(variable) },
    });
  }

  write(nodes: readonly TemplateNode[], scope: Scope | undefined): string {
    let text = '';
    for (const node of nodes) {
      if (node.kind === 'text') text += node.text;
      else if (node.kind === 'variable') text += this.#text(node, scope);
      else if (node.kind === 'section') text += this.#section(node, scope);
    }
    return text;
  }

  inserted(name: string): readonly RenderedMessage[] {
    const given = this.#top(name);
    if (!isGiven(given)) {
      if (!this.#isOptional(name)) this.#note(name, this.message);
      return [];
    }
    const wrong = typeMismatch(given, { type: 'messages' });
    if (!wrong) return given as readonly RenderedMessage[];
    throw new PromptgateError('wrong-type', `Messages for placeholder "${name}": ${wrong}.`, {
      data: { name, expected: 'messages' },
    });
  }

  throwMissing(messages: readonly Message[]): void {
    if (this.#missing.size === 0) return;
    const names = [...this.#missing].map(([name, places]) => {
      const where = [...places].flatMap(index => {
        const message = messages[index];
        if (!message) return [];
        return `message ${index + 1}, ${isPlaceholder(message) ? 'placeholder' : message.role}`;
      });
      return where.length === 0 ? `"${name}"` : `"${name}" (${where.join('; ')})`;
    });
    throw new PromptgateError(
      'missing-variable',
      `No value for ${names.join(', ')}. Give one, or declare the variable with a default or "required: false".`,
      { data: { missing: [...this.#missing.keys()] } },
    );
  }

  #text(node: Extract<TemplateNode, { kind: 'variable' }>, scope: Scope | undefined): string {
    const value = this.#lookup(node.path, scope);
    if (value === undefined || value === null) {
      const [head = ''] = node.path;
      const top = holder(head, scope) === undefined ? this.#top(head) : null;
      if (top === undefined && this.#isOptional(head)) return '';
      this.#note(node.name, this.message);
      return '';
    }
    if (typeof value === 'string') return value;
    try {
      const json: string | undefined = JSON.stringify(value);
      if (json !== undefined && (typeof value !== 'number' || Number.isFinite(value))) return json;
    } catch (error) {
      throw new PromptgateError('wrong-type', `Variable "${node.name}": ${messageOf(error)}`, {
        cause: error,
        data: { name: node.name },
      });
    }
    throw new PromptgateError(
      'wrong-type',
      `Variable "${node.name}": expected a JSON value, got ${String(value)}.`,
      { data: { name: node.name } },
    );
  }

  #section(node: Extract<TemplateNode, { kind: 'section' }>, scope: Scope | undefined): string {
    const value = this.#lookup(node.path, scope);
    const isEmpty = !value || (Array.isArray(value) && value.length === 0);
    if (node.inverted) return isEmpty ? this.write(node.children, scope) : '';
    if (isEmpty) return '';
    if (!Array.isArray(value)) return this.write(node.children, { value, outer: scope });
    let text = '';
    for (const item of value) text += this.write(node.children, { value: item, outer: scope });
    return text;
  }

  #lookup(path: readonly string[], scope: Scope | undefined): JsonValue | undefined {
    const [head = ''] = path;
    if (head === '.') return scope?.value;
    const around = holder(head, scope);
    let value = around === undefined ? this.#top(head) : own(around, head);
    for (let index = 1; index < path.length && isGiven(value); index += 1) {
      value = member(value, path[index] ?? '');
    }
    return value;
  }

  /** A caller's value or the default; undefined if there is neither. */
  #top(name: string): JsonValue | undefined {
    const given = own(this.#values, name);
    return isGiven(given) ? given : own(this.#declared, name)?.default;
  }

  #isOptional(name: string): boolean {
    return own(this.#declared, name)?.required === false;
  }

  #note(name: string, message: number | undefined): void {
    const places = this.#missing.get(name) ?? new Set();
    if (message !== undefined) places.add(message);
    this.#missing.set(name, places);
  }
}
