import assert from 'node:assert/strict';
import { PromptgateError } from '../../src/errors.ts';
import { evaluateVersion, evaluateWorkingCopy } from '../../src/project/evaluate.ts';
import { asServedOn, planPromoteOf, planRemoveLabelOf, planRollbackOf } from '../../src/project/move.ts';
import type { Project } from '../../src/project/project.ts';
import { planPublishOf, planRollbackAsNewVersion } from '../../src/project/publish.ts';
import { standingOf } from '../../src/project/standing.ts';
import { findVersion } from '../../src/project/versions.ts';
import { findWorkingCopy } from '../../src/project/workingCopy.ts';
import { pointerText } from '../../src/registry/label.ts';
import { applyMove } from '../../src/registry/move.ts';
import { applyRemoveLabel } from '../../src/registry/removeLabel.ts';
import { applyPublish } from '../../src/registry/publish.ts';
import { makeWorkspace, type TestWorkspace } from './workspace.ts';

const id = 'shop/hello';
const file = 'prompts/shop/hello.prompt.yml';
const promptText = (greeting: string, rows = 'rows.jsonl') => `model: fast
variables: { name: { type: string } }
messages:
  - { role: user, content: "${greeting} {{name}}" }
testData:
  - { id: ana, name: Ana, expected: Ana }
datasets: [${rows}]
evaluators:
  - { name: says the name, uses: promptgate/contains }
`;

const scripted = `version: 1
prompts: [{ root: prompts, include: "**/*.prompt.yml" }]
providers: { openai: { scripted: answers.yml } }
models: { fast: openai/gpt-5.4-mini, other: openai/gpt-5.4 }
`;

