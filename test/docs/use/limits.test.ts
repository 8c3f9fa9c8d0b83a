import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/limits.md';

describe(PAGE, () => {
  const used = usePage(PAGE);

  test('sets limits for the workspace', () => {
    const apiTokens = { maxLive: 20, lifetimeSeconds: 7_776_000, maxLifetimeSeconds: 31_536_000 };
    expect(used().session.answers('settings')).toEqual([
      expect.objectContaining({
        apiTokens: expect.objectContaining(apiTokens),
        tokenQuota: expect.objectContaining({ perDay: 5_000 }),
        version: 2,
      }),
    ]);
  });

  test('gives an application a quota of its own, and says what is left of it', () => {
    const [application, ...headers] = used().session.output('quota').trim().split(/\r?\n/);
    expect(JSON.parse(application ?? '')).toMatchObject({ tokenQuota: { perHour: 100, perDay: null, enforce: false } });
    expect(headers.map((header) => header.toLowerCase())).toEqual([
      'ratelimit-policy: "per-hour";q=100;w=3600',
      expect.stringMatching(/^ratelimit: "per-hour";r=99;t=\d+$/),
    ]);
  });

  test('removes the limits again', () => {
    const apiTokens = { maxLive: null, lifetimeSeconds: null, maxLifetimeSeconds: null };
    expect(used().session.answers('no-limits')).toEqual([
      expect.objectContaining({
        apiTokens: expect.objectContaining(apiTokens),
        tokenQuota: expect.objectContaining({ perHour: null, perDay: null }),
      }),
    ]);
  });
});
