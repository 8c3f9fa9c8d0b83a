import { beforeAll, describe, expect, test } from 'vitest';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { memberOfWorkspace } from '#test/support/arrange/workspace-members.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import {
  type Actor,
  expectedStatus,
  isHidden,
  type ManagementRoute,
  managementRoutes,
  variantsOf,
} from '#test/support/ask/tenancy-rule.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import type { RouteRequest } from '#test/support/route-requests/desk.ts';
import { routeRequests } from '#test/support/route-requests/index.ts';
import { writtenTables } from '#test/support/stored/written-tables.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Acme } from '#test/support/world/world.ts';

/** Requests are about Globex and what belongs to it; the strangers come from Acme. */
const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const requests = prepared(() => routeRequests(world, globex));

let actors: readonly (Actor & { readonly token: string })[];
let strangers: typeof actors;
let tokenForReports: string;
beforeAll(async () => {
  tokenForReports = await world.tokenFor(globex.tenantToken);
  const all = [
    await createRole(
      'everything',
      systemPermissions.map(({ value }) => value),
    ),
  ];
  const little = [await createRole('little', ['introspect:tokens'])];
  const inTenant = ({ tenantId }: Acme) => ({ scope: { type: 'tenant', tenantId }, isStrong: true }) as const;
  const [inAcme, inGlobex] = [inTenant(acme), inTenant(globex)];
  const ownAccounts = [await ownAccount(world), await ownAccount(world, { userId: globex.userId })] as const;
  strangers = [
    { ...inAcme, name: 'token of another tenant', token: await tokenOf(acme, all) },
    { ...inAcme, name: 'user of another tenant', userId: acme.userId, token: await tokenOfUser(acme, all) },
  ];
  actors = [
    ...strangers,
    {
      scope: { type: 'workspace' },
      isStrong: true,
      name: 'administrator',
      token: await world.tokenFor(world.admin),
    },
    ...ownAccounts.map(({ userId, token }, index) => ({
      scope: { type: 'self', userId } as const,
      isStrong: true,
      name: `user ${index === 0 ? 'in no tenant' : 'of the tenant, for themself'}`,
      userId,
      token,
      ...(index === 1 && { isStrongerInTenant: true as const }),
    })),
    await newWorkspaceMember(),
    { ...inGlobex, name: 'weak token of the tenant', isStrong: false, token: await tokenOf(globex, little) },
    { ...inGlobex, name: 'token of the tenant', token: await tokenOf(globex, all) },
    { ...inGlobex, name: 'user of the tenant', userId: globex.userId, token: await tokenOfUser(globex, all) },
  ];
});

/** A person who may do everything in the workspace. */
async function newWorkspaceMember() {
  const { userId, token } = await ownAccount(world);
  await memberOfWorkspace(userId, 'all');
  return { scope: { type: 'workspace' }, isStrong: true, name: 'workspace member', userId, token } as const;
}

async function createRole(key: string, values: readonly string[]): Promise<string> {
  const permissions = values.map((value) => ({ api: `${world.url}/v1/`, value }));
  const { body } = await world.manage('POST', '/v1/roles', { key, name: key, level: 0, permissions });
  return (body as { id: string }).id;
}

async function tokenOf({ tenantId }: Acme, roleIds: readonly string[]): Promise<string> {
  const { body } = await world.manage('POST', `/v1/tenants/${tenantId}/api-tokens`, { description: 'actor', roleIds });
  return world.tokenFor(body as Credentials);
}

async function tokenOfUser({ tenantId, userId, personalToken }: Acme, roleIds: readonly string[]): Promise<string> {
  await world.manage('PUT', `/v1/tenants/${tenantId}/members/${userId}`, { roleIds });
  return world.tokenFor(personalToken);
}

async function send({ method, path, headers, body }: RouteRequest, token: string | undefined): Promise<Reply> {
  const { authorization: _authorization, ...others } = headers;
  const presented = token === undefined ? others : { ...others, authorization: `Bearer ${token}` };
  world.dynamo.forget();
  return world.send(method, path, { headers: presented, ...(body !== undefined && { body }) });
}

const unused = new Map<string, Promise<RouteRequest>>();

