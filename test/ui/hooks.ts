import type { Context } from 'mocha';
import { screenshotOpenWindows } from './workbench.ts';

/** Loaded by mocha (`--require`). */
export const mochaHooks = {
  async afterEach(this: Context): Promise<void> {
    if (this.currentTest?.state === 'failed') await screenshotOpenWindows(this.currentTest.fullTitle());
  },
};