describe('releasing a working copy', () => {
  let workspace: TestWorkspace;
  let project: Project;
  beforeEach(async () => {
    workspace = await makeWorkspace({
      'promptgate.yml': scripted,
      'answers.yml':
        'answers:\n  - { when: { contains: Ana }, reply: Hello Ana }\n  - { when: { contains: Ben }, reply: Hello Ben }\n  - { when: { contains: Bye }, reply: Go away }\n',
      [file]: promptText('Greet'),
      'prompts/shop/rows.jsonl': '{"id":"ben","name":"Ben","expected":"Ben"}\n',
      '.promptgate/policy.yml':
        'version: 1\nlabels:\n  staging: { gate: required }\n  production: { gate: required, after: staging, protected: true }\n',
    });
    project = workspace.project;
  });
  afterEach(() => workspace.remove());

  const copy = () => findWorkingCopy(project, id);
  const publish = async (message = 'test', override?: string) => {
    const plan = await planPublishOf(project, await copy(), { message, override });
    await applyPublish(project.store, plan);
    return plan;
  };
  const evaluate = async () => evaluateWorkingCopy(project, await copy());
  const promote = async (version: string, label: string, options = {}) => {
    const plan = await planPromoteOf(project, id, version, label, { confirm: id, ...options });
    await applyMove(project.store, plan);
    return plan;
  };

  it('is refused without evidence, and done with it', async () => {
    const refused = await planPublishOf(project, await copy(), { message: 'first' });
    assert.deepEqual(
      refused.refusals.map(({ rule }) => rule),
      ['gate'],
    );
    assert.equal(refused.gate.outcome, 'missing');
    await evaluate();
    const plan = await publish('first');
    assert.equal(plan.version, '1.0.0');
    const version = await findVersion(project, id);
    assert.equal(version?.source, promptText('Greet'));
    assert.equal(version?.datasets.length, 1);
  });

  it('needs evidence of just these rows: an edited dataset makes it stale', async () => {
    await evaluate();
    await workspace.write('prompts/shop/rows.jsonl', '{"id":"ben","name":"Ben","expected":"Benjamin"}\n');
    const plan = await planPublishOf(project, await copy(), { message: 'x' });
    assert.equal(plan.gate.outcome, 'stale');
  });

  it('may be overridden with a reason, and a gated label still takes only evidence', async () => {
    await publish('urgent', 'the provider is down');
    const refused = await planPromoteOf(project, id, '1.0.0', 'staging');
    assert.deepEqual(
      refused.refusals.map(({ rule }) => rule),
      ['gate'],
    );
    const version = await findVersion(project, id, '1.0.0');
    assert.ok(version);
    await evaluateVersion(project, version);
    await promote('1.0.0', 'staging');
    assert.equal((await project.store.readState(id)).labels['staging']?.version, '1.0.0');
  });

  it('goes to production after staging, confirmed, and back', async () => {
    await evaluate();
    await publish();
    const early = await planPromoteOf(project, id, '1.0.0', 'production');
    assert.deepEqual(
      early.refusals.map(({ rule }) => rule),
      ['after', 'protected'],
    );
    await assert.rejects(
      applyMove(project.store, early),
      (error: PromptgateError) => error.code === 'refused',
    );
    await promote('1.0.0', 'staging');
    await promote('1.0.0', 'production');

    await workspace.write(file, promptText('Welcome'));
    await evaluate();
    assert.equal((await publish()).version, '1.0.1');
    await promote('1.0.1', 'staging');
    await promote('1.0.1', 'production');
    const back = await planRollbackOf(project, id, 'production');
    assert.equal(back.to, '1.0.0');
    await applyMove(project.store, back);
    assert.equal((await findVersion(project, id, 'production'))?.version, '1.0.0');

    const again = await planRollbackAsNewVersion(project, id, 'staging', { message: 'the old words' });
    assert.deepEqual([again.version, again.refusals], ['1.0.2', []]);
  });

  it('asks for evidence of the model that the label would serve', async () => {
    await evaluate();
    await publish();
    const swapped = await planPromoteOf(project, id, '1.0.0', 'staging', { model: 'other' });
    assert.equal(swapped.gate?.outcome, 'stale');
    const version = await findVersion(project, id);
    assert.ok(version);
    await evaluateVersion(project, version, { model: 'other' });
    await promote('1.0.0', 'staging', { model: 'other' });
    assert.equal((await project.store.readState(id)).labels['staging']?.model, 'openai/gpt-5.4');
  });

  it('undoes a swap of the model alone, and says then that nothing was before', async () => {
    await workspace.write('.promptgate/policy.yml', 'version: 1\notherLabels: { gate: off }\n');
    await evaluate();
    await publish();
    await promote('1.0.0', 'beta');
    await promote('1.0.0', 'beta', { model: 'other' });
    const plan = await planRollbackOf(project, id, 'beta');
    assert.equal(pointerText(plan.before, plan.pointer), '1.0.0 with openai/gpt-5.4');
    assert.equal(pointerText(plan.pointer, plan.before), '1.0.0 with its own model');
    await applyMove(project.store, plan);
    assert.equal((await project.store.readState(id)).labels['beta']?.model, undefined);
    await assert.rejects(planRollbackOf(project, id, 'beta'), { code: 'nothing-before' });
  });

  it('stands at the gate as publishing does: a row that passed in the last version must pass again', async () => {
    await workspace.write('.promptgate/policy.yml', 'version: 1\notherLabels: { passRate: 0.5 }\n');
    await evaluate();
    await publish();
    await workspace.write(
      'answers.yml',
      'answers:\n  - { when: { contains: Ana }, reply: Hello Ana }\n  - { when: { contains: Ben }, reply: Who }\n',
    );
    await workspace.write(file, promptText('Welcome'));
    await evaluate();
    const planned = (await planPublishOf(project, await copy(), { message: 'x' })).gate;
    const { gate } = await standingOf(project, id, await copy());
    assert.deepEqual([planned.outcome, planned.broken], ['fail', ['ben']]);
    assert.deepEqual(gate, planned);
  });

  it('does not say that a label served nothing else when it is back on its first version', async () => {
    await workspace.write('.promptgate/policy.yml', 'version: 1\notherLabels: { gate: off }\n');
    await evaluate();
    await publish();
    await workspace.write(file, promptText('Welcome'));
    await publish('x', 'urgent');
    await promote('1.0.0', 'beta');
    await promote('1.0.1', 'beta');
    await applyMove(project.store, await planRollbackOf(project, id, 'beta'));
    await assert.rejects(planRollbackOf(project, id, 'beta'), {
      message:
        'beta of shop/hello is on 1.0.0, before which it served nothing: there is nothing to roll back to.',
    });
  });

  it('takes evidence on the rows of today where the policy says so', async () => {
    await workspace.write(
      '.promptgate/policy.yml',
      'version: 1\nlabels:\n  staging: { gate: required, suite: current }\n',
    );
    await evaluate();
    await publish();
    await workspace.write(file, promptText('Greet').replace('expected: Ana }', 'expected: Hello }'));
    const stale = await planPromoteOf(project, id, '1.0.0', 'staging');
    assert.equal(stale.gate?.outcome, 'stale');
    assert.match(stale.refusals[0]?.nextStep ?? '', /--suite current$/);
    const version = await findVersion(project, id);
    assert.ok(version);
    await evaluateVersion(project, version);
    assert.equal((await planPromoteOf(project, id, '1.0.0', 'staging')).gate?.outcome, 'stale');
    await evaluateVersion(project, version, await asServedOn(project, version, 'staging'));
    await promote('1.0.0', 'staging');
  });

  it('keeps the report of the working copy when a version is evaluated, or only some rows are', async () => {
    await evaluate();
    await publish();
    await workspace.write(file, promptText('Welcome'));
    const report = await evaluate();
    const version = await findVersion(project, id);
    assert.ok(version);
    await evaluateVersion(project, version);
    await evaluateWorkingCopy(project, await copy(), { only: new Set(['ana']) });
    assert.deepEqual((await project.latestReport(id))?.digests, report.digests);
    assert.equal((await project.latestReport(id))?.rows.length, 2);
  });

  it('takes no canned answers for a real model', async () => {
    await evaluate();
    await workspace.write(
      'promptgate.yml',
      scripted.replace('{ scripted: answers.yml }', '{ baseURL: "http://127.0.0.1:1/v1" }'),
    );
    project = await workspace.reopen();
    const plan = await planPublishOf(project, await copy(), { message: 'x' });
    assert.equal(plan.gate.outcome, 'missing');
  });

  it('refuses a row that passed with what is served now and fails now', async () => {
    await evaluate();
    await publish();
    await workspace.write(file, promptText('Bye'));
    await workspace.write(
      'answers.yml',
      'answers:\n  - { when: { contains: Bye Ben }, reply: Go }\n  - { when: { contains: Ana }, reply: Hello Ana }\n',
    );
    project = await workspace.reopen();
    const report = await evaluate();
    assert.deepEqual(report.counts, { passed: 1, failed: 1, errored: 0, skipped: 0 });
    const plan = await planPublishOf(project, await copy(), { message: 'x' });
    assert.equal(plan.gate.outcome, 'fail');
    assert.deepEqual(plan.gate.broken, ['ben']);
  });

  it('says how a prompt stands', async () => {
    assert.equal((await standingOf(project, id, await copy())).notLive, undefined);
    await evaluate();
    await publish();
    assert.equal((await standingOf(project, id, await copy())).isPublished, true);
    await workspace.write(file, promptText('Welcome'));
    const standing = await standingOf(project, id, await copy());
    assert.equal(standing.notLive?.length, 1);
    assert.equal(standing.isPublished, false);
    assert.equal(standing.gate?.outcome, 'stale');
  });

  it('says of the gate what publishing would say, by the pass rates of the policy', async () => {
    await workspace.write('answers.yml', 'answers:\n  - { when: { contains: Ana }, reply: Hello Ana }\n');
    await workspace.write('.promptgate/policy.yml', 'version: 1\notherLabels: { passRate: 0.5 }\n');
    await workspace.write('prompts/shop/rows.jsonl', '{"id":"bea","name":"Ana","expected":"Bea"}\n');
    const gates = async () => {
      const { gate } = await planPublishOf(project, await copy(), { message: 'x' });
      return [gate.outcome, (await standingOf(project, id, await copy())).gate?.outcome];
    };
    await evaluate();
    assert.deepEqual(await gates(), ['pass', 'pass']);
    await workspace.write('.promptgate/policy.yml', 'version: 1\n');
    await workspace.write(file, `${promptText('Greet')}gate: { passRate: 0.5 }\n`);
    assert.deepEqual(await gates(), ['fail', 'fail']);
    await workspace.write('.promptgate/policy.yml', 'version: 2\n');
    const { gate } = await standingOf(project, id, await copy());
    assert.equal(gate?.outcome, 'undecided');
    assert.match(gate?.text ?? '', /policy\.yml is for a newer Promptgate/);
  });

  it('takes no other rows for those of today while these cannot be read whole', async () => {
    await workspace.write(
      '.promptgate/policy.yml',
      'version: 1\nlabels:\n  staging: { gate: required, suite: current }\n',
    );
    await evaluate();
    await publish();
    const version = await findVersion(project, id);
    assert.ok(version);
    const broken = promptText('Greet').replace('messages:', 'messages: [');
    for (const [text, reason] of [
      [broken, /cannot be read whole/],
      [promptText('Greet', 'gone.jsonl'), /gone\.jsonl.*there is no such file/],
    ] as const) {
      await workspace.write(file, text);
      const refused = { code: 'not-evaluable', message: reason };
      await assert.rejects(planPromoteOf(project, id, '1.0.0', 'staging'), refused);
      await assert.rejects(asServedOn(project, version, 'staging'), refused);
      await assert.rejects(evaluateVersion(project, version, { suiteOf: await copy() }), refused);
    }
  });

  it('removes a label, a protected one only when confirmed', async () => {
    await evaluate();
    await publish();
    await promote('1.0.0', 'staging');
    const plan = await planRemoveLabelOf(project, id, 'staging');
    await applyRemoveLabel(project.store, plan);
    assert.deepEqual((await project.store.readState(id)).labels, {});
    assert.deepEqual(
      (await planRemoveLabelOf(project, id, 'nowhere')).refusals.map(({ rule }) => rule),
      ['bad-label'],
    );
  });

  it('knows the names that were meant', async () => {
    await assert.rejects(findWorkingCopy(project, 'shop/helo'), /Did you mean shop\/hello\?/);
    await assert.rejects(
      planRollbackOf(project, id, 'production'),
      (error: PromptgateError) => error.code === 'unknown-prompt',
    );
    await evaluate();
    await publish();
    await assert.rejects(
      planPromoteOf(project, id, '9.9.9', 'staging'),
      /has no version 9\.9\.9\. Published: 1\.0\.0\./,
    );
    await promote('1.0.0', 'staging');
    await assert.rejects(planRollbackOf(project, id, 'staging'), /has only ever served 1\.0\.0/);
    await assert.rejects(planRollbackOf(project, id, 'constructor'), /has no label "constructor"/);
  });

  it('does not evaluate or publish a file that cannot be read whole', async () => {
    await workspace.write(file, promptText('Greet').replace('messages:', 'messages: ['));
    await assert.rejects(evaluate(), { code: 'not-evaluable', message: /[^.]\. Mend the file first\.$/ });
    await assert.rejects(publish(), { code: 'not-evaluable', message: /cannot be published: .*[^.]\.$/ });
  });
});
