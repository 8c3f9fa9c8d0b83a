import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { grants } from '#infra/grants.ts';
import { pageQuery } from '#shared/api/fields/fields.ts';
import { membersShownOnce } from '#shared/api/fields/shown-once.ts';
import { isOfManagementApi, type LambdaTable, type Route } from '#shared/api/table.ts';
import { tables as everyTable, apiTables as tables } from '#shared/api/tables.ts';
import { reachOf, systemPermissions } from '#shared/domain/access/system-api.ts';

const all: readonly LambdaTable[] = tables;

const routes = all.flatMap((table) => Object.entries(table.routes).map(([name, route]) => ({ table, name, ...route })));

const managementRoutes = routes.flatMap(({ caller, ...route }) =>
  typeof caller === 'object' && 'permission' in caller ? [{ ...route, permission: caller.permission }] : [],
);

/** Routes without GET that change nothing. Nobody looks for them in the audit log. */
const withoutTrace = ['POST /oauth/token', 'POST /oauth/introspect', 'POST /oauth/par', 'POST /oauth/userinfo'];

/** Members that only the answer of a creation shows, although they are public: ids, times, and the notice. */
const PUBLIC_MEMBERS = ['apiId', 'kid', 'signsFrom', 'rotationEndsAt', 'type', 'principalId', 'notice'];

