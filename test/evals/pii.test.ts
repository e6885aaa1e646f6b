import assert from 'node:assert/strict';
import { piiDetector } from '../../src/evals/pii.ts';
import { judgeOutput } from './fixtures.ts';

describe('personal data', () => {
  const found: readonly (readonly [string, string, string])[] = [
    ['Write to anna.smith+x@mail.example.com today.', 'email', 'anna.smith+x@mail.example.com'],
    ['(jörg@example.de)', 'email', 'jörg@example.de'],
    ['Card 4242 4242 4242 4242, thanks', 'card', '4242 4242 4242 4242'],
    ['378282246310005', 'card', '378282246310005'],
    ['IBAN DE89 3704 0044 0532 0130 00 PLEASE PAY', 'iban', 'DE89 3704 0044 0532 0130 00'],
    ['GB82WEST12345698765432', 'iban', 'GB82WEST12345698765432'],
    ['SSN 123-45-6789.', 'ssn', '123-45-6789'],
    ['Call (212) 555-2368 now', 'phone', '(212) 555-2368'],
    ['Call +49 30 901820 now', 'phone', '+49 30 901820'],
    ['Call +12125552368 now', 'phone', '+12125552368'],
  ];
  for (const [text, kind, part] of found) {
    it(`in ${JSON.stringify(text)} is ${kind}`, async () => {
      const detect = await piiDetector('US');
      assert.deepEqual(
        detect(text).map(finding => [finding.kind, finding.text, text.slice(finding.start, finding.end)]),
        [[kind, part, part]],
      );
    });
  }

  // Each took a minute and more when every letter was a start.
  for (const [name, text] of [
    ['encoded data', `a@b.com ${'aB3/'.repeat(50_000)}`],
    ['dots', `a@b.com c@${'b.'.repeat(200_000)}`],
  ] as const) {
    it(`are found beside long ${name}`, async () => {
      const detect = await piiDetector('US');
      assert.deepEqual(
        detect(text).map(finding => finding.text),
        ['a@b.com'],
      );
    });
  }

  const clean = [
    'Your order 2125552368 ships on 2026-11-20 at 10:30.',
    'Card 4242 4242 4242 4241 has a wrong check digit.',
    'IBAN DE88 3704 0044 0532 0130 00 has wrong check digits.',
    'Case 000-12-3456 and 666-12-3456 and 123-00-4567.',
    'Version 1.2.3, order 1234-5678-9012, total 1,234.56 dollars.',
    'Follow @anna or write to us at support.',
    'ISBN 978-3-16-148410-0',
    'Anna Smith, 5 Main Street (names and addresses need a model)',
    '',
  ];
  for (const text of clean) {
    it(`is not in ${JSON.stringify(text)}`, async () => {
      assert.deepEqual((await piiDetector('US'))(text), []);
    });
  }

  it('takes phone numbers without + for those of the country', async () => {
    assert.equal((await piiDetector('DE'))('Ruf 030 901820 an')[0]?.kind, 'phone');
    assert.deepEqual((await piiDetector('US'))('Ruf 030 901820 an'), []);
  });
});

describe('promptgate/no-pii', () => {
  const output = 'Write to help@acme.com or anna@example.org, call (212) 555-2368.';
  const judge = (options: object) => judgeOutput({ uses: 'promptgate/no-pii', with: { ...options } }, output);

  it('fails and shows only so much that one finds the place', async () => {
    const result = await judge({});
    assert.equal(result.verdict, 'failed');
    assert.equal(result.message, 'output contains an email address, h…@acme.com and 2 more');
  });

  it('lets pass what is allowed, and kinds that are not asked for', async () => {
    const result = await judge({ allow: ['@acme.com', 'anna@example.org'] });
    assert.equal(result.message, 'output contains a phone number, …368');
    assert.equal((await judge({ kinds: ['iban', 'card'] })).verdict, 'passed');
  });

  it('refuses options that it does not know', async () => {
    const result = await judge({ kinds: ['name'] });
    assert.equal(result.verdict, 'errored');
    assert.match(result.message, /kinds may be of email, phone, card, iban, ssn/);
  });
});
