import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mendedPrompt, projectFiles, refundFile, refundPrompt, TestProject } from './cli.ts';

const policy = `version: 1
labels:
  staging: { gate: required }
  production: { gate: required, after: staging, protected: true }
`;

/** A project in which 1.0.0 is on staging and production, and 1.0.1 on staging. */
async function released(): Promise<TestProject> {
  const project = new TestProject({
    ...projectFiles,
    [refundFile]: mendedPrompt,
    '.promptgate/policy.yml': policy,
  });
  const steps = async (...lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      project.now += 3_600_000;
      const { code, stdout, stderr } = await project.run(line);
      assert.equal(code, 0, `${line}\n${stdout}${stderr}`);
    }
  };
  await steps(
    'eval support/refund',
    'publish support/refund -m "First answers"',
    'promote support/refund@1.0.0 staging',
    'promote support/refund@1.0.0 production --confirm support/refund',
  );
  project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, kindly.') });
  await steps(
    'eval support/refund --gate',
    'publish support/refund -m Kinder',
    'promote support/refund@1.0.1 staging --dry-run',
    'promote support/refund@1.0.1 staging',
  );
  project.now += 2 * 86_400_000;
  return project;
}

describe('promptgate publish, promote and rollback', () => {
  let project: TestProject;
  beforeEach(async () => (project = await released()));
  afterEach(() => project.dispose());

  it('shows the plan of a publish and changes nothing on a dry run', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    await project.run('eval support/refund');
    const { code, document } = await project.json('publish support/refund -m Brief --dry-run');
    assert.equal(code, 0);
    assert.equal(document.data.version, '1.0.2');
    assert.equal(document.data.bump, 'patch');
    assert.equal(document.data.released, false);
    assert.equal(document.data.changes.length, 1);
    assert.equal((await project.json('show support/refund')).document.data.versions.length, 2);
  });

  it('publishes with as large a bump as is asked for', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    await project.run('eval support/refund');
    const { code, stdout } = await project.run('publish support/refund -m Brief --bump major');
    assert.equal(code, 0);
    assert.match(stdout, /^support\/refund 2\.0\.0 \(major\)\n/);
    assert.match(stdout, /✓ Published support\/refund 2\.0\.0\n$/);
  });

  it('refuses to publish without evidence and names the rule and the next step', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    const { code, stdout } = await project.run('publish support/refund -m Brief');
    assert.equal(code, 1);
    assert.match(stdout, /Refused: Publish support\/refund 1\.0\.2\n {2}✗ gate: /);
    assert.match(stdout, /Next: promptgate eval support\/refund/);
    const { document } = await project.json('publish support/refund -m Brief');
    assert.equal(document.problems[0]?.code, 'gate');
    assert.ok(document.data.refusals[0].nextStep);
  });

  it('publishes without evidence for a reason, and a gated label does not take it', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    assert.equal((await project.run('publish support/refund -m Brief --override "Outage"')).code, 0);
    const shown = await project.run('show support/refund@1.0.2');
    assert.match(shown.stdout, /not evaluated \(Outage\)/);
    const { code, document } = await project.json('promote support/refund@1.0.2 staging');
    assert.equal(code, 1);
    assert.deepEqual(
      document.problems.map(problem => problem.code),
      ['gate'],
    );
  });

  it('refuses what is already published', async () => {
    const { code, document } = await project.json('publish support/refund -m Again');
    assert.equal(code, 1);
    assert.ok(document.problems.some(problem => problem.code === 'nothing-to-publish'));
  });

  it('refuses a file by its path whose id another file has', async () => {
    project.write({
      'prompts/support/copy.prompt.yml': `id: support/refund\n${mendedPrompt.replace('Acme', 'Acme Ltd')}`,
    });
    for (const path of ['prompts/support/copy.prompt.yml', refundFile]) {
      const { code, stdout } = await project.run(`publish ${path} -m Copy --override x`);
      assert.equal(code, 1);
      assert.match(stdout, /✗ lint: .*(copy|refund)\.prompt\.yml/);
    }
    project.write({
      'prompts/support/copy.prompt.yml': 'messages: []\n',
      [refundFile]: `id: support/refund\n${mendedPrompt.replace('Acme', 'Acme Ltd')}`,
    });
    symlinkSync(join(project.root, 'prompts'), join(project.root, 'linked'));
    const linked = refundFile.replace('prompts', 'linked');
    assert.equal((await project.run(`publish ${linked} -m Same --override x`)).code, 0, 'it is one file');
  });

  it('asks for a message at a terminal, and refuses without one elsewhere', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    await project.run('eval support/refund');
    const refused = await project.json('publish support/refund');
    assert.equal(refused.code, 1);
    assert.ok(refused.document.problems.some(problem => problem.code === 'no-message'));
    const asked = await project.run('publish support/refund', { answers: ['Brief', ''] });
    assert.equal(asked.code, 0);
    assert.match(asked.stderr, /Why.*\n[\s\S]*Publish support\/refund 1\.0\.2\? \[Y\/n\]/);
    assert.match((await project.run('history support/refund')).stdout, /published 1\.0\.2 .*: Brief/);
  });

  it('plan again on what is there when another terminal was faster', async () => {
    const results = await Promise.all(
      ['alpha', 'beta', 'gamma', 'delta'].map(label => project.run(`promote support/refund@1.0.1 ${label}`)),
    );
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0, 0, 0],
      results.map(({ stderr }) => stderr).join(''),
    );
    const { document } = await project.json('list');
    assert.deepEqual(Object.keys(document.data.prompts[0].labels).sort(), [
      'alpha',
      'beta',
      'delta',
      'gamma',
      'production',
      'staging',
    ]);
    assert.equal((await project.run('verify')).code, 0);
  });

  it('goes back one step when two people roll back at once', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    for (const line of [
      'eval support/refund',
      'publish support/refund -m Brief',
      'promote support/refund@1.0.2 staging',
    ])
      assert.equal((await project.run(line)).code, 0);
    const colleague = async (): Promise<string> => {
      assert.equal((await project.run('rollback support/refund staging')).code, 0);
      return 'y';
    };
    const { code, stdout } = await project.run('rollback support/refund staging', { answers: [colleague] });
    assert.equal(code, 1);
    assert.match(stdout, /already-there: staging serves 1\.0\.1 already/);
    assert.equal((await project.json('list')).document.data.prompts[0].labels.staging.version, '1.0.1');
  });

  it('asks again when another release has changed what was agreed to', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    await project.run('eval support/refund');
    const afterAnother = async (): Promise<string> => {
      assert.equal((await project.run('rollback support/refund staging --as-new-version')).code, 0);
      return 'y';
    };
    const { code, stderr } = await project.run('publish support/refund -m Brief', {
      answers: [afterAnother, 'n'],
    });
    assert.equal(code, 1);
    assert.match(stderr, /Publish support\/refund 1\.0\.2\?[^]*Publish support\/refund 1\.0\.3\?/);
    const { versions } = (await project.json('show support/refund')).document.data;
    assert.equal(versions.length, 3);
  });

  it('changes nothing when the person says no', async () => {
    const { code, stderr } = await project.run('rollback support/refund staging', { answers: ['n'] });
    assert.equal(code, 1);
    assert.match(stderr, /Nothing was changed\./);
    assert.equal((await project.json('list')).document.data.prompts[0].labels.staging.version, '1.0.1');
  });

  it('names each rule that a promotion breaks', async () => {
    const { code, stdout } = await project.run('promote support/refund@1.0.1 production');
    assert.equal(code, 1);
    assert.match(stdout, /✗ protected: /);
    assert.match(
      stdout,
      /Next: promptgate promote support\/refund@1\.0\.1 production --confirm support\/refund/,
    );
  });

  it('names a next step that keeps the model that was asked for', async () => {
    await project.run('eval support/refund@1.0.1 --model demo/other');
    const { stdout } = await project.run('promote support/refund@1.0.1 production --model demo/other');
    assert.match(
      stdout,
      /Next: promptgate promote support\/refund@1\.0\.1 production --model demo\/other --confirm support\/refund/,
    );
  });

  it('asks for the id before it promotes to a protected label', async () => {
    const wrong = await project.run('promote support/refund@1.0.1 production', { answers: ['refund'] });
    assert.equal(wrong.code, 1);
    const right = await project.run('promote support/refund@1.0.1 production', {
      answers: ['support/refund'],
    });
    assert.equal(right.code, 0, right.stderr);
    assert.match(right.stderr, /production is protected\. Type support\/refund/);
    assert.match(right.stdout, /✓ production of support\/refund serves 1\.0\.1, before 1\.0\.0/);
  });

  it('asks again when the protected label has moved while the id was typed', async () => {
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', 'for Acme, briefly.') });
    for (const line of [
      'eval support/refund',
      'publish support/refund -m Brief',
      'promote support/refund@1.0.2 staging',
    ])
      assert.equal((await project.run(line)).code, 0);
    const afterAnother = async (): Promise<string> => {
      const other = 'promote support/refund@1.0.2 production --confirm support/refund';
      assert.equal((await project.run(other)).code, 0);
      return 'support/refund';
    };
    const { code, stderr } = await project.run('promote support/refund@1.0.1 production', {
      answers: [afterAnother, 'n'],
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /production: 1\.0\.2 → 1\.0\.1[^]*Promote support\/refund 1\.0\.1 to production\?/);
    assert.equal((await project.json('list')).document.data.prompts[0].labels.production.version, '1.0.2');
  });

  it('promotes what a label serves', async () => {
    const { code, document } = await project.json(
      'promote support/refund@staging production --confirm support/refund',
    );
    assert.equal(code, 0);
    assert.deepEqual(
      [document.data.from, document.data.to, document.data.released],
      ['1.0.0', '1.0.1', true],
    );
  });

  it('rolls back to what was served before, or to a version', async () => {
    const config = project.read('promptgate.yml');
    // Nobody mends a file first at night.
    project.write({ 'promptgate.yml': 'version: 1\nprompts: 7\n' });
    const listed = await project.run('list');
    assert.match(listed.stderr, /promptgate\.yml is broken, so this is what the defaults find: /);
    const back = await project.json('rollback support/refund staging');
    project.write({ 'promptgate.yml': config });
    assert.equal(back.code, 0);
    assert.deepEqual([back.document.data.from, back.document.data.to], ['1.0.1', '1.0.0']);
    const forth = await project.json('rollback support/refund staging --to 1.0.1');
    assert.equal(forth.code, 0, forth.stderr);
  });

  it('publishes the old content as a new version', async () => {
    const { code, document } = await project.json('rollback support/refund staging --as-new-version');
    assert.equal(code, 0, JSON.stringify(document.problems));
    assert.deepEqual([document.data.kind, document.data.version], ['publish', '1.0.2']);
    const diff = await project.json('diff support/refund@1.0.0 support/refund@1.0.2');
    assert.equal(diff.document.data.patch, '');
  });

  it('says that a release in git is not pushed yet, and how it is', async () => {
    project.startGit();
    const { code, stderr } = await project.run('rollback support/refund staging -m Oops');
    assert.equal(code, 0);
    assert.equal(
      stderr,
      'Recorded here, not yet pushed. To let others have it:\n' +
        '  git add .promptgate && git commit -m "Roll back support/refund staging to 1.0.0" && git push\n',
    );
    const { document } = await project.json('rollback support/refund staging --to 1.0.1');
    assert.equal(document.data.pushed, false);
    const below = await project.run('rollback support/refund staging -C prompts/support');
    assert.ok(below.stderr.includes(`git add ${project.root}/.promptgate && `), below.stderr);
  });

  it('refuses with the names that there are when a label, version or prompt is unknown', async () => {
    for (const [line, message] of [
      ['rollback support/refund prod', /no version or label "prod"\.[\s\S]*Labels: production, staging/],
      ['rollback support/refund producton', /Did you mean support\/refund@production\?/],
      ['promote support/refund@9.0.0 staging', /no version or label "9\.0\.0"/],
      [
        'promote support/refund staging',
        /Which version\? promptgate promote support\/refund@1\.0\.1 staging/,
      ],
      ['rollback support/refnd staging', /no prompt "support\/refnd"\. Did you mean support\/refund\?/],
      ['show support/refund@9.9.9', /no version or label "9\.9\.9"/],
      ['diff support/refund@stagin support/refund', /Did you mean support\/refund@staging\?/],
    ] as const) {
      const { code, stdout, stderr } = await project.run(line);
      assert.equal(code, 2, line);
      assert.equal(stdout, '', line);
      assert.match(stderr, message);
    }
  });
});

