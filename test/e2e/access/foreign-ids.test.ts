import { beforeAll, describe, expect, test } from 'vitest';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { createRole } from '#test/support/arrange/creations.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isOfSelf, type ManagementRoute, managementRoutes } from '#test/support/ask/tenancy-rule.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import type { RouteRequest } from '#test/support/route-requests/desk.ts';
import { routeRequests } from '#test/support/route-requests/index.ts';
import { writtenTables } from '#test/support/stored/written-tables.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Acme } from '#test/support/world/world.ts';

type ClientKind = 'tenant' | 'member' | 'service user' | 'application';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
/** Each request is a good one about Globex; a test replaces one id in its path by that of another existing record. */
const requests = prepared(() => routeRequests(world, globex));
/** Callers with every permission, in the workspace and in each of the tenants. */
let tokens: { readonly admin: string; readonly acme: string; readonly globex: string };
let clients: readonly { readonly kind: ClientKind; readonly tenantId: string | undefined; readonly id: string }[];

beforeAll(async () => {
  clients = [
    ...(await Promise.all([acme, globex].map(clientsOf))).flat(),
    { kind: 'application', tenantId: undefined, id: (await create('/v1/applications', { name: 'Gateway' })).clientId },
  ];
  tokens = {
    admin: await world.tokenFor(world.admin),
    acme: await strongTokenOf(acme),
    globex: await strongTokenOf(globex),
  };
});

const create = async (path: string, body: object) => (await world.manage('POST', path, body)).body as Created;

type Created = Credentials & { readonly id: string };

/** One client of each kind that a tenant has. */
async function clientsOf({ tenantId, tenantToken, personalToken }: Acme) {
  const collection = `/v1/tenants/${tenantId}/service-users`;
  const { id } = await create(collection, { name: 'export' });
  const { clientId } = await create(`${collection}/${id}/secrets`, { title: 'blue' });
  return [
    { kind: 'tenant', tenantId, id: tenantToken.clientId },
    { kind: 'member', tenantId, id: personalToken.clientId },
    { kind: 'service user', tenantId, id: clientId },
  ] as const;
}

/** A token of the tenant's user with every permission. */
async function strongTokenOf({ tenantId, userId, personalToken }: Acme): Promise<string> {
  const all = systemPermissions.map(({ value }) => ({ api: `${world.url}/v1/`, value }));
  const roleIds = [await createRole(world, all, 0)];
  await world.manage('PUT', `/v1/tenants/${tenantId}/members/${userId}`, { roleIds });
  return world.tokenFor(personalToken);
}

async function send({ method, headers, body }: RouteRequest, path: string, token: string): Promise<Reply> {
  world.dynamo.forget();
  const authorization = `Bearer ${token}`;
  return world.send(method, path, { headers: { ...headers, authorization }, ...(body !== undefined && { body }) });
}

/** A path with another id in the place of a parameter, or of its last one. */
function exchanged(route: ManagementRoute, path: string, id: string, parameter?: string): string {
  const parts = route.path.split('/');
  const place = parts.findLastIndex((part) => (parameter === undefined ? part.startsWith('{') : part === parameter));
  return path.split('/').with(place, id).join('/');
}

/** The token of a person, with which a request about the person's own account was prepared. */
function tokenIn({ headers }: RouteRequest): string {
  return headers.authorization?.replace('Bearer ', '') ?? '';
}

function kindOf({ path }: ManagementRoute): ClientKind {
  if (!path.includes('{tenantId}')) return 'application';
  if (path.includes('{serviceUserId}')) return 'service user';
  return path.includes('{userId}') ? 'member' : 'tenant';
}

/** Routes of developers take no other token: test/e2e/developers exchanges their ids. */
const ofClients = managementRoutes.filter((route) => route.path.includes('{clientId}') && !isOfSelf(route));

describe.each(ofClients)('T1: $name', (route) => {
  /** A service user's secret is foreign to every other service user, and the requests make one of their own each time. */
  const isForeign = ({ kind, tenantId }: (typeof clients)[number]) =>
    isOfSelf(route) || kind !== kindOf(route) || tenantId === acme.tenantId || kind === 'service user';

  test('finds no client of another owner or of another kind', async () => {
    const request = await requests[route.name]();
    for (const { id } of clients.filter(isForeign)) {
      for (const token of isOfSelf(route) ? [tokenIn(request)] : [tokens.admin, tokens.globex]) {
        const reply = await send(request, exchanged(route, request.path, id, '{clientId}'), token);
        expect(seen(reply)).toEqual(problem(404, 'not_found'));
        expect(writtenTables(world)).toEqual([]);
      }
    }
  });
});

describe.each(managementRoutes.filter(({ path }) => /\{tenantId\}.+\{/.test(path)))('T1: $name', (route) => {
  test('finds nothing of another tenant under the path of this one', async () => {
    const request = await requests[route.name]();
    const path = exchanged(route, request.path, acme.tenantId, '{tenantId}');
    // Only the administrator of the workspace decides who joins a tenant.
    for (const token of route.name === 'setMember' ? [tokens.acme] : [tokens.admin, tokens.acme]) {
      const reply = await send(request, path, token);
      expect(writtenTables(world)).toEqual([]);
      expect([403, 404]).toContain(reply.status);
      expect(wholeReply(reply)).toEqual(wholeReply(await send(request, exchanged(route, path, 'nobody'), token)));
    }
  });
});
