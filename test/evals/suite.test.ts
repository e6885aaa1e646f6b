import assert from 'node:assert/strict';
import type { Prompt } from '../../src/prompt/prompt.ts';
import { suiteDigest } from '../../src/evals/suite.ts';
import { makePrompt } from './fixtures.ts';

const resolveRef = (model: string | undefined): string | undefined =>
  model === 'fast' ? 'openai/gpt-4o-mini' : model?.includes('/') ? model : model && `openai/${model}`;
const digest = (parts: Partial<Prompt>, datasets: readonly string[] = [], resolve = resolveRef): string =>
  suiteDigest(
    makePrompt(parts),
    datasets.map((text, index) => ({ path: `${index}.jsonl`, text })),
    resolve,
  );

const suite: Partial<Prompt> = {
  testData: [{ id: 'one', input: 'x', expected: 'y', tags: ['t'], metadata: { by: 'me' } }],
  evaluators: [
    { name: 'text', string: { contains: '{{expected}}' } },
    {
      name: 'judge',
      llm: { modelId: 'fast', prompt: '{{completion}}?', choices: [{ choice: 'yes', score: 1 }] },
    },
    { name: 'meaning', uses: 'promptgate/similar' },
    { name: 'grade', uses: 'github/relevance' },
  ],
};

describe('the digest of a suite', () => {
  // These never change: evidence in registries is bound to them. The canonical texts are in comments.
  it('is pinned', () => {
    // {"datasets":[],"evaluators":[],"rows":[]}
    assert.equal(digest({}), '5e5aff7b783e7b125ac2fa12185a92468439aaad9c6d63eb04dddccc001495dd');
    // {"datasets":["a43d77ea4404bc6a822f34cd192ca2d0ec0f6b873b6e6ee0d134c812e7e0d5eb"],"evaluators":[{"name":"text","options":{"contains":"{{expected}}"},"threshold":1,"uses":"string"},{"model":"openai/gpt-4o-mini","name":"judge","options":{"choices":[{"choice":"yes","score":1}],"prompt":"{{completion}}?"},"threshold":1,"uses":"llm"},{"model":"fake/text-embedding-3-small","name":"meaning","options":{},"threshold":0.75,"uses":"promptgate/similar"},{"model":"openai/gpt-4o","name":"grade","options":{},"threshold":0.25,"uses":"github/relevance"}],"rows":[{"expected":"y","id":"one","input":"x"}]}
    assert.equal(
      digest(suite, ['{"input":"a"}\n']),
      '90334d8b21937f6855ed5818cbc17a8eb30682ae7139ec698242234df8755f84',
    );
  });

  it('does not change with tags, metadata, byte order mark and line ends', () => {
    const same: Partial<Prompt> = { ...suite, testData: [{ expected: 'y', input: 'x', id: 'one' }] };
    assert.equal(digest(same, ['\uFEFF{"input":"a"}\r\n']), digest(suite, ['{"input":"a"}\n']));
  });

  it('does not change when a default is written out', () => {
    const written: Partial<Prompt> = {
      ...suite,
      evaluators: [
        { name: 'text', string: { contains: '{{expected}}' }, threshold: 1 },
        {
          name: 'judge',
          threshold: 1,
          llm: {
            modelId: 'openai/gpt-4o-mini',
            prompt: '{{completion}}?',
            choices: [{ choice: 'yes', score: 1 }],
          },
        },
        { name: 'meaning', uses: 'promptgate/similar', threshold: 0.75, with: {} },
        { name: 'grade', uses: 'github/relevance', threshold: 0.25 },
      ],
    };
    assert.equal(digest(written), digest(suite));
  });

  it('changes with rows, their ids, evaluators, judge models, embeddings and datasets', () => {
    const row = { id: 'one', input: 'x', expected: 'y' };
    const alias = (model: string | undefined) => (model === 'fast' ? 'other/model' : resolveRef(model));
    const digests = [
      digest(suite),
      digest({ ...suite, testData: [{ ...row, id: 'two' }] }),
      digest({ ...suite, testData: [{ ...row, input: 'z' }] }),
      digest({ ...suite, testData: [{ ...row, evaluators: ['text'] }] }),
      digest({ ...suite, testData: [row, row] }),
      digest({ ...suite, evaluators: suite.evaluators?.slice(1) }),
      digest({ ...suite, evaluators: suite.evaluators?.map(spec => ({ ...spec, threshold: 0.5 })) }),
      digest(suite, ['']),
      digest(suite, ['', '{}']),
      digest(suite, ['{}', '']),
      digest(suite, [], alias),
      digest({ ...suite, model: 'elsewhere/model' }),
    ];
    assert.equal(new Set(digests).size, digests.length);
  });

  it('knows tags as a value where a template names them', () => {
    const messages = [{ role: 'user' as const, content: '{{tags}}' }];
    assert.notEqual(
      digest({ messages, testData: [{ tags: 'a' }] }),
      digest({ messages, testData: [{ tags: 'b' }] }),
    );
  });

  it('fills in defaults of a row’s own evaluators', () => {
    const own = (spec: object) =>
      digest({ testData: [{ input: 'x', evaluators: ['text', { name: 'o', ...spec }] }] });
    assert.equal(own({ uses: 'promptgate/similar' }), own({ uses: 'promptgate/similar', threshold: 0.75 }));
    assert.notEqual(own({ uses: 'promptgate/similar' }), own({ uses: 'promptgate/similar', threshold: 0.7 }));
  });

  it('exists for evaluators that cannot be read', () => {
    const broken = digest({ evaluators: [{ name: 'x', uses: 'promptgate/no-such' }] });
    assert.match(broken, /^[0-9a-f]{64}$/);
    assert.notEqual(broken, digest({ evaluators: [{ name: 'x', uses: 'promptgate/none' }] }));
  });
});
