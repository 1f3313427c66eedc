import type { Reporter } from 'vitest/node';

/**
 * The last line of a run, for those who count: a test that was skipped or could not start is not a passed one, and what
 * could not start or stop for a `describe` has failed.
 */
export const totals: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const skipped = tests.filter((test) => test.result().state === 'skipped').length;
    const failed = tests.length - passed - skipped;
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0).length + unhandledErrors.length;
    process.stdout.write(
      `\n${passed} passed, ${failed + broken} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
    );
  },
};
