import { isAbsolute, relative, resolve, sep } from 'node:path';
import { idFromPath } from '../prompt/id.ts';
import type { Project } from './project.ts';

/** Where the working copy of an id belongs: below the first folder of `prompts:`. */
export function newPromptPath(project: Project, id: string): string {
  return resolve(project.root, project.config.prompts[0]?.root ?? '.', ...`${id}.prompt.yml`.split('/'));
}

/** A small whole prompt to start from: two variables, two rows, one evaluator. It lints clean. */
export function newPromptText(project: Project, id: string): string {
  const needsId = idFromPath(`${id}.prompt.yml`) !== id;
  const lines = [
    ...(needsId ? [`id: ${id}`] : []),
    `name: ${titleOf(id)}`,
    `description: What this prompt is for, in one sentence`,
    `model: ${Object.keys(project.config.models)[0] ?? `${project.config.defaultProvider}/gpt-5.4-mini`}`,
    `variables:`,
    `  question: { type: string, description: What the user asks, untrusted: true }`,
    `  tone: { type: string, enum: [warm, formal], default: warm }`,
    `messages:`,
    `  - role: system`,
    `    content: "You answer briefly. Tone: {{tone}}."`,
    `  - role: user`,
    `    content: "{{question}}"`,
    `testData:`,
    `  - id: greeting`,
    `    question: Hello, who are you?`,
    `  - id: formal`,
    `    question: What can you do for me?`,
    `    tone: formal`,
    `evaluators:`,
    `  - name: says something`,
    `    uses: promptgate/regex`,
    `    with: { value: "\\\\w+" }`,
  ];
  return `${lines.join('\n')}\n`;
}

/** `support/refund-status` → `Refund status`. */
function titleOf(id: string): string {
  const words = id.slice(id.indexOf('/') + 1).replaceAll(/[-_]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The service that a folder stands for, to start an id with: `support/`. */
export function servicePrefix(project: Project, folder: string): string {
  for (const { root } of project.config.prompts) {
    const inside = relative(resolve(project.root, root), folder);
    if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') continue;
    return `${idFromPath([...inside.split(sep), 'x.prompt.yml'].join('/')).split('/')[0]}/`;
  }
  return '';
}
