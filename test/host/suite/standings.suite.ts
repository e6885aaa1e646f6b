import { openLibrary, type Library } from './library.ts';
import { until } from './evalWindow.ts';

const prompt = (value: string): string => `model: openai/gpt-5.4-mini
messages:
  - { role: user, content: Greet me. }
testData:
  - { id: only }
evaluators:
  - { name: greets, uses: promptgate/contains, with: { value: "${value}" } }
`;

describe('the standing of a prompt', () => {
  let library: Library;
  before(async () => void (library = await openLibrary('standing')));
  after(() => library.close());

  it('is worked out again if something changed while it was worked out for the first time', async () => {
    const { standings, workspace } = library.api;
    await library.write('first', prompt('anything'));
    const project = await library.project();
    const { pathOf } = workspace;
    let begun = 0;
    workspace.pathOf = (...args) => {
      if (args[1] === library.id('first')) begun++;
      return pathOf.apply(workspace, args);
    };
    try {
      const first = standings.compute(project, library.id('first'));
      standings.update(project, library.id('first'));
      await first;
      await until(() => begun === 2, 'it is worked out again');
    } finally {
      workspace.pathOf = pathOf;
    }
  });

  it('follows the runs in this window: a gate that fails, then passes', async () => {
    const { tree, evaluations, standings } = library.api;
    const uri = await library.write('greeting', prompt('never said'));
    const project = await library.project();
    const outcome = (): string | undefined => standings.get(project, library.id('greeting'))?.gate?.outcome;
    await tree.getChildren();
    await until(() => outcome() === 'missing', 'nothing was run yet');
    await evaluations.run({ uri, reason: 'command' });
    await until(() => outcome() === 'fail', 'the gate fails');
    await library.write('greeting', prompt('how can I help'));
    await evaluations.run({ uri, reason: 'command' });
    await until(() => outcome() === 'pass', 'the gate passes');
  });
});
