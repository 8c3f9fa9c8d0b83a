import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/leaks.md';
const refused = expect.objectContaining({ error: 'invalid_client' });

describe(PAGE, () => {
  const used = usePage(PAGE);

  test('ends a leaked secret and every access token of its client', () => {
    expect(used().session.answers('leaked')).toEqual([refused, { active: false }]);
  });

  test('Q10: ends a secret that somebody found and reported', () => {
    expect(used().session.answers('report-leak')).toEqual([refused]);
  });

  test('revokes all tokens that an application was issued up to now', () => {
    const [application] = used().session.answers('revoke-issued') as [{ tokensRevokedUntil: string }];
    expect(Date.parse(application.tokensRevokedUntil)).toBeGreaterThan(Date.now() - 600_000);
  });
});
