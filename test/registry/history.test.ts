import assert from 'node:assert/strict';
import { readHistory } from '../../src/registry/history.ts';
import { applyRemoveLabel, planRemoveLabel } from '../../src/registry/removeLabel.ts';
import { at, id, newEventId } from './fixtures.ts';
import { open, promote, rollback, withVersions } from './moves.ts';

describe('history', () => {
  it('tells each event in a line, newest first', async () => {
    const store = await withVersions('1.0.0', '1.1.0', '2.0.0');
    await promote(store, 'production', '1.0.0', { message: 'first\nand more' });
    await promote(store, 'production', '1.1.0', { model: 'openai/gpt-5', author: 'ci' });
    await rollback(store, 'production');
    await applyRemoveLabel(
      store,
      planRemoveLabel({
        state: await store.readState(id),
        label: 'production',
        policy: open,
        message: '',
        author: '',
        now: at(90),
        eventId: newEventId(),
      }),
    );
    assert.deepEqual(
      (await readHistory(store, id)).map(({ text }) => text),
      [
        'removed production (was 1.0.0) by someone',
        'rolled back 1.1.0 with openai/gpt-5 → 1.0.0 on production by Ana Ruiz',
        'promoted 1.1.0 → production with openai/gpt-5 (was 1.0.0) by ci',
        'promoted 1.0.0 → production by Ana Ruiz: first',
        'published 2.0.0 (major) by Ana Ruiz: says text of 2.0.0',
        'published 1.1.0 (minor) by Ana Ruiz: says text of 1.1.0',
        'published 1.0.0 by Ana Ruiz: says text of 1.0.0',
      ],
    );
  });
});
