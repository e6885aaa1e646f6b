/**
 * A process that releases, for tests that kill it or run several at once. Arguments: registry, name, how many
 * releases (0: until killed). Prints `ready`, then a line for each release that was answered.
 */
import { PromptgateError } from '../../src/errors.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { nextVersion } from '../../src/registry/versionNumber.ts';
import { evidenceFor, id, moving, publishing, versionSaying } from './fixtures.ts';

const [root = '', name = '', limit = '0'] = process.argv.slice(2);
const store = filesStore(root);
process.stdout.write('ready\n');

let conflicts = 0;
for (let done = 0; limit === '0' || done < Number(limit);) {
  try {
    const state = await store.readState(id);
    const head = state.head;
    const publish = state.latest === undefined || done % 3 !== 2;
    const version = versionSaying(nextVersion(state.latest, 'patch'), `${name} ${done}`, { author: name });
    const after = await store.commit(
      id,
      head,
      publish
        ? publishing(state, version, { evidence: evidenceFor(version) })
        : moving(state, 'production', state.latest ?? '', { author: name }),
    );
    done += 1;
    process.stdout.write(`${after.head.revision} ${after.head.hash}\n`);
  } catch (error) {
    if (!(error instanceof PromptgateError && error.code === 'conflict')) throw error;
    conflicts += 1;
  }
}
process.stdout.write(`conflicts ${conflicts}\n`);
