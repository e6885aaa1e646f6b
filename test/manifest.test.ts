import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

interface Step {
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
    readonly viewsContainers: { readonly activitybar: readonly { readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly contents: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
    readonly grammars: readonly { readonly path: string }[];
    readonly yamlValidation?: readonly { readonly url: string }[];
  };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const { contributes } = manifest;
const commands = contributes.commands.map(({ command }) => command);
const sources = globSync('src/extension/*.ts', { cwd: root }).map(read);
const source = sources.join('\n');

describe('package.json', () => {
  it('has just the commands of the table, each with a handler', () => {
    const table = Array.from(
      read('src/extension/commandTable.ts').matchAll(/'(promptgate\.\w+)': \{ palette/g),
      found => found[1],
    );
    assert.deepEqual(commands.toSorted(), table.toSorted());
    const handlers = new Set(
      Array.from(source.matchAll(/registerCommand\(\s*\w+,\s*'([\w.]+)'/g), found => found[1]),
    );
    assert.deepEqual(
      commands.filter(command => !handlers.has(command)),
      [],
    );
  });

  it('names commands as `Promptgate: Verb Noun`', () => {
    for (const { title, category } of contributes.commands) {
      assert.equal(category, 'Promptgate');
      assert.match(title, /^[A-Z]\w+( [A-Za-z]+)*…?$/, title);
    }
  });

  it('hides from the palette just the commands that need something to start from', () => {
    const table = read('src/extension/commandTable.ts');
    const hidden = Array.from(table.matchAll(/'(promptgate\.\w+)': \{ palette: false/g), found => found[1]);
    const never = (contributes.menus['commandPalette'] ?? []).filter(({ when }) => when === 'false');
    assert.deepEqual(never.map(({ command }) => command).toSorted(), hidden.toSorted());
  });

  it('has menus of existing commands, each in a group', () => {
    for (const [menu, items] of Object.entries(contributes.menus)) {
      for (const { command, group } of items) {
        if (command?.startsWith('promptgate.')) assert.ok(commands.includes(command), `${menu}: ${command}`);
        if (menu !== 'commandPalette') assert.ok(group, `${menu}: ${command} has no group`);
      }
    }
  });

  it('shows at most two icons on a tree item and one in the title of an editor', () => {
    const inline = (contributes.menus['view/item/context'] ?? []).filter(({ group }) =>
      group?.startsWith('inline'),
    );
    for (const items of Map.groupBy(inline, ({ when }) => when).values()) assert.ok(items.length <= 2);
    const title = (contributes.menus['editor/title'] ?? []).filter(({ group }) =>
      group?.startsWith('navigation'),
    );
    assert.equal(new Set(title.map(({ when }) => when)).size, title.length);
  });

  it('asks `when` clauses only for context keys that somebody sets', () => {
    const known = Array.from(
      read('src/extension/contextKeys.ts').matchAll(/'(promptgate\.\w+)':/g),
      found => found[1],
    );
    const views = ['promptgate.prompts', 'promptgate.start'];
    for (const [, key] of JSON.stringify(contributes).matchAll(/"when":"([^"]*)"/g)) {
      for (const [name] of key?.matchAll(/promptgate\.\w+/g) ?? []) {
        assert.ok(known.includes(name) || views.includes(name), `${name} in ${key}`);
      }
    }
  });

  it('has just the settings that are read, with the same defaults', async () => {
    const table = read('src/extension/settings.ts');
    const defaults = table.slice(table.indexOf('settingDefaults'));
    for (const [name, { default: value }] of Object.entries(contributes.configuration.properties)) {
      const written = new RegExp(`'${name.replaceAll('.', '\\.')}': (.+),\\n`).exec(defaults)?.[1];
      assert.ok(written, `${name} is not in the table of settings`);
      assert.equal(written.replaceAll("'", '"'), JSON.stringify(value), name);
      const uses = source.split(`'${name}'`).length - 1;
      assert.ok(uses > 2, `${name} is never read`);
    }
    const inTable = Array.from(defaults.matchAll(/'(promptgate\.[\w.]+)':/g), found => found[1]);
    assert.deepEqual(Object.keys(contributes.configuration.properties).toSorted(), inTable.toSorted());
  });

  it('names only files that are there', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.grammars.map(grammar => grammar.path),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
      ...(contributes.yamlValidation ?? []).map(({ url }) => url),
    ];
    for (const file of files) assert.ok(existsSync(path.join(root, file)), file);
  });

  it('links to existing commands, in welcome views and in a walkthrough of five steps', () => {
    const steps = contributes.walkthroughs.flatMap(walkthrough => walkthrough.steps);
    assert.equal(steps.length, 5);
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...steps.map(({ description }) => description),
    ];
    for (const text of texts) {
      for (const [, command = ''] of text.matchAll(/\(command:([\w.]+)\)/g)) {
        const isOurs = command.startsWith('promptgate.') && command !== 'promptgate.prompts.focus';
        if (isOurs) assert.ok(commands.includes(command), command);
      }
    }
    for (const { media, completionEvents } of steps) {
      assert.ok(media.altText.length > 10);
      assert.ok(completionEvents.length > 0);
    }
  });

  it('draws its pictures in colours of the theme', () => {
    for (const file of globSync('media/walkthrough/*.svg', { cwd: root })) {
      const colours = Array.from(read(file).matchAll(/(?:fill|stroke)="([^"]+)"/g), found => found[1] ?? '');
      assert.deepEqual(
        colours.filter(colour => colour !== 'none' && !colour.startsWith('var(--vscode-')),
        [],
        file,
      );
    }
  });

  it('wakes up for YAML files and folders that have our files, and searches no folder for them', () => {
    for (const event of manifest.activationEvents) assert.doesNotMatch(event, /\*/);
  });
});
