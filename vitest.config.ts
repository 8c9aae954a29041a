import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // Tests await conditions; this is for those that never come true, on a slow machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
