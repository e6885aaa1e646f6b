import { memoryStore } from '../../src/registry/memoryStore.ts';
import { describeStore } from './storeContract.ts';

describeStore('memory', async () => {
  const store = memoryStore();
  return { store, reopen: () => store, close: async () => {} };
});
