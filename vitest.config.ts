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
    // Loading the same modules for each file again took as long as the tests: what a test changes in them, it restores.
    isolate: false,
    unstubEnvs: true,
    // Of a machine that is busy with something else: what has to be fast is measured by the test itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
