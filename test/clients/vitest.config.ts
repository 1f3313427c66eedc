import { defineConfig } from 'vitest/config';
import { totals } from '../harness/suite/totals.ts';

/** Programs and pages of others that use the APIs, with packages of their own: see CONTRIBUTING.md. */
export default defineConfig({
  test: {
    name: 'clients',
    globalSetup: ['test/harness/suite/postgres.ts', 'test/clients/install.ts'],
    include: ['test/clients/*.test.ts', 'test/rest-compat/clients/**/*.test.ts'],
    reporters: ['default', totals],
    experimental: { viteModuleRunner: false },
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
