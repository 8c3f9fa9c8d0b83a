import { describe, expect, test } from 'vitest';
import { findPermissions } from '#shared/domain/directory/role-permissions.ts';
import { findAssignedRoles } from '#shared/domain/directory/roles.ts';
import { AUTHORITY_BYTES_MAX, ROLE_BYTES_MAX, ROLES_MAX, type Role } from '#shared/domain/records/permissions.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { lookAt } from '#test/support/ports/look-at.ts';
import { anApi } from '#test/support/ports/records.ts';

const api = anApi({
  permissions: Array.from({ length: 200 }, (_, serial) => ({ value: `${serial}`.padEnd(100, 'x') })),
});
const claim = { ownerId: api.id, createdAtSeconds: 1, version: 1 };
const permissions = api.permissions.map(({ value }) => ({ apiId: api.id, api: api.identifier, value }));
const aRole = (id: string, count: number): Role => ({
  kind: 'tenant',
  id,
  key: id,
  name: id,
  level: 1,
  permissions: permissions.slice(0, count),
  createdAtSeconds: 1,
  version: 1,
});
const light = Array.from({ length: 30 }, (_, serial) => aRole(`rol_light${serial}`, 1));
const heavy = Array.from({ length: 8 }, (_, serial) => aRole(`rol_heavy${serial}`, 150));
const look = lookAt({
  role: Object.fromEntries([...light, ...heavy].map((role) => [role.id, role])),
  api: { [api.id]: api },
  name: { [`api/${api.identifier}`]: claim },
});
const idsOf = (roles: readonly Role[]) => roles.map(({ id }) => id);

test('Sound 5: the limit of a principal is the product of the limits of roles', () => {
  expect(AUTHORITY_BYTES_MAX).toBe(ROLES_MAX * ROLE_BYTES_MAX);
});

describe.each([
  ['more roles than a principal gets now', light],
  ['roles with more permissions than a role takes now', heavy],
])('Sound 5: a principal of an earlier version with %s', (_what, roles) => {
  const assign = (before?: readonly string[]) =>
    findAssignedRoles(idsOf(roles), look, { tenantId: 'ten_acme', before });

  test('keeps them', async () => {
    expect(idsOf(await assign(idsOf(roles)))).toEqual(idsOf(roles));
  });

  test('gets no further one, and nobody gets as many', async () => {
    expect([await outcomeOf(assign(idsOf(roles).slice(1))), await outcomeOf(assign())]).toEqual(
      Array(2).fill('invalid_request'),
    );
  });
});

test('Sound 5: a role of an earlier version takes back what it has and less, and nothing more', async () => {
  const before = permissions.slice(0, 150);
  const change = (count: number) =>
    findPermissions(permissions.slice(0, count), look, { bytesMax: ROLE_BYTES_MAX, before });
  const outcomes = [await outcomeOf(change(150)), await outcomeOf(change(149)), await outcomeOf(change(151))];
  expect(outcomes).toEqual(['done', 'done', 'invalid_request']);
});
