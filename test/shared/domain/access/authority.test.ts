import { describe, expect, test } from 'vitest';
import {
  assertMayAssign,
  assertMayGivePermissions,
  assertOwnUser,
  authorize,
  type ManagementCaller,
  ownAccountOf,
} from '#shared/domain/access/authority.ts';
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
  const scope = { type: 'workspace' } as const;
  const identity = { clientId: 'cli_1', subject: 'cli_1', scope, userId: undefined };
  return { ...identity, permissions: everything, roles: [], heldPermissions: [], ...changes };
}

const administrator = caller();

const self = caller({
  scope: { type: 'self', userId: 'usr_ada' },
  userId: 'usr_ada',
  permissions: [...everything, 'read:me'],
});

const tenant = caller({ scope: { type: 'tenant', tenantId: 'ten_acme' } });

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
    ['its own members', 'write:members', { ...own, ...user }, 'accepted'],
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
    const powerless = caller({ scope: { type: 'tenant', tenantId: 'ten_acme' }, permissions: [] });
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
    ['the user', caller({ scope: { type: 'tenant', tenantId: 'ten_acme' }, userId: 'usr_ada' }), 'accepted'],
    ['another user', caller({ scope: { type: 'tenant', tenantId: 'ten_acme' }, userId: 'usr_bob' }), 'not_found'],
    ['the tenant', tenant, 'not_found'],
    ['the user, in no tenant', self, 'accepted'],
    ['another user, in no tenant', { ...self, userId: 'usr_bob' }, 'not_found'],
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
    const holder = caller({ scope: { type: 'tenant', tenantId: 'ten_acme' }, roles: withLevels(...held) });
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

describe('W1: a caller without a tenant that is no caller of the workspace', () => {
  test.each<[SystemPermission, Record<string, string>, string]>([
    ['read:tenants', {}, 'insufficient_scope'],
    ['read:tenants', { tenantId: 'ten_acme' }, 'not_found'],
    ['read:users', { userId: 'usr_ada' }, 'not_found'],
    ['write:members', { tenantId: 'ten_acme', userId: 'usr_ada' }, 'not_found'],
    ['read:roles', {}, 'insufficient_scope'],
    ['read:roles', { roleId: 'rol_reader' }, 'not_found'],
    ['introspect:tokens', {}, 'insufficient_scope'],
    ['read:me', {}, 'accepted'],
  ])('has with %s for %o: %s', (permission, ids, outcome) => {
    const strong = { ...self, permissions: [...self.permissions, permission] };
    expect(verdict(() => authorize(strong, { permission, ids }))).toBe(outcome);
  });

  test('assigns no role of any level', () => {
    expect(verdict(() => assertMayAssign(self, [aRole({ level: 32_767, permissions: [] })]))).toBe('forbidden');
  });

  test('gives no permission that it does not hold itself', () => {
    const permission = { apiId: 'api_reports', api: 'https://api.example.com/reports', value: 'read:reports' };
    expect(verdict(() => assertMayGivePermissions(self, [permission]))).toBe('forbidden');
    expect(verdict(() => assertMayGivePermissions(administrator, [permission]))).toBe('accepted');
  });
});

describe('W2: what is for users and their own accounts', () => {
  test.each([
    ['the administrator', administrator],
    ['a tenant', tenant],
  ])('is not for %s, with the permission', (_who, asking) => {
    const strong = { ...asking, permissions: ['read:me'] };
    for (const ids of [{}, { consentId: 'con_1' }]) {
      expect(verdict(() => authorize(strong, { permission: 'read:me', ids }))).toBe('insufficient_scope');
    }
    expect(verdict(() => ownAccountOf(strong))).toBe('not_found');
  });

  test('is about the account that the token names', () => {
    expect(ownAccountOf(self)).toBe('usr_ada');
  });
});