describe('promptgate list, show, history, diff and verify', () => {
  let project: TestProject;
  before(async () => (project = await released()));
  after(() => project.dispose());

  it('list versions, labels and when they moved', async () => {
    const { code, stdout } = await project.run('list');
    assert.equal(code, 0);
    assert.equal(
      stdout,
      [
        'prompt          version  labels',
        'support/refund  1.0.1    ● production 1.0.0 2 days ago   ◐ staging 1.0.1 2 days ago',
        '',
      ].join('\n'),
    );
  });

  it('list labels below each other where the terminal is narrow', async () => {
    const { stdout } = await project.run('list', { tty: true, columns: 60, env: { NO_COLOR: '1' } });
    assert.equal(
      stdout,
      [
        'prompt          version  labels',
        'support/refund  1.0.1    ● production 1.0.0 2 days ago',
        '                         ◐ staging 1.0.1 2 days ago',
        '',
      ].join('\n'),
    );
  });

  it('list what is not live yet, and the gate', async () => {
    const { document } = await project.json('list --changes');
    const [prompt] = document.data.prompts;
    assert.equal(prompt.changesNotLive, 1);
    assert.equal(prompt.gate.outcome, 'pass');
  });

  it('list one service, and say so when there is none', async () => {
    assert.equal((await project.json('list support')).document.data.prompts.length, 1);
    assert.equal((await project.run('list suport')).code, 2);
  });

  it('list prompts that are not published', async () => {
    project.write({ 'prompts/support/greeting.prompt.yml': refundPrompt });
    assert.match((await project.run('list')).stdout, /support\/greeting {2}– +not published/);
    const { code, stderr } = await project.run('history support/greeting');
    assert.equal(code, 2);
    assert.match(stderr, /not been published yet\.\nNext: promptgate publish support\/greeting/);
  });

  it('show a working copy, a version and what a label serves', async () => {
    const copy = await project.json('show support/refund');
    assert.equal(copy.document.data.kind, 'working-copy');
    assert.equal(copy.document.data.notLive.length, 1);
    const version = await project.json('show support/refund@production');
    assert.equal(version.document.data.version, '1.0.0');
    assert.equal(version.document.data.label, 'production');
    assert.equal(version.document.data.source, mendedPrompt);
    assert.match(
      (await project.run('show support/refund@1.0.0')).stdout,
      /by Ana Ruiz <ana@example\.com>: First answers/,
    );
  });

  it('tell the history, newest first, with relative times', async () => {
    const { stdout } = await project.run('history support/refund');
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? '', /^#5 {2}2 days ago {2}promoted 1\.0\.1 → staging/);
    assert.match(lines[4] ?? '', /^#1 {2}.*published 1\.0\.0.*First answers/);
    const { document } = await project.json('history support/refund --label production');
    assert.deepEqual(
      document.data.events.map((event: { to: string }) => event.to),
      ['1.0.0'],
    );
    assert.match((await project.run('history support/refund -n 2')).stdout, /3 older: -n 5/);
  });

  it('diff two versions, and a version against the working copy', async () => {
    const { code, stdout } = await project.run('diff support/refund@production support/refund@staging');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^--- support\/refund@1\.0\.0 \(production\)\n\+\+\+ support\/refund@1\.0\.1 \(staging\)/,
    );
    assert.match(
      stdout,
      /-\s+content: You answer for Acme\.[^\n]*\n\+\s+content: You answer for Acme, kindly\./,
    );
    assert.match(stdout, /1 change, contract unchanged:\n {2}~ message 1 \(system\)/);
    const live = await project.run('diff support/refund');
    assert.match(live.stdout, /^--- support\/refund@1\.0\.0 \(production\)\n\+\+\+ prompts\//);
    const same = await project.run('diff support/refund@1.0.1 support/refund');
    assert.equal(same.stdout, 'No difference.\n');
    const path = await project.json(`diff support/refund@1.0.0 ./${refundFile}`);
    assert.equal(path.document.data.changes.length, 1);
    assert.equal((await project.json('diff support/refund@1.0.0')).document.data.changes.length, 1);
  });

  it('show, diff and render what a label serves with a model of its own', async () => {
    const other = await released();
    other.write({ '.promptgate/policy.yml': 'version: 1\notherLabels: { gate: off }\n' });
    assert.equal((await other.run('promote support/refund@staging beta --model demo/other')).code, 0);
    const shown = await other.json('show support/refund@beta');
    assert.equal(shown.document.data.prompt.model, 'demo/other');
    assert.match((await other.run('show support/refund@beta')).stdout, /^model +demo\/other$/m);
    assert.match((await other.run('show support/refund@1.0.1')).stdout, /^model +demo\/small$/m);
    const rendered = await other.json('render support/refund@beta --row late-delivery');
    assert.equal(rendered.document.data.model, 'demo/other');
    const { document } = await other.json('diff support/refund@staging support/refund@beta');
    assert.equal(document.data.bump, 'minor');
    assert.equal(
      (await other.run('diff support/refund@staging support/refund@beta')).stdout,
      '1 change, minor for callers:\n  ~ model changed from demo/small to demo/other  minor\n',
    );
    other.dispose();
  });

  it('verify what was not altered, also against a known head', async () => {
    const { document } = await project.json('history support/refund');
    const hash = document.data.events[0].hash as string;
    const { code, stdout } = await project.run(`verify --head support/refund=${hash}`);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /✓ 1 prompt, 2 versions, 5 events: nothing was altered/);
    const other = await project.json(`verify --head support/refund=${'0'.repeat(64)}`);
    assert.equal(other.code, 1);
    assert.equal(other.document.problems[0]?.code, 'head-mismatch');
    assert.equal((await project.run('verify --head support/refund=abc')).code, 2);
  });

  it('find a version that was edited by hand', async () => {
    const damaged = await released();
    const { globSync } = await import('node:fs');
    const [file = ''] = globSync('.promptgate/prompts/support/refund/versions/1.0.0-*.yml', {
      cwd: damaged.root,
    });
    damaged.write({ [file]: damaged.read(file).replace('Never', 'Always') });
    const { code, document } = await damaged.json('verify');
    assert.equal(code, 1);
    assert.deepEqual(
      document.problems.map(problem => problem.code),
      ['version-changed'],
    );
    assert.equal(document.problems[0]?.file, file);
    damaged.dispose();
  });

  it('list a prompt whose log is broken beside the others, say what is wrong with it, and exit 2', async () => {
    const damaged = await released();
    damaged.write({ 'prompts/support/greeting.prompt.yml': refundPrompt });
    const log = '.promptgate/prompts/support/refund/log/000005.json';
    damaged.write({ [log]: damaged.read(log).replace('"type": "promote"', '"type": "approve"') });
    for (const line of ['list', 'list --changes']) {
      const { code, stdout, stderr } = await damaged.run(line);
      assert.equal(code, 2);
      assert.match(stdout, /support\/refund +– .*cannot be read \(newer-format\)/);
      assert.match(stdout, /support\/greeting +– .*not published/);
      assert.match(
        stderr,
        /support\/refund: .*000005\.json was written by a newer Promptgate .* Update Promptgate/,
      );
    }
    const { document } = await damaged.json('list');
    assert.deepEqual([document.ok, document.problems[0]?.code], [false, 'newer-format']);
    for (const line of [
      'rollback support/refund staging',
      'publish support/refund -m x',
      'history support/refund',
    ]) {
      const { code, document: refused } = await damaged.json(line);
      assert.deepEqual([code, refused.problems[0]?.code], [2, 'newer-format'], line);
    }
    const verified = await damaged.run('verify');
    assert.equal(verified.code, 2);
    assert.match(verified.stdout, /! 1 file not checked; nothing else was altered/);
    assert.doesNotMatch(verified.stdout, /damage/);
    damaged.dispose();
  });

  it('list a prompt whose version is damaged beside the others', async () => {
    const damaged = await released();
    damaged.write({ 'prompts/support/greeting.prompt.yml': refundPrompt });
    const { globSync } = await import('node:fs');
    const [file = ''] = globSync('.promptgate/prompts/support/refund/versions/1.0.0-*.yml', {
      cwd: damaged.root,
    });
    damaged.write({ [file]: damaged.read(file).replace('Never', 'Always') });
    const { code, stdout, stderr } = await damaged.run('list --changes');
    assert.equal(code, 2);
    assert.match(stdout, /support\/greeting .*not evaluated .*not published/);
    assert.match(stdout, /support\/refund +1\.0\.1 .*production 1\.0\.0/);
    assert.match(stderr, /support\/refund: .*1\.0\.0-\w+\.yml was changed after it was published/);
    damaged.dispose();
  });

  it('do not let what others wrote steer the terminal', async () => {
    const other = await released();
    await other.run(['rollback', 'support/refund', 'staging', '--to', '1.0.1', '-m', 'x']);
    await other.run([
      'promote',
      'support/refund@1.0.0',
      'staging',
      '-m',
      '\u001B[2J\u0007gone\u001B]0;title\u0007',
    ]);
    const seen = await other.run('history support/refund', { tty: true });
    assert.match(seen.stdout, /gone/);
    assert.deepEqual(
      seen.stdout.match(/\p{Cc}(?!\[[0-9;]*m)/gu)?.filter(control => control !== '\n'),
      [],
    );
    other.dispose();
  });
});
