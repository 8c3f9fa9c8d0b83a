import type { Route } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { type Acme, basic, type Credentials, REPORTS, type World } from './world.ts';

type OperationOf<Table> = Table extends { readonly routes: infer Routes } ? Extract<keyof Routes, string> : never;

/** Every operation that any route of the API tables names. */
export type Operation = OperationOf<(typeof tables)[number]>;

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Makes a request that its route grants, each time another one: what it creates is new, what it deletes exists. */
export type RouteRequests = Readonly<Record<Operation, () => Promise<RouteRequest>>>;

/** Each route that one of these functions serves, with the status of its success. */
export function operationsOf(...functionNames: readonly (typeof tables)[number]['name'][]) {
  const served = tables.filter(({ name }) => functionNames.includes(name));
  return served.flatMap(({ routes }) =>
    Object.entries<Route>(routes).map(([name, { reply, audit }]) => ({
      operation: name as Operation,
      status: reply.status,
      isChange: audit !== undefined,
    })),
  );
}

let serial = 0;

/** A good request for every route. A route without one is a type error here. */
export async function routeRequests(world: World, acme: Acme): Promise<RouteRequests> {
  const token = await world.tokenFor(world.admin);
  const manage = (method: string, path: string, body?: object): RouteRequest => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const form = (path: string, parameters: Record<string, string>): RouteRequest => ({
    method: 'POST',
    path,
    headers: { authorization: basic(acme.tenantToken), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
  });
  const create = async <Body = { id: string }>(path: string, body: object, method = 'POST'): Promise<Body> =>
    (await world.manage(method, path, body, token)).body as Body;

  const tenantPath = `/v1/tenants/${acme.tenantId}`;
  const memberPath = `${tenantPath}/members/${acme.userId}`;
  const newTenant = () => ({ name: 'Globex', id: `globex-${++serial}` });
  const newUser = () => ({ email: `grace${++serial}@example.com` });
  const newRole = () => ({ key: `role-${++serial}`, name: 'Role', level: 100, permissions: [readReports] });
  const newApi = () => ({ identifier: `https://api.example.com/${++serial}`, name: 'API', permissions: [] });
  const newTenantToken = { description: 'nightly export', roleIds: [acme.readerRoleId] };
  const newMemberToken = { description: 'my laptop' };
  const existing = async (path: string, body: object) => `${path}/${(await create(path, body)).id}`;
  const existingToken = async (path: string, body: object) =>
    `${path}/api-tokens/${(await create<Credentials>(`${path}/api-tokens`, body)).clientId}`;
  const newMember = async () => `${tenantPath}/members/${(await create('/v1/users', newUser())).id}`;
  const existingMember = async () => {
    const path = await newMember();
    await create(path, { roleIds: [] }, 'PUT');
    return path;
  };

  return {
    token: async () => form('/oauth/token', { grant_type: 'client_credentials', audience: REPORTS }),
    introspect: async () => form('/oauth/introspect', { token: await world.tokenFor(acme.tenantToken) }),
    revoke: async () => form('/oauth/revoke', { token: await world.tokenFor(acme.tenantToken) }),
    jwks: async () => ({ method: 'GET', path: '/.well-known/jwks.json', headers: {} }),
    authorizationServerMetadata: async () => ({
      method: 'GET',
      path: '/.well-known/oauth-authorization-server',
      headers: {},
    }),
    openidConfiguration: async () => ({ method: 'GET', path: '/.well-known/openid-configuration', headers: {} }),

    createTenantApiToken: async () => manage('POST', `${tenantPath}/api-tokens`, newTenantToken),
    createMemberApiToken: async () => manage('POST', `${memberPath}/api-tokens`, newMemberToken),
    listTenantApiTokens: async () => manage('GET', `${tenantPath}/api-tokens`),
    listMemberApiTokens: async () => manage('GET', `${memberPath}/api-tokens`),
    getTenantApiToken: async () => manage('GET', `${tenantPath}/api-tokens/${acme.tenantToken.clientId}`),
    getMemberApiToken: async () => manage('GET', `${memberPath}/api-tokens/${acme.personalToken.clientId}`),
    deleteTenantApiToken: async () => manage('DELETE', await existingToken(tenantPath, newTenantToken)),
    deleteMemberApiToken: async () => manage('DELETE', await existingToken(memberPath, newMemberToken)),

    createTenant: async () => manage('POST', '/v1/tenants', newTenant()),
    listTenants: async () => manage('GET', '/v1/tenants'),
    getTenant: async () => manage('GET', tenantPath),
    deleteTenant: async () => manage('DELETE', await existing('/v1/tenants', newTenant())),
    createUser: async () => manage('POST', '/v1/users', newUser()),
    listUsers: async () => manage('GET', '/v1/users'),
    getUser: async () => manage('GET', `/v1/users/${acme.userId}`),
    deleteUser: async () => manage('DELETE', await existing('/v1/users', newUser())),
    setMember: async () => manage('PUT', await newMember(), { roleIds: [acme.readerRoleId] }),
    listMembers: async () => manage('GET', `${tenantPath}/members`),
    getMember: async () => manage('GET', memberPath),
    deleteMember: async () => manage('DELETE', await existingMember()),
    createRole: async () => manage('POST', '/v1/roles', newRole()),
    listRoles: async () => manage('GET', '/v1/roles'),
    getRole: async () => manage('GET', `/v1/roles/${acme.readerRoleId}`),
    deleteRole: async () => manage('DELETE', await existing('/v1/roles', newRole())),
    createApi: async () => manage('POST', '/v1/apis', newApi()),
    listApis: async () => manage('GET', '/v1/apis'),
    getApi: async () => manage('GET', `/v1/apis/${acme.apiId}`),
    deleteApi: async () => manage('DELETE', await existing('/v1/apis', newApi())),
  };
}

const readReports = { api: REPORTS, value: 'read:reports' };
