import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: 'test/support/quiet.ts',
    include: ['test/**/*.test.ts'],
    // Files share their workers: starting one for each takes longer than most tests. Most tests wait for a process or a
    // port, so that more of them run than there are cores.
    isolate: false,
    maxWorkers: 3,
    globalSetup: ['test/support/build.ts'],
    // Tests await conditions; this is for those that never come true, on a slow machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Time limits are part of what is tested; on a machine that is busy with something else, one may be too short once.
    retry: 1,
    expect: { poll: { timeout: 30_000 } },
  },
});