describe('names', () => {
  test('every Lambda has its own name', () => {
    expect(repeated(all.map(({ name }) => name))).toEqual([]);
  });

  test('every Lambda has a file of its name, and every file a Lambda of its name', () => {
    const files = readdirSync(new URL('../../../functions', import.meta.url)).filter((file) => file.endsWith('.ts'));
    expect(files.sort()).toEqual(everyTable.map(({ name }) => `${name}.ts`).sort());
  });

  test('every operation has its own name, across all Lambdas', () => {
    expect(repeated(routes.map(({ name }) => name))).toEqual([]);
  });

  test('no two routes have the same method and path, even with other names of parameters', () => {
    expect(repeated(routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`))).toEqual([]);
  });

  test('a name that comes twice is found', () => {
    expect(repeated(['a', 'b', 'a'])).toEqual(['a']);
  });
});

describe('paths', () => {
  test.each(routes)('$name is a management, OAuth or discovery path', ({ path }) => {
    expect(path).toMatch(
      /^\/(?:v1|oauth|\.well-known)\/(?:[a-z0-9.-]+|\{[a-zA-Z]+Id\})(?:\/(?:[a-z0-9-]+|\{[a-zA-Z]+Id\}))*(?:\/jwks\.json)?$|^\/\.well-known\/oauth-protected-resource\/v1\/?$/,
    );
  });

  test.each(routes)('$name answers errors in the style of its path', ({ path, errors }) => {
    expect(errors).toBe(path.startsWith('/oauth/') ? 'oauth' : 'problem');
  });
});

describe('callers', () => {
  test('exactly the routes under /v1 that are not open need a management permission', () => {
    const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);
    const closed = routes.filter(({ path, caller }) => path.startsWith('/v1/') && caller !== 'anyone');
    expect(names(managementRoutes)).toEqual(names(closed));
  });

  test('only discovery, public keys, status lists and reports of leaks are open to anyone', () => {
    const open = routes.filter(({ caller }) => caller === 'anyone').map(({ method, path }) => `${method} ${path}`);
    expect(open).toEqual([
      'POST /v1/leaked-credentials',
      'GET /.well-known/jwks.json',
      'GET /.well-known/jwks.jws',
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/openid-configuration',
      'GET /.well-known/oauth-protected-resource/v1/',
      'GET /.well-known/oauth-protected-resource/v1',
      'GET /.well-known/status/{listId}',
      'GET /v1/tenants/{tenantId}/service-users/{serviceUserId}/keys/{keyId}/jwks.json',
    ]);
  });

  test.each(managementRoutes)('$name reads with a read permission and changes with a write permission', (route) => {
    if (isTrial(route.path)) expect(route.permission).toMatch(/^test:/);
    else expect(route.permission).toMatch(route.method === 'GET' ? /^read:/ : /^write:/);
  });

  test('T1: a tenant may change only records inside that tenant', () => {
    const changes = managementRoutes.filter(({ method, permission }) => {
      return method !== 'GET' && !['workspace', 'self'].includes(reachOf(permission));
    });
    expect(changes.filter(({ path }) => !path.startsWith('/v1/tenants/{tenantId}/'))).toEqual([]);
  });

  test('T1: a tenant may see only roles outside itself', () => {
    const anywhere = managementRoutes.filter(({ permission }) => reachOf(permission) === 'anywhere');
    expect(anywhere.map(({ name }) => name)).toEqual(['listRoles', 'getRole']);
  });

  test('every permission that a tenant can have opens a route inside a tenant', () => {
    const inside = managementRoutes.filter(({ path }) => path.includes('{tenantId}'));
    const opened = new Set(inside.map(({ permission }) => permission));
    const reaching = managementRoutes.filter(({ permission }) => reachOf(permission) === 'tenant');
    expect(reaching.filter(({ permission }) => !opened.has(permission))).toEqual([]);
  });

  test('every permission of the management API opens a route', () => {
    const needed = new Set<string>(
      routes.flatMap(({ caller }) => (typeof caller === 'object' ? Object.values(caller) : [])),
    );
    expect(systemPermissions.map(({ value }) => value).filter((value) => !needed.has(value))).toEqual([]);
  });
});

describe('changes', () => {
  test.each(routes)('U4: $name names an audit event if and only if it changes something', ({ method, path, audit }) => {
    const changes = method !== 'GET' && !withoutTrace.includes(`${method} ${path}`);
    expect(audit !== undefined).toBe(changes);
  });

  test.each(routes)('$name takes a body if its method has a body', ({ method, path, body }) => {
    const takesNone = isConclusion(path) || path === '/oauth/userinfo';
    expect(body !== undefined).toBe(['POST', 'PUT', 'PATCH'].includes(method) && !takesNone);
  });

  test.each(routes)('$name answers with the status of its method', ({ method, path, reply }) => {
    expect(reply.status).toBe(successStatus(method, path));
  });
});

describe('bodies and replies', () => {
  const withBody = routes.flatMap(({ name, path, body }) => (body === undefined ? [] : [{ name, path, body }]));
  test.each(withBody)('$name accepts its example body', ({ body }) => {
    expect(body.schema.safeParse(decoded(body)).error).toBeUndefined();
  });

  test.each(withBody)('A18: $name drops or refuses members that it does not declare', ({ body, path }) => {
    const sent = Object(decoded(body));
    const declared = body.schema.parse(sent);
    expect(declared).toMatchObject(sent);
    const { data } = body.schema.safeParse({ ...sent, createdBy: 'usr_1', hash: '$2b$', secrets: [], version: 7 });
    expect(data).toEqual(path.startsWith('/v1/') ? undefined : declared);
  });

  test('Sound 21: each object in a body or query of the management API is strict, except JSON Web Keys', () => {
    const ofManagement = routes.filter(isOfManagementApi);
    const isKey = (place: string) => /\.(?:jwks|publicKey)(?:\.|$)/.test(place);
    const loose = ofManagement.flatMap(({ name, query, body }) => [
      ...looseObjects(query, `${name}.query`),
      ...looseObjects(body?.schema, `${name}.body`),
    ]);
    expect(loose.filter((place) => !isKey(place))).toEqual([]);
    expect(loose.some(isKey)).toBe(true);
  });

  const withExample = routes.flatMap(({ name, reply }) => (reply.example === undefined ? [] : [{ name, reply }]));
  test.each(withExample)('the example reply of $name fits its schema', ({ reply }) => {
    expect(reply.schema?.parse(reply.example)).toEqual(reply.example);
  });

  test.each(routes)('$name has an example of its reply, unless a standard defines the reply', ({ path, reply }) => {
    const isDefinedElsewhere = path.startsWith('/.well-known/');
    expect(reply.example !== undefined).toBe(reply.schema !== undefined && !isDefinedElsewhere);
  });

  test('A15: caches may keep only answers that anyone may read', () => {
    const cacheable = routes.filter(({ reply }) => reply.maxAgeSeconds !== undefined);
    expect(cacheable.every(({ caller }) => caller === 'anyone')).toBe(true);
  });

  test('B21: only answers that make a secret show it in clear', () => {
    const showing = (member: string) =>
      routes.filter(({ reply }) => membersShownOnce(reply.schema).includes(member)).map(({ name }) => name);
    expect(showing('clientSecret')).toEqual([
      'createTenantApiToken',
      'createMemberApiToken',
      'createMyApiToken',
      'addTenantApiTokenSecret',
      'rotateTenantApiTokenSecrets',
      'addMemberApiTokenSecret',
      'rotateMemberApiTokenSecrets',
      'addMyApiTokenSecret',
      'rotateMyApiTokenSecrets',
      'addApplicationSecret',
      'rotateApplicationSecrets',
      'addMyApplicationSecret',
      'rotateMyApplicationSecrets',
      'createServiceUserSecret',
      'createApplication',
      'createMyApplication',
    ]);
    expect(showing('accessToken')).toEqual(['createTenantApiToken', 'createMemberApiToken', 'createMyApiToken']);
    expect(showing('privateKey')).toEqual(['createServiceUserKey']);
    expect(showing('signingSecret')).toEqual(['createSigningSecret']);
    expect(showing('access_token')).toEqual(['token', 'testApi']);
    expect(showing('refresh_token')).toEqual(['token']);
  });

  const creations = routes.filter(({ reply, path }) => reply.status === 201 && path !== '/oauth/par');

  test.each(creations)(
    'B21: $name marks as shown once each member that it alone shows, except public members',
    (creation) => {
      const shownOnce = membersShownOnce(creation.reply.schema);
      const unmarked = membersShownByAlone(creation).filter((name) => !shownOnce.includes(name));
      expect(unmarked.filter((name) => !PUBLIC_MEMBERS.includes(name))).toEqual([]);
    },
  );

  test.each(creations)('$name has a notice if and only if it has a member that is shown once', ({ reply }) => {
    expect(membersOf(reply).includes('notice')).toBe(membersShownOnce(reply.schema).length > 0);
  });

  test.each(routes.filter(({ name }) => name.startsWith('list')))('$name answers in pages', ({ query }) => {
    expect(query).toHaveProperty('shape', expect.objectContaining(pageQuery.shape));
  });
});

describe('grants', () => {
  test.each(all)('$name lists no grant twice', ({ grants: listed }) => {
    expect(repeated(listed)).toEqual([]);
  });

  test('every grant is given to a Lambda', () => {
    const given = new Set<string>((everyTable as readonly LambdaTable[]).flatMap((table) => table.grants));
    expect(Object.keys(grants).filter((grant) => !given.has(grant))).toEqual([]);
  });
});

function successStatus(method: Route['method'], path: string): Route['reply']['status'] {
  if (method === 'DELETE' || isReport(path)) return 204;
  // RFC 9126 §2.2
  if (path === '/oauth/par') return 201;
  return method === 'POST' && path.startsWith('/v1/') && !isConclusion(path) && !isTrial(path) ? 201 : 200;
}

/** Whether a route ends a rotation or the time of a key, or sends a mail again: it takes no body and creates no record. */
function isConclusion(path: string): boolean {
  return /\/(?:finish|cancel|resend)$|^\/v1\/signing-keys\/\{keyId\}\/(?:rotate|revoke)$/.test(path);
}

/** Whether a route takes a report, and answers nothing. */
function isReport(path: string): boolean {
  return path === '/v1/leaked-credentials';
}

/** Whether a route tries something, with its own permission, and leaves no record. */
function isTrial(path: string): boolean {
  return path.endsWith('/test');
}

/** Lists every member that a reply can have, at any depth. */
function membersOf({ schema }: Route['reply']): readonly string[] {
  if (schema === undefined) return [];
  return [...JSON.stringify(z.toJSONSchema(schema)).matchAll(/"(\w+)":\{/g)].flatMap(([, name]) => name ?? []);
}

/** Lists the members of a creation's answer that no GET of the same resource, or of one around it, shows later. */
function membersShownByAlone({ path, reply }: Pick<Route, 'path' | 'reply'>): readonly string[] {
  const readings = routes.filter(({ method, path: read }) => method === 'GET' && isWithin(read, path));
  const shown = new Set(readings.flatMap((reading) => membersOf(reading.reply)));
  return membersOf(reply).filter((name) => !shown.has(name));
}

/** Whether one of two paths is below the other, or they are the same. */
function isWithin(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

/** The example in the form that the schema checks: repeatable members are lists. */
function decoded({ example, repeatable = [] }: NonNullable<Route['body']>): unknown {
  const members = Object.entries(Object(example));
  return Object.fromEntries(members.map(([name, value]) => [name, repeatable.includes(name) ? [value] : value]));
}

/** Lists the objects of a request that take members which they do not declare. */
function looseObjects(schema: z.ZodType | undefined, place: string): readonly string[] {
  return schema === undefined ? [] : looseIn(z.toJSONSchema(schema, { io: 'input' }), place);
}

function looseIn(node: unknown, place: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties, additionalProperties, ...rest } = node as Record<string, unknown>;
  const here = properties !== undefined && additionalProperties !== false ? [place] : [];
  return [
    ...here,
    ...Object.entries(Object(properties)).flatMap(([name, member]) => looseIn(member, `${place}.${name}`)),
    ...Object.values(rest).flatMap((inner) => looseIn(inner, place)),
  ];
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}