/** A request that no caller is granted, so that the next caller can send it too. */
function requestFor({ name }: ManagementRoute): Promise<RouteRequest> {
  const prepared = unused.get(name) ?? requests[name]();
  unused.set(name, prepared);
  return prepared;
}

/** Sends every path of a route as every actor. Answers the statuses, and the statuses by the rule. */
async function askByEveryone(route: ManagementRoute) {
  const answered: Record<string, number> = {};
  const expected: Record<string, number> = {};
  let request = await requests[route.name]();
  for (const actor of actors) {
    for (const [index] of variantsOf({ route, path: route.path }).entries()) {
      const path = variantsOf({ route, path: request.path })[index] ?? '';
      const { status } = await send({ ...request, path }, actor.token);
      answered[`${actor.name}: ${path}`] = status;
      expected[`${actor.name}: ${path}`] = expectedStatus(actor, { route, path });
      if (status >= 400) expect(writtenTables(world)).toEqual([]);
      else if (route.audit !== undefined) request = await requests[route.name]();
    }
  }
  return { answered, expected };
}

describe.each(managementRoutes)('T1: $name', (route) => {
  test('answers every caller by the rule, for ids that exist and for others', async () => {
    const { answered, expected } = await askByEveryone(route);
    expect(answered).toEqual(expected);
  });

  test('answers 401 to a caller without a valid token, and reads no database', async () => {
    const reply = await send(await requestFor(route), undefined);
    expect(seen(reply)).toEqual(problem(401, 'unauthenticated'));
    expect(reply.headers.get('www-authenticate')).toBe(`Bearer ${resourceMetadata(world)}`);
    expect(world.dynamo.calls).toEqual([]);
  });

  test('answers 401 to a token for another API', async () => {
    const reply = await send(await requestFor(route), tokenForReports);
    expect(seen(reply)).toEqual(problem(401, 'invalid_token'));
    expect(writtenTables(world)).toEqual([]);
  });
});

describe.each(managementRoutes.filter(isHidden))('T1: $name', (route) => {
  test('tells strangers nothing about existing records, and writes only the refusal to the audit log', async () => {
    const { path, ...request } = await requestFor(route);
    for (const { token } of strangers) {
      const replies = [];
      for (const variant of variantsOf({ route, path })) {
        replies.push(JSON.stringify(wholeReply(await send({ ...request, path: variant }, token))));
        expect(writtenTables(world)).toEqual([]);
      }
      expect(new Set(replies).size).toBe(1);
    }
  });
});

describe('a tenant that calls the management API', () => {
  const tokenNamed = (name: string) => actors.find((actor) => actor.name === name)?.token;

  test('cannot delete itself', async () => {
    const refused = await world.manage(
      'DELETE',
      `/v1/tenants/${globex.tenantId}`,
      undefined,
      tokenNamed('token of the tenant'),
    );
    expect(seen(refused)).toEqual(problem(403, 'insufficient_scope'));
  });

  test.each(['frontegg-tenant-id', 'x-tenant-id', 'frontegg-user-id', 'x-forwarded-user', 'x-user-token'])(
    'T3, B24: becomes no other tenant by the header %s',
    async (name) => {
      const request = await requests.getTenant();
      const headers = { ...request.headers, [name]: globex.tenantId };
      const refused = await send({ ...request, headers }, tokenNamed('token of another tenant'));
      expect(seen(refused)).toEqual(problem(404, 'not_found'));
      expect(seen(await send({ ...request, headers }, undefined))).toEqual(problem(401, 'unauthenticated'));
    },
  );

  test('T1: cannot be reached past the id in the path', async () => {
    const token = tokenNamed('token of another tenant');
    const paths = [
      `/v1/tenants/${globex.tenantId}%2Fapi-tokens`,
      `/v1/tenants/../tenants/${globex.tenantId}`,
      `/v1/tenants/${globex.tenantId}?tenantId=x`,
      `/v1/tenants/${globex.tenantId}/`,
      `/V1/tenants/${globex.tenantId}`,
    ];
    const replies = await Promise.all(
      paths.map((path) => fetch(world.url + path, { headers: { authorization: `Bearer ${token}` } })),
    );
    expect(replies.map(({ status }) => status)).toEqual(paths.map(() => 404));
  });
});
