import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/suite/longest-first.ts';
import { totals } from './test/harness/suite/totals.ts';

/**
 * What measures time or resident memory, after all others: beside them it would measure how busy the machine is. CPU time
 * and what a heap holds are the same there.
 */
const MEASURED = [
  'test/analytics/speed.test.ts',
  'test/processes/{answer-bytes,hostile-requests,long-prompts,unread-responses}.test.ts',
  'test/engine/sandbox/memory.test.ts',
  'test/console/long-log.test.ts',
];

/** They have packages of their own, see CONTRIBUTING.md. */
const CLIENTS = ['!test/clients/**', '!test/rest-compat/clients/**'];

export default defineConfig({
  test: {
    globalSetup: ['test/harness/suite/postgres.ts'],
    reporters: ['default', totals],
    // Node imports and strips the files itself, as in production; vite's own loader makes two copies of graphql.
    experimental: { viteModuleRunner: false },
    // Loading the same modules for each file again took as long as the tests: what a test changes in them, it restores.
    isolate: false,
    unstubEnvs: true,
    sequence: { sequencer: LongestFirst },
    // Of a machine that is busy with something else: what has to be fast is measured by the test itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          // Not `exclude`, in place of which `--exclude` of the command line would have no effect.
          include: ['test/**/*.test.ts', ...CLIENTS, ...MEASURED.map((files) => `!${files}`)],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'measured', include: MEASURED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
