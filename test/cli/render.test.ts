import assert from 'node:assert/strict';
import { projectFiles, refundFile, TestProject } from './cli.ts';

describe('promptgate render', () => {
  let project: TestProject;
  beforeEach(() => (project = new TestProject(projectFiles)));
  afterEach(() => project.dispose());

  it('shows the messages that a model would get', async () => {
    const { code, stdout } = await project.run('render support/refund --var "question=Where is {{it}}?"');
    assert.equal(code, 0);
    assert.equal(stdout, '── system\nYou answer for Acme.\n\n── user\nWhere is {{it}}?\n');
  });

  it('takes values from a row, then a file, then flags', async () => {
    project.write({ 'values.json': '{"question": "from the file"}' });
    const content = async (line: string): Promise<string> =>
      (await project.json(`render ${refundFile} ${line}`)).document.data.messages[1].content as string;
    assert.equal(await content('--row late-delivery'), 'Where is my parcel?');
    assert.equal(await content('--row late-delivery --vars values.json'), 'from the file');
    assert.equal(await content('--row late-delivery --vars values.json --var question=flag'), 'flag');
  });

  it('reads a value by the type of its variable', async () => {
    project.write({
      'prompts/a/b.prompt.yml':
        'variables: { items: { type: array } }\nmessages: [{ role: user, content: "{{#items}}<{{.}}>{{/items}}" }]\n',
    });
    const { document } = await project.json('render a/b --var "items=[1,2]"');
    assert.equal(document.data.messages[0].content, '<1><2>');
    const { code, stderr } = await project.run('render a/b --var items=one');
    assert.equal(code, 2);
    assert.match(stderr, /"items" is declared as array; give its value as JSON/);
  });

  it('ends with 2 when a variable, row or file is missing', async () => {
    for (const [line, message] of [
      ['render support/refund', /question/],
      ['render support/refund --row nope', /no row "nope"\. Rows: late-delivery, refund-twice/],
      ['render support/refund --vars none.json', /Cannot read values from none\.json/],
      ['render support/refund --var question', /--var name=value/],
    ] as const) {
      const { code, stderr } = await project.run(line);
      assert.equal(code, 2, line);
      assert.match(stderr, message);
    }
  });

  it('takes no value for declared because every object has something of its name', async () => {
    const { code, stderr } = await project.run(
      'render support/refund --row late-delivery --var constructor=x',
    );
    assert.equal(code, 0);
    assert.match(stderr, /No variable is called "constructor"/);
  });

  it('renders no file that cannot be read whole, whatever lint passes over', async () => {
    project.write({
      'prompts/a/half.prompt.yml':
        '# promptgate-ignore invalid-value: later\nmessages: [{ role: user, content: hi }, { role: usr, content: x }]\n',
    });
    const { code, stdout, stderr } = await project.run('render a/half');
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /a\/half cannot be read whole: .*usr/);
  });

  it('warns of a value that nothing asks for', async () => {
    const { code, stderr, document } = await project.json(
      'render support/refund --row late-delivery --var colour=red',
    );
    assert.equal(code, 0);
    assert.match(stderr, /warning: .*colour/);
    assert.equal(document.problems[0]?.severity, 'warning');
  });
});
