import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PromptgateError } from '../../src/errors.ts';
import { idFromPath, isPromptId, parseReference } from '../../src/prompt/id.ts';

describe('isPromptId', () => {
  it('takes two segments of small letters, digits, - and _', () => {
    for (const id of [
      'support/refund',
      'a/b',
      '0/1',
      'a-b_c/d-e_f',
      `${'a'.repeat(100)}/${'b'.repeat(100)}`,
    ]) {
      assert.equal(isPromptId(id), true, id);
    }
  });

  it('takes nothing else', () => {
    for (const id of [
      '',
      'refund',
      'a/b/c',
      '/a',
      'a/',
      'A/b',
      'a/B',
      '-a/b',
      '_a/b',
      'a/é',
      'a/b.c',
      'a/..',
      '../a',
      'a /b',
      'a/b\n',
      `${'a'.repeat(101)}/b`,
    ]) {
      assert.equal(isPromptId(id), false, id);
    }
  });

  it('takes no name of a Windows device', () => {
    for (const name of ['con', 'prn', 'aux', 'nul', 'com1', 'com9', 'lpt1', 'lpt9', 'com0']) {
      assert.equal(isPromptId(`${name}/a`), false, name);
      assert.equal(isPromptId(`a/${name}`), false, name);
    }
    for (const name of ['console', 'com', 'com10', 'null']) assert.equal(isPromptId(`${name}/a`), true, name);
  });
});

describe('idFromPath', () => {
  it('takes the first folder for the service and joins the rest', () => {
    const ids = {
      'support/refund.prompt.yml': 'support/refund',
      'support/refund.prompt.yaml': 'support/refund',
      'support/mail/late reply.prompt.yml': 'support/mail-late-reply',
      'refund.prompt.yml': 'default/refund',
      'Support/Refund_V2.PROMPT.YML': 'support/refund_v2',
      './support/refund.prompt.yml': 'support/refund',
      'support/v1.2.prompt.yml': 'support/v1-2',
      '_drafts/-x.prompt.yml': 'drafts/x',
      'support/con.prompt.yml': 'support/prompt-con',
      'support/.prompt.yml': 'support/prompt-',
    };
    for (const [path, id] of Object.entries(ids)) assert.equal(idFromPath(path), id, path);
  });

  it('gives an id for any path', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('con', 'nul', '..', 'é', '-', 'a'.repeat(300)),
    );
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), names => {
        const id = idFromPath(`${names.join('/')}.prompt.yml`);
        assert.ok(isPromptId(id), id);
      }),
    );
  });
});

describe('parseReference', () => {
  it('reads a working copy, a version and a label', () => {
    assert.deepEqual(parseReference('support/refund'), { id: 'support/refund' });
    assert.deepEqual(parseReference('support/refund@1.2.0'), { id: 'support/refund', version: '1.2.0' });
    assert.deepEqual(parseReference('support/refund@production'), {
      id: 'support/refund',
      label: 'production',
    });
  });

  it('says what it expected', () => {
    const cases: Readonly<Record<string, RegExp>> = {
      refund: /"refund" is no prompt id\. Expected service\/name in lower case, such as support\/refund/,
      'Support/Refund@1.0.0': /is no prompt id/,
      'support/refund@': /neither a version nor a label\. Expected @1\.2\.0 or @production/,
      'support/refund@1.2': /neither a version nor a label/,
      'support/refund@v1.2.0.1': /neither a version nor a label/,
      'support/refund@01.2.0': /neither a version nor a label/,
      'support/refund@1.2.0-beta': /pre-release/,
      'support/refund@1.2.0+build': /neither a version nor a label/,
      'support/refund@latest': /`latest` is not a label/,
      'support/refund@Prod': /neither a version nor a label/,
      'support/refund@a@b': /neither a version nor a label/,
    };
    for (const [text, message] of Object.entries(cases)) {
      assert.throws(
        () => parseReference(text),
        error =>
          error instanceof PromptgateError && error.code === 'bad-reference' && message.test(error.message),
        text,
      );
    }
  });
});
