import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig, type Config } from '../../src/project/config.ts';
import { providers } from '../../src/project/providers.ts';

describe('the providers of promptgate.yml', () => {
  let root: string;
  before(async () => (root = await mkdtemp(join(tmpdir(), 'promptgate-providers-'))));
  after(() => rm(root, { recursive: true }));

  const config: Config = {
    ...defaultConfig,
    providers: { demo: { scripted: 'answers.yml' }, local: { baseURL: 'http://localhost:1/v1' } },
  };

  it('are made once, and a scripted one anew when its answers were edited', async () => {
    await writeFile(join(root, 'answers.yml'), 'default: yes\n');
    const provider = providers(root, config, { env: {} });
    assert.equal(provider('local'), provider('local'));
    const before = provider('demo');
    assert.equal(provider('demo'), before);
    await writeFile(join(root, 'answers.yml'), 'default: no\n');
    const request = {
      model: 'any',
      messages: [{ role: 'user' as const, content: 'Really?' }],
      parameters: {},
    };
    const { text } = await provider('demo').chat(request, new AbortController().signal);
    assert.equal(text, 'no');
  });
});
