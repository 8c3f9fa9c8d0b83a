import { describe, expect, test } from 'vitest';
import { standingOf } from '#shared/domain/access/standing.ts';
import { subjectId } from '#shared/domain/records/client.ts';
import { isLive } from '#shared/domain/records/lifecycle.ts';
import type { Membership, Tenant, User } from '#shared/domain/records/principals.ts';
import { lookAt } from '#test/support/ports/look-at.ts';
import { aClient, aMembership, aRole, aTenant, aUser, keyOfMembership } from '#test/support/ports/records.ts';

const NOW = 1_800_000_000;

describe('isLive', () => {
  test.each([
    [{}, true],
    [{ status: 'active' }, true],
    [{ status: 'disabled' }, false],
    [{ status: 'deleted' }, false],
    [{ expiresAtSeconds: NOW + 1 }, true],
    [{ expiresAtSeconds: NOW }, false],
    [{ expiresAtSeconds: NOW - 1 }, false],
    [{ status: 'active', expiresAtSeconds: NOW - 1 }, false],
    [{ status: 'disabled', expiresAtSeconds: NOW + 1 }, false],
  ])('Q8: %o is live: %s', (item, expected) => {
    expect(isLive(item, NOW)).toBe(expected);
  });
});

const application = aClient({ subject: { type: 'application' } });

const tenantToken = aClient({ roleIds: ['rol_reader'] });

const personalToken = aClient({
  subject: { type: 'user', tenantId: 'ten_acme', userId: 'usr_ada', membershipId: 'mem_1' },
  roleIds: [],
});

describe('subjectId', () => {
  test('C10: is the user of a personal token, and the client otherwise', () => {
    expect([application, tenantToken, personalToken].map(subjectId)).toEqual(['cli_export', 'cli_export', 'usr_ada']);
  });
});

describe('standingOf', () => {
  interface World {
    readonly tenant?: Tenant;
    readonly user?: User;
    readonly membership?: Membership;
  }
  const whole = { tenant: aTenant(), user: aUser(), membership: aMembership() };
  const look = ({ tenant, user, membership }: World) =>
    lookAt({
      ...(tenant && { tenant: { [tenant.id]: tenant } }),
      ...(user && { user: { [user.id]: user } }),
      ...(membership && { membership: { [keyOfMembership(membership).id]: membership } }),
      role: {
        rol_reader: aRole(),
        rol_own: aRole({ id: 'rol_own', tenantId: 'ten_acme' }),
        rol_foreign: aRole({ id: 'rol_foreign', tenantId: 'ten_globex' }),
      },
    });

  const { permissions } = aRole();
  const reading = {
    scope: { type: 'tenant', tenantId: 'ten_acme' },
    roles: [aRole()],
    permissions,
    revokedBeforeSeconds: 0,
  };

  test('an application has a standing of its own', async () => {
    expect(await standingOf(application, look({}))).toEqual({
      scope: { type: 'workspace' },
      userId: undefined,
      roles: [],
      permissions: [],
      revokedBeforeSeconds: 0,
    });
  });

  test('a tenant token has the standing of its tenant, with its own roles', async () => {
    const standing = { ...reading, userId: undefined };
    expect(await standingOf(tenantToken, look({ tenant: aTenant() }))).toEqual(standing);
  });

  test("a personal token has the standing of tenant, user and membership, with the membership's roles", async () => {
    const standing = { ...reading, userId: 'usr_ada' };
    expect(await standingOf(personalToken, look(whole))).toEqual(standing);
  });

  test('a tenant token also has the permissions that it was given directly', async () => {
    const direct = { apiId: 'api_reports', api: 'https://api.example.com/reports', value: 'write:reports' };
    const standing = await standingOf({ ...tenantToken, permissions: [direct] }, look(whole));
    expect(standing?.permissions).toEqual([...aRole().permissions, direct]);
  });

  test('C9: a deleted role is not among the roles', async () => {
    const client = { ...tenantToken, roleIds: ['rol_reader', 'rol_gone'] };
    expect((await standingOf(client, look(whole)))?.roles).toEqual([aRole()]);
  });

  test('T6: a role of another tenant is not among the roles, also if the record names it', async () => {
    const client = { ...tenantToken, roleIds: ['rol_foreign', 'rol_own', 'rol_reader'] };
    expect((await standingOf(client, look(whole)))?.roles.map(({ id }) => id)).toEqual(['rol_own', 'rol_reader']);
  });

  const { tenant, user, membership } = whole;
  test.each<[string, World]>([
    ['no tenant', { user, membership }],
    ['a deleted tenant', { ...whole, tenant: aTenant({ status: 'deleted' }) }],
    ['no user', { tenant, membership }],
    ['a disabled user', { ...whole, user: aUser({ status: 'disabled' }) }],
    ['no membership', { tenant, user }],
    ['a later membership', { ...whole, membership: aMembership({ id: 'mem_2' }) }],
    ['a membership elsewhere', { ...whole, membership: aMembership({ tenantId: 'ten_globex' }) }],
  ])('a personal token has no standing with %s', async (_what, world) => {
    expect(await standingOf(personalToken, look(world))).toBeUndefined();
  });

  test.each<[string, World]>([
    ['no tenant', {}],
    ['a deleted tenant', { tenant: aTenant({ status: 'deleted' }) }],
  ])('a tenant token has no standing with %s', async (_what, world) => {
    expect(await standingOf(tenantToken, look(world))).toBeUndefined();
  });
});
