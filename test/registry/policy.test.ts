import assert from 'node:assert/strict';
import { PromptgateError } from '../../src/errors.ts';
import { sha256 } from '../../src/prompt/digest.ts';
import { defaultPolicy, labelPolicy, parsePolicy, publishPassRate } from '../../src/registry/policy.ts';

const day = 86_400_000;

describe('a policy file', () => {
  it('is read whole, with defaults for what it leaves out', () => {
    const policy = parsePolicy(`version: 1
publish: gate-required
labels:
  staging: { gate: off }
  production:
    gate: required
    after: staging
    protected: true
    approvals: 0
    suite: current
    passRate: 0.95
    maxEvidenceAge: 30d
otherLabels: { protected: true }
`);
    assert.equal(policy.publish, 'gate-required');
    assert.deepEqual(policy.labels['staging'], {
      gate: 'off',
      protected: false,
      suite: 'frozen',
      passRate: 1,
    });
    assert.deepEqual(labelPolicy(policy, 'production'), {
      gate: 'required',
      after: 'staging',
      protected: true,
      suite: 'current',
      passRate: 0.95,
      maxEvidenceAgeMs: 30 * day,
    });
    assert.equal(labelPolicy(policy, 'beta').protected, true);
    assert.equal(labelPolicy(policy, 'constructor'), policy.otherLabels);
  });

  it('without rules is the default one, but for its digest', () => {
    const policy = parsePolicy('version: 1\n');
    assert.deepEqual({ ...policy, digest: '' }, defaultPolicy);
    assert.equal(policy.digest, sha256('version: 1\n'));
  });

  it('has one digest on every system', () => {
    assert.equal(
      parsePolicy('\uFEFFversion: 1\r\npublish: override-allowed\r\n').digest,
      parsePolicy('version: 1\npublish: override-allowed\n').digest,
    );
  });

  for (const [written, ms] of [
    ['90m', 90 * 60_000],
    ['12h', day / 2],
    ['30d', 30 * day],
    ['4w', 28 * day],
  ] as const)
    it(`reads ${written} as a duration`, () => {
      const policy = parsePolicy(`version: 1\notherLabels: { maxEvidenceAge: ${written} }\n`);
      assert.equal(policy.otherLabels.maxEvidenceAgeMs, ms);
    });

  for (const [what, text, line, message] of [
    ['an unknown key', 'version: 1\nlabel: {}\n', 2, /no "label".*Did you mean "labels"/],
    [
      'an unknown rule',
      'version: 1\nlabels:\n  production: { protectd: true }\n',
      3,
      /labels\.production has no "protectd".*Did you mean "protected"/,
    ],
    [
      'a rule that is nothing like any',
      'version: 1\nlabels:\n  production: { colour: red }\n',
      3,
      /Known: gate, after/,
    ],
    [
      'a name that is no label name',
      'version: 1\nlabels:\n  Production: { gate: off }\n',
      3,
      /"Production" is no label name/,
    ],
    [
      'the name that stands for the highest version',
      'version: 1\nlabels:\n  latest: { gate: off }\n',
      3,
      /"latest" is no label name/,
    ],
    [
      'a label that nothing describes',
      'version: 1\nlabels:\n  staging: {}\n  production: { after: stagin }\n',
      4,
      /no label "stagin".*Did you mean "staging"/,
    ],
    [
      'labels that wait for each other',
      'version: 1\nlabels:\n  a: { after: b }\n  b: { after: a }\n',
      2,
      /a → b → a/,
    ],
    ['a label that waits for itself', 'version: 1\nlabels:\n  a: { after: a }\n', 2, /a → a/],
    [
      'approvals, which do not exist yet',
      'version: 1\nlabels:\n  production: { approvals: 1 }\n',
      3,
      /approvals are not available yet/,
    ],
    [
      'a wrong choice',
      'version: 1\npublish: gate-require\n',
      2,
      /publish: expected override-allowed or gate-required.*Did you mean "gate-required"/,
    ],
    [
      'a word where yes or no belongs',
      'version: 1\nlabels:\n  p: { protected: yes }\n',
      3,
      /protected: expected true or false, not "yes"/,
    ],
    [
      'a share above one',
      'version: 1\nlabels:\n  p: { passRate: 95 }\n',
      3,
      /passRate: expected a number from 0 to 1/,
    ],
    [
      'a duration without a unit',
      'version: 1\nlabels:\n  p: { maxEvidenceAge: 30 }\n',
      3,
      /maxEvidenceAge: expected a duration/,
    ],
    [
      'no duration at all',
      'version: 1\nlabels:\n  p: { maxEvidenceAge: 0d }\n',
      3,
      /maxEvidenceAge: expected a duration/,
    ],
    ['a missing value', 'version: 1\nlabels:\n  p: { gate: }\n', 3, /expected a value/],
    ['a list of labels', 'version: 1\nlabels: [production]\n', 2, /labels: expected keys below it/],
    [
      'a label without rules',
      'version: 1\nlabels:\n  production:\n',
      3,
      /labels\.production: expected keys below it/,
    ],
    ['the same label twice', 'version: 1\nlabels:\n  p: { gate: off }\n  p: { gate: off }\n', 4, /unique/],
    ['a version of the format that never was', 'version: 0\n', 1, /version: expected 1/],
    ['no version', 'publish: gate-required\n', 1, /"version: 1" is missing/],
    ['broken YAML', 'version: 1\nlabels: { a: { gate: off }\n', 2, /./],
  ] as const)
    it(`is refused whole for ${what}, with the line`, () => {
      assert.throws(
        () => parsePolicy(text),
        (error: unknown) => {
          assert.ok(error instanceof PromptgateError, String(error));
          assert.equal(error.code, 'bad-policy');
          assert.match(error.message, message);
          assert.ok(
            Math.abs(Number(error.data['line']) - line) <= (what === 'broken YAML' ? 2 : 0),
            error.message,
          );
          assert.ok(error.message.includes(`line ${String(error.data['line'])}`));
          return true;
        },
      );
    });

  for (const text of ['', '# only a comment\n', '- a\n', 'text\n', '\u0000\u0001'])
    it(`is refused when it is ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePolicy(text), { code: 'bad-policy' });
    });

  it('lets a version be published that some gated label would take', () => {
    assert.equal(publishPassRate(defaultPolicy), 1);
    assert.equal(publishPassRate(parsePolicy('version: 1\nlabels: { staging: { passRate: 0.8 } }\n')), 0.8);
    assert.equal(
      publishPassRate(parsePolicy('version: 1\nlabels: { staging: { passRate: 0.8, gate: off } }\n')),
      1,
    );
  });
});
