import { writeFileSync } from 'node:fs';
import { reporters, Runner, type MochaOptions, type Test } from 'mocha';

/** Mocha's own report, and what run.ts needs to run files once more. */
export default class UiReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const files: Record<string, { passed: number; failed: string[] }> = {};
    const of = ({ file = '' }: Test) => (files[file] ??= { passed: 0, failed: [] });
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_RUN_END } = Runner.constants;
    runner.on(EVENT_TEST_PASS, (test: Test) => void of(test).passed++);
    runner.on(EVENT_TEST_FAIL, (test: Test) => void of(test).failed.push(test.fullTitle()));
    runner.once(EVENT_RUN_END, () => {
      writeFileSync(process.env['PROMPTGATE_UI_REPORT'] ?? '', JSON.stringify(files satisfies UiReport));
    });
  }
}

/** By file. */
export type UiReport = Readonly<
  Record<string, { readonly passed: number; /** Their titles. */ readonly failed: readonly string[] }>
>;
