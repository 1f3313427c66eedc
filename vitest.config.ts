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
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
