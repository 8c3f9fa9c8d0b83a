import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Many files wait for time-outs they provoke, so one more than the cores of the smallest machine keeps both busy.
    maxWorkers: 3,
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_PROFILE: '' },
  },
});
