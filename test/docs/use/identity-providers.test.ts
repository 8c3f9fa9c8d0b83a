import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/identity-providers.md';

describe(PAGE, () => {
  const used = usePage(PAGE);

  test.each(['google', 'github', 'issuer'])('shows the redirect URI to register at the provider: %s', (block) => {
    const { session, mintmark } = used();
    expect(session.output(block)).toMatch(new RegExp(`^${mintmark.url}/login/callback/idp_\\w{22}\n$`));
  });

  test('changes a secret without showing it', () => {
    const { session } = used();
    const [changed] = session.answers('change');
    expect(changed).toMatchObject({ trustedDomains: ['acme.example', 'acme.co.example'], version: 2 });
    expect(session.output('change')).not.toContain('secret');
  });

  test('disables one provider, and deletes all', () => {
    const { session } = used();
    expect(session.answers('disable')).toMatchObject([{ name: 'GitHub', enabled: false }]);
    expect(session.answers('delete')).toEqual([{ items: [] }]);
  });
});
