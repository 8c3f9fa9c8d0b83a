import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, REPORTS } from '#test/support/world/world.ts';

const readReports = { api: REPORTS, value: 'read:reports' };

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);

const rolesOf = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/roles`;

let serial = 0;
const newRole = (changes: object = {}) => {
  serial += 1;
  return { key: `auditor-${serial}`, name: 'Auditor', level: 100, permissions: [readReports], ...changes };
};
const createRoleOf = async (tenant: Acme, changes: object = {}) =>
  (await succeed(manage('POST', rolesOf(tenant), newRole(changes)))).id;

describe('a role of a tenant', () => {
  test('is shown under its tenant, by every route, and nowhere else', async () => {
    const request = newRole({ description: 'Sees what was done' });
    const created = await manage('POST', rolesOf(acme), request);
    const role = {
      ...request,
      id: expect.stringMatching(/^rol_\w{22}$/),
      tenantId: acme.tenantId,
      kind: 'tenant',
      isDefault: false,
      createdAt: expect.any(String),
      version: 1,
    };
    expect(seen(created)).toEqual({ status: 201, body: role });
    const { id } = created.body as { id: string };
    expect(seen(await manage('GET', `${rolesOf(acme)}/${id}`))).toEqual({ status: 200, body: created.body });
    expect((await manage('GET', rolesOf(acme))).body).toEqual({ items: [created.body] });
    expect((await manage('GET', rolesOf(globex))).body).toEqual({ items: [] });
    expect((await manage('GET', '/v1/roles?limit=100')).text).not.toContain(id);
  });

  test('T1: is not found at the paths of the workspace and of other tenants', async () => {
    const id = await createRoleOf(acme);
    const collections = ['/v1/roles', rolesOf(globex)];
    for (const [method, body] of [['GET'], ['PATCH', { name: 'Mine' }], ['DELETE']] as const) {
      for (const collection of collections) {
        const [foreign, unknown] = [
          await manage(method, `${collection}/${id}`, body),
          await manage(method, `${collection}/rol_unknown`, body),
        ];
        expect(seen(foreign)).toEqual(problem(404, 'not_found'));
        expect(wholeReply(foreign)).toEqual(wholeReply(unknown));
      }
    }
    expect((await manage('GET', `${rolesOf(acme)}/${id}`)).body).toMatchObject({ name: 'Auditor', version: 1 });
  });

  test('is no role of the workspace: a role of the workspace is not found under a tenant', async () => {
    const reply = await manage('GET', `${rolesOf(acme)}/${acme.readerRoleId}`);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
  });

  test('counts in tokens with its permissions of this moment, and not at all once it is deleted', async () => {
    const id = await createRoleOf(acme, { key: 'counting' });
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [id] });
    const token = await world.tokenFor(credentials);
    expect(decodeJwt(token)).toMatchObject({ roles: ['counting'], permissions: ['read:reports'] });
    await manage('PATCH', `${rolesOf(acme)}/${id}`, { permissions: [{ api: REPORTS, value: 'write:reports' }] });
    expect([await introspectedScope(world, token), await exchangeOutcome(world, credentials)]).toEqual([
      undefined,
      'write:reports',
    ]);
    expect((await manage('DELETE', `${rolesOf(acme)}/${id}`)).status).toBe(204);
    expect((await exchangeOutcome(world, credentials, { audience: REPORTS })).slice(0, 3)).toBe('400');
  });

  test('is not found any more once its tenant is deleted', async () => {
    const { id: tenantId } = await succeed(manage('POST', '/v1/tenants', { name: 'Initech' }));
    const { id } = await succeed(manage('POST', `/v1/tenants/${tenantId}/roles`, newRole()));
    await manage('DELETE', `/v1/tenants/${tenantId}`);
    const replies = [
      await manage('GET', `/v1/tenants/${tenantId}/roles`),
      await manage('GET', `/v1/tenants/${tenantId}/roles/${id}`),
      await manage('POST', `/v1/tenants/${tenantId}/roles`, newRole()),
    ];
    expect(replies.map(seen)).toEqual(Array(3).fill(problem(404, 'not_found')));
  });

  test('is refused with a permission that no API declares', async () => {
    const body = newRole({ permissions: [{ api: REPORTS, value: 'delete:reports' }] });
    expect(seen(await manage('POST', rolesOf(acme), body))).toEqual(problem(400, 'invalid_request', 'permissions'));
  });
});

describe("T7: the key of a tenant's role", () => {
  test('may be the same in two tenants, and only once in each', async () => {
    const role = newRole();
    const replies = [
      await manage('POST', rolesOf(acme), role),
      await manage('POST', rolesOf(globex), role),
      await manage('POST', rolesOf(acme), role),
    ];
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 409]);
    expect(replies[2] && seen(replies[2])).toEqual(problem(409, 'conflict', 'key'));
  });

  test('cannot be the key of a role of the workspace, until that role is deleted', async () => {
    const role = newRole();
    const { id } = await succeed(manage('POST', '/v1/roles', role));
    expect(seen(await manage('POST', rolesOf(acme), role))).toEqual(problem(409, 'conflict', 'key'));
    await manage('DELETE', `/v1/roles/${id}`);
    expect((await manage('POST', rolesOf(acme), role)).status).toBe(201);
  });

  test('is free again once its role is deleted', async () => {
    const role = newRole();
    const { id } = await succeed(manage('POST', rolesOf(acme), role));
    await manage('DELETE', `${rolesOf(acme)}/${id}`);
    expect((await manage('POST', rolesOf(acme), role)).status).toBe(201);
  });
});

describe('T6: a role of another tenant', () => {
  /** The records that have roles: the creation and the change of each. */
  const assignments = {
    'a new member': async () => {
      const { id } = await succeed(manage('POST', '/v1/users', { email: `user${newRole().key}@example.com` }));
      return ['PUT', `/v1/tenants/${acme.tenantId}/members/${id}`, {}] as const;
    },
    'a member': async () => ['PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, {}] as const,
    'a new service user': async () =>
      ['POST', `/v1/tenants/${acme.tenantId}/service-users`, { name: 'export' }] as const,
    'a service user': async () => {
      const collection = `/v1/tenants/${acme.tenantId}/service-users`;
      const { id } = await succeed(manage('POST', collection, { name: 'export', roleIds: [] }));
      return ['PATCH', `${collection}/${id}`, {}] as const;
    },
    'a new API token': async () =>
      ['POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { description: 'export' }] as const,
    'an API token': async () => {
      const { clientId } = await createApiToken(world, acme.tenantId, { roleIds: [] });
      return ['PATCH', `/v1/tenants/${acme.tenantId}/api-tokens/${clientId}`, {}] as const;
    },
  };

  test.each(Object.entries(assignments))('is answered like an unknown role by %s', async (_what, arrange) => {
    const [own, foreign] = [await createRoleOf(acme), await createRoleOf(globex)];
    const [method, path, body] = await arrange();
    const assign = (roleIds: readonly string[]) => manage(method, path, { ...body, roleIds });
    const [refused, unknown] = [await assign([own, foreign]), await assign([own, 'rol_unknown'])];
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'roleIds'));
    expect(wholeReply(refused)).toEqual(wholeReply(unknown));
    expect((await assign([own])).status).toBeLessThan(300);
  });
});
