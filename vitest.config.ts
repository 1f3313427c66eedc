import { defineConfig } from 'vitest/config';
import { totals } from './test/harness/totals.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/postgres.ts'],
    reporters: ['default', totals],
    // Node imports and strips the files itself, as in production; vite's own loader makes two copies of graphql.
    experimental: { viteModuleRunner: false },
    maxWorkers: 2,
    // Half of a file's time went to loading the same modules again.
    isolate: false,
    unstubEnvs: true,
    // Of a machine that is busy with something else: what has to be fast is measured by the test itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
