import { defineConfig } from 'vitest/config';
import { LongestFirst } from '#test/support/world/longest-first.ts';

/** Files that read what the product logs. */
const loud = [
  'grants/token-quotas',
  'operation/audit-and-logs',
  'operation/metrics',
  'operation/scheduled-logs',
  'operation/secrecy',
  'registration/client-secrets',
].map((name) => `test/e2e/${name}.test.ts`);

/** Files that take longest of those in `npm run test:quick`, which leaves this project out. */
const long = [
  'e2e/authentication/workload-identity',
  'shared/domain/access/authority-chains',
  'shared/domain/founding/bootstrap',
].map((name) => `test/${name}.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ['test/support/browser/prepare-browser.ts', 'test/support/world/temporary-folder.ts'],
    // They end a test that hangs, on a machine that is busy with ten other things. No test promises to be fast.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Many files wait for time-outs they provoke, so one more than the cores of the smallest machine keeps both busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Files share a process and its modules: loading and compiling product, SDK and CDK for each took half of all time.
    isolate: false,
    // All cores have tests to run: threads of the garbage collector only take turns with them.
    // Requests to localhost come from 127.0.0.1, also on a machine that prefers ::1.
    execArgv: ['--single-threaded-gc', '--max-semi-space-size=32', '--dns-result-order=ipv4first'],
    projects: [
      {
        extends: true,
        test: { name: 'loud', include: loud, env: { POWERTOOLS_LOG_LEVEL: 'DEBUG', AWS_PROFILE: '' } },
      },
      {
        extends: true,
        test: {
          name: 'silent',
          include: ['test/**/*.test.ts'],
          exclude: [...loud, ...long],
          env: { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_PROFILE: '' },
        },
      },
      {
        extends: true,
        test: { name: 'long', include: long, env: { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_PROFILE: '' } },
      },
    ],
  },
});
