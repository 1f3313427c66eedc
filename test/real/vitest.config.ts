import { defineConfig } from 'vitest/config';

/** Drives model servers that are running, one after the other: a small machine answers one request at a time. */
export default defineConfig({
  test: {
    globalSetup: ['test/harness/suite/postgres.ts'],
    include: ['test/real/**/*.real.ts'],
    // Names what is skipped, and for want of what.
    reporters: ['verbose'],
    experimental: { viteModuleRunner: false },
    isolate: false,
    maxWorkers: 1,
    // A small model on a small machine reads a long prompt for minutes.
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
  },
});
