/** The tests that mutants run against: those that need no bundle, so that thousands of runs stay possible. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{session-events,memory,sweep}/**/*.test.ts'],
    exclude: ['test/sweep/function.test.ts'],
    testTimeout: 20_000,
  },
});
