import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/roles-and-tenants.md';
const id = (kind: string) => expect.stringMatching(new RegExp(`^${kind}_[0-9A-Za-z]{22}$`));

describe(PAGE, () => {
  const used = usePage(PAGE, { read: ['TENANT', 'ROLE'] });

  test('makes a user a member, and shows the tenants of the user', () => {
    const [membership, memberships] = used().session.answers('member');
    const { TENANT, ROLE } = used().session.variables;
    expect(membership).toMatchObject({ tenantId: TENANT, userId: id('usr'), roleIds: [ROLE] });
    expect(memberships).toEqual({ items: [membership] });
  });

  test('invites a person, and sends the invitation again', () => {
    const { TENANT, ROLE } = used().session.variables;
    const shown = { id: id('inv'), tenantId: TENANT, email: 'grace@example.com', roleIds: [ROLE], status: 'open' };
    expect(used().session.answers('invitation')).toEqual([
      expect.objectContaining({ ...shown, version: 1 }),
      expect.objectContaining({ ...shown, version: 2 }),
    ]);
  });

  test('invites a person to administer the workspace', () => {
    const [invitation, members] = used().session.answers('workspace-member');
    expect(invitation).toMatchObject({ email: 'grace@example.com', roleIds: 'all', status: 'open' });
    const time = expect.stringMatching(/Z$/);
    const first = { userId: id('usr'), roleIds: 'all', createdAt: time, version: expect.any(Number) };
    expect(members).toEqual({ items: [first] });
  });

  test('gives a tenant a role of its own, which new members get', () => {
    expect(used().session.answers('tenant-role')).toEqual([
      expect.objectContaining({
        id: id('rol'),
        tenantId: used().session.variables.TENANT,
        key: 'auditor',
        isDefault: true,
      }),
    ]);
  });

  test('lets a tenant make its own API tokens', () => {
    expect(used().session.answers('tenant-manager')).toEqual([
      expect.objectContaining({ clientId: id('cli'), description: 'made by the tenant', status: 'active' }),
    ]);
  });

  test('keeps metadata of a tenant', () => {
    expect(used().session.answers('metadata')).toEqual([expect.objectContaining({ metadata: { plan: 'gold' } })]);
  });

  test('refuses the personal token of a deleted user', () => {
    expect(used().session.answers('leaver')).toEqual([expect.objectContaining({ error: 'invalid_client' })]);
  });
});
