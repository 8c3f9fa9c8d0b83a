import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { LambdaTable } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { changeableKinds, placeOf } from '#test/support/arrange/changeable-kinds.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import {
  type Operation,
  type RouteRequest,
  type RouteRequests,
  routeRequests,
} from '#test/support/route-requests/index.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);
const place = placeOf(acme, manage);

const routes = (tables as readonly LambdaTable[]).flatMap((table) =>
  Object.entries(table.routes).map(([name, route]) => ({ operation: name as Operation, ...route })),
);
const isDocument = ({ method, caller }: (typeof routes)[number]) => method === 'GET' && caller === 'anyone';
const management = routes.filter((route) => route.path.startsWith('/v1/') && !isDocument(route));
const documents = routes.filter(isDocument);

let requests: RouteRequests;
beforeAll(async () => {
  requests = await routeRequests(world, acme);
});

const send = ({ method, path, headers, body }: RouteRequest) =>
  world.send(method, path, { headers, ...(body !== undefined && { body }) });

const withParameter = async (operation: Operation, parameter: string): Promise<RouteRequest> => {
  const request = await requests[operation]();
  return { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${parameter}` };
};

const withMember = async (operation: Operation, member: object): Promise<RouteRequest> => {
  const request = await requests[operation]();
  return { ...request, body: JSON.stringify({ ...JSON.parse(request.body ?? '{}'), ...member }) };
};

const refused = (field?: string) => problem(400, 'invalid_request', field);

describe('Sound 21: the management API refuses what it does not know, by name', () => {
  test.each(management)('a parameter in the query of $method $path', async ({ operation }) => {
    expect(seen(await send(await withParameter(operation, 'tenantName=x')))).toEqual(refused('tenantName'));
  });

  test.each(management.filter(({ body }) => body !== undefined))(
    'a member in the body of $method $path',
    async ({ operation }) => {
      expect(seen(await send(await withMember(operation, { expiresIn: 60 })))).toEqual(refused('expiresIn'));
    },
  );

  test.each(management.filter(({ body }) => body === undefined))(
    'any body at $method $path, which takes none',
    async ({ operation, method }) => {
      if (method === 'GET') return;
      expect(seen(await send(await withMember(operation, { graceSeconds: 60 })))).toEqual(refused());
    },
  );

  test.each([
    ['PATCH', '/v1/settings', { tokenQuota: { perhour: 1 } }, 'tokenQuota.perhour'],
    ['PATCH', '/v1/settings', { apiTokens: { kinds: { users: [] } } }, 'apiTokens.kinds.users'],
    [
      'POST',
      '/v1/apis',
      { identifier: 'urn:x', name: 'X', permissions: [{ value: 'a', title: 'A' }] },
      'permissions[0].title',
    ],
  ])('a nested member: %s %s %j', async (method, path, body, field) => {
    expect(seen(await manage(method, path, body))).toEqual(refused(field));
  });

  test.each(['mms_7f3a', 'x'.repeat(41), 'two words', 'constructor7'])(
    'A14: the name %j, which could be a secret, without repeating it',
    async (name) => {
      const reply = await manage('POST', '/v1/tenants', { name: 'Initech', [name]: 1 });
      expect(seen(reply)).toEqual(refused());
      expect(reply.text).not.toContain(name);
    },
  );
});

describe('Sound 21: what it has shown is taken back', () => {
  test.each(changeableKinds)('$kind can be sent back as it was read', async ({ create }) => {
    const path = await create(place);
    const { body } = await manage('GET', path);
    expect(seen(await manage('PATCH', path, body))).toMatchObject({ status: 200, body: { version: 2 } });
  });

  test('the settings can be sent back as they were read', async () => {
    const { body } = await manage('GET', '/v1/settings');
    expect((await manage('PATCH', '/v1/settings', body)).status).toBe(200);
  });

  test('a membership and a client grant can be sent back as they were read', async () => {
    const member = `/v1/tenants/${acme.tenantId}/members/${acme.userId}`;
    const grant = `${await place.add('/v1/applications', { name: 'Gateway' })}/grants/${acme.apiId}`;
    await succeed(manage('PUT', grant, { permissions: 'all' }));
    for (const path of [member, grant]) {
      const before = await succeed(manage('PUT', path, path === grant ? { permissions: 'all' } : {}));
      expect((await manage('PUT', path, before)).status).toBe(200);
    }
  });
});

/** The members that answers of a change show and that its request does not take. */
const readOnlyOf = ({ reply, body }: LambdaTable['routes'][string]): readonly string[] => {
  const [shown, taken] = [reply.schema, body?.schema];
  if (!(shown instanceof z.ZodObject) || !(taken instanceof z.ZodObject)) return [];
  return Object.keys(shown.shape).filter((name) => !Object.hasOwn(taken.shape, name));
};
const changes = management.filter(({ method }) => method === 'PATCH' || method === 'PUT');

describe.each(changes)('Sound 21: members that $method $path cannot change', ({ operation, ...route }) => {
  /** A good request, and the record after it was made once. */
  const arrange = async () => {
    const request = await requests[operation]();
    return { request, shown: (await send(request)).body as Readonly<Record<string, unknown>> };
  };
  const sendWith = ({ body, ...request }: RouteRequest, members: object) =>
    send({ ...request, body: JSON.stringify({ ...JSON.parse(body ?? '{}'), ...members }) });

  test('are taken as they are shown', async () => {
    const { request, shown } = await arrange();
    const members = Object.fromEntries(readOnlyOf(route).map((name) => [name, shown[name]]));
    expect((await sendWith(request, members)).status).toBe(200);
  });

  test.each(readOnlyOf(route).filter((name) => name !== 'lastUsedAt'))(
    'are refused with another value, by name: %s',
    async (name) => {
      const { request, shown } = await arrange();
      for (const value of ['forged', 4_711, [{ id: 'forged' }], { forged: true }]) {
        expect(seen(await sendWith(request, { [name]: value }))).toEqual(refused(name));
      }
      const { version } = (await sendWith(request, {})).body as { version: number };
      expect(version).toBe(Number(shown.version) + 1);
    },
  );
});

describe('Sound 21: what is shown can be sent back', () => {
  const application = async () => {
    const path = await place.add('/v1/applications', { name: 'Gateway' });
    return { path, before: await succeed<Record<string, unknown>>(manage('GET', path)) };
  };

  test('also if the credential was used meanwhile, because uses are not compared', async () => {
    const { path, before } = await application();
    const used = { ...before, lastUsedAt: '2027-01-15T08:00:00.000Z' };
    const secrets = (before.secrets as object[]).map((secret) => ({ ...secret, lastUsedAt: null }));
    expect((await manage('PATCH', path, { ...used, secrets })).status).toBe(200);
  });

  test('but not after another change, whose version it names: 412 with If-Match, and 400 without', async () => {
    const { path, before } = await application();
    await succeed(manage('PATCH', path, { name: 'Front gate' }));
    const conditional = await manage('PATCH', path, before, { 'if-match': '"1"' });
    const replies = [seen(conditional), seen(await manage('PATCH', path, before))];
    expect(replies).toEqual([problem(412, 'precondition_failed'), refused('version')]);
  });

  test('and not for a record that does not exist', async () => {
    const { before } = await application();
    const reply = await manage('PATCH', '/v1/applications/cli_0000000000000000000000', before);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
    const member = `/v1/tenants/${acme.tenantId}/members/usr_0000000000000000000000`;
    expect(seen(await manage('PUT', member, { roleIds: [], version: 7 }))).toEqual(refused('version'));
  });
});

describe('Sound 21: a parameter that is unknown is ignored', () => {
  test.each(['token', 'introspect', 'revoke'] as const)('A5: by the OAuth endpoint of %s', async (operation) => {
    const request = await requests[operation]();
    const reply = await send({
      ...request,
      path: `${request.path}?tenantName=x`,
      body: `${request.body}&tenantName=x`,
    });
    expect(reply.status).toBe(200);
  });

  test.each(documents)('by the public document $path', async ({ operation }) => {
    expect((await send(await withParameter(operation, 'v=7'))).status).toBe(200);
  });
});

test('an empty object is no body', async () => {
  const path = await place.add('/v1/tenants', { name: 'Initech' });
  expect((await manage('DELETE', path, {})).status).toBe(204);
});
