import { describe, expect, test } from 'vitest';
import { assertMayAssign, assertOwnUser, authorize, type ManagementCaller } from '#shared/domain/access/authority.ts';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { aRole } from '#test/support/ports/records.ts';

const everything: readonly SystemPermission[] = [
  'read:tenants',
  'write:tenants',
  'read:users',
  'read:roles',
  'write:members',
];

function caller(changes: Partial<ManagementCaller> = {}): ManagementCaller {
  const identity = { clientId: 'cli_1', subject: 'cli_1', tenantId: undefined, userId: undefined };
  return { ...identity, permissions: everything, roles: [], heldPermissions: [], ...changes };
}

const administrator = caller();

const tenant = caller({ tenantId: 'ten_acme' });

describe('authorize', () => {
  const none = {};
  const own = { tenantId: 'ten_acme' };
  const foreign = { tenantId: 'ten_globex' };
  const user = { userId: 'usr_ada' };

  test.each<[string, SystemPermission, Record<string, string>, string]>([
    ['its own tenant', 'read:tenants', own, 'accepted'],
    ['another tenant', 'read:tenants', foreign, 'not_found'],
    ['the list of tenants', 'read:tenants', none, 'insufficient_scope'],
    ['deleting its own tenant', 'write:tenants', own, 'insufficient_scope'],
    ['deleting another tenant', 'write:tenants', foreign, 'not_found'],
    ['its own members', 'write:members', { ...own, ...user }, 'insufficient_scope'],
    ["another tenant's members", 'write:members', { ...foreign, ...user }, 'not_found'],
    ['the list of users', 'read:users', none, 'insufficient_scope'],
    ['one user', 'read:users', user, 'not_found'],
    ['the list of roles', 'read:roles', none, 'accepted'],
    ['one role', 'read:roles', { roleId: 'rol_reader' }, 'accepted'],
  ])("T1: answers a tenant's caller with every permission who asks for %s: %s", (_what, permission, ids, outcome) => {
    expect(verdict(() => authorize(tenant, { permission, ids }))).toBe(outcome);
    expect(verdict(() => authorize(administrator, { permission, ids }))).toBe('accepted');
  });

  test.each<[string, Record<string, string>, string]>([
    ['its own tenant', own, 'insufficient_scope'],
    ['another tenant', foreign, 'not_found'],
  ])("tells of a missing permission only inside the caller's own tenant: %s", (_what, ids, outcome) => {
    const powerless = caller({ tenantId: 'ten_acme', permissions: [] });
    expect(verdict(() => authorize(powerless, { permission: 'read:tenants', ids }))).toBe(outcome);
  });

  test('refuses an administrator without the permission', () => {
    const powerless = caller({ permissions: ['write:tenants'] });
    expect(verdict(() => authorize(powerless, { permission: 'read:tenants', ids: foreign }))).toBe(
      'insufficient_scope',
    );
  });

  test('names the missing permission in the error', () => {
    const refused = () => authorize(caller({ permissions: [] }), { permission: 'read:users', ids: none });
    expect(refused).toThrow(expect.objectContaining({ code: 'insufficient_scope', neededScope: 'read:users' }));
  });
});

describe('assertOwnUser', () => {
  test.each([
    ['an administrator', administrator, 'accepted'],
    ['the user', caller({ tenantId: 'ten_acme', userId: 'usr_ada' }), 'accepted'],
    ['another user', caller({ tenantId: 'ten_acme', userId: 'usr_bob' }), 'not_found'],
    ['the tenant', tenant, 'not_found'],
  ])("lets only the user and administrators manage a user's tokens: %s", (_who, asking, outcome) => {
    expect(verdict(() => assertOwnUser(asking, 'usr_ada'))).toBe(outcome);
  });
});

describe('C8: assertMayAssign', () => {
  const withLevels = (...levels: readonly number[]) => levels.map((level) => aRole({ level }));

  test.each([
    [[100], [100], 'accepted'],
    [[100], [101], 'accepted'],
    [[100], [99], 'forbidden'],
    [[100], [], 'accepted'],
    [[100], [100, 99], 'forbidden'],
    [[200, 100], [100], 'accepted'],
    [[200, 100], [99], 'forbidden'],
    [[0], [0], 'accepted'],
    [[], [], 'accepted'],
    [[], [10_000], 'forbidden'],
  ])('answers a caller with the levels %o who assigns %o: %s', (held, assigned, outcome) => {
    const holder = caller({ tenantId: 'ten_acme', roles: withLevels(...held) });
    expect(verdict(() => assertMayAssign(holder, withLevels(...assigned)))).toBe(outcome);
  });

  test('lets an administrator assign a role of any level', () => {
    expect(verdict(() => assertMayAssign(administrator, withLevels(0)))).toBe('accepted');
  });

  test.each<[SystemPermission, string]>([
    ['read:users', 'accepted'],
    ['write:applications', 'forbidden'],
  ])('answers a caller of the workspace who assigns a role with %s: %s', (value, outcome) => {
    const permissions = [{ apiId: SYSTEM_API_ID, api: 'https://auth.example.com/v1/', value }];
    expect(verdict(() => assertMayAssign(administrator, [aRole(), aRole({ permissions })]))).toBe(outcome);
  });
});
