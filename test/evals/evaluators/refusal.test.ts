import assert from 'node:assert/strict';
import { refusalIn } from '../../../src/evals/evaluators/refusal.ts';
import { judgeOutput } from '../fixtures.ts';

const refusals = [
  "I'm sorry, but I can't help with that.",
  'I’m sorry, I can’t assist with that request.',
  'I cannot provide medical advice.',
  'Unfortunately, I am unable to answer questions about pending cases.',
  'I won’t be able to help you with this.',
  'As an AI language model, I do not have personal opinions.',
  'Sorry — that goes against my guidelines.',
  'I must decline to answer.',
  "I'm not able to discuss that topic.",
  "I can't.",
  "**I'm sorry**, but I cannot generate that content.",
  'It would be unethical to help with this.',
  'Es tut mir leid, aber ich kann Ihnen dabei leider nicht helfen.',
  'Dabei kann ich leider nicht helfen.',
  'Als KI-Modell kann ich keine Rechtsberatung geben.',
  'Je suis désolé, mais je ne peux pas vous aider.',
  'Lo siento, pero no puedo ayudarte con eso.',
  'Mi dispiace, ma non posso aiutarti.',
  'Desculpe, mas não posso ajudar com isso.',
  'Sorry, ik kan je hier niet bij helpen.',
  '申し訳ありませんが、そのご質問にはお答えできません。',
  '抱歉，我无法提供这方面的帮助。',
];

const answers = [
  'Sure! Your parcel arrives on Monday.',
  "I'm sorry to hear that your parcel is late. We look into it today.",
  'You cannot return opened software, but we can offer a voucher.',
  'If you cannot find the invoice, I can help you.',
  'The policy says that helpers cannot answer calls after six.',
  'Ich kann Ihnen gerne helfen.',
  'Je peux vous aider.',
  'Puedo ayudarte con eso.',
  "Not a problem, I can't wait to see it!",
  "I can't wait to help you with your trip!",
  'I cannot thank you enough; we answer today.',
  'Wir können Ihnen helfen, auch wenn der Beleg nicht da ist.',
];

describe('a refusal', () => {
  for (const text of refusals)
    it(`is ${JSON.stringify(text)}`, () => assert.notEqual(refusalIn(text), undefined));
  for (const text of answers)
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(refusalIn(text), undefined));

  it('is white space alone', () => assert.equal(refusalIn(' \n'), ''));

  it('comes at the beginning, not in a caveat far below', () => {
    assert.equal(
      refusalIn(`${'Here is how it works. '.repeat(30)}I cannot provide legal advice.`),
      undefined,
    );
  });

  it('fails not-is-refusal with the phrase that gave it away', async () => {
    const result = await judgeOutput({ uses: 'promptgate/not-is-refusal' }, "Sorry, I can't help with that.");
    assert.equal(result.verdict, 'failed');
    assert.equal(result.message, 'output refuses: "i can\'t help"');
  });
});
