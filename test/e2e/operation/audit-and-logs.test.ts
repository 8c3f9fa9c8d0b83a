import { connect } from 'node:net';
import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { reachOf } from '#shared/domain/access/system-api.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { captureOutput } from '#test/support/ask/output.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { type Operation, type RouteRequest, routeRequests } from '#test/support/route-requests/index.ts';
import { auditLinesOf, workspaceItems } from '#test/support/stored/table-items.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Reply } from '#test/support/world/world.ts';

interface TableRoute extends Route {
  readonly operation: Operation;
  readonly functionName: string;
}

const routes: readonly TableRoute[] = tables.flatMap(({ name: functionName, routes: served }) =>
  Object.entries<Route>(served).map(([name, route]) => ({ ...route, functionName, operation: name as Operation })),
);
const changes = routes.filter(({ audit }) => audit !== undefined);

const output = captureOutput();
const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));
beforeAll(() => world.dynamo.forget());
beforeEach(() => output.forget());

const send = ({ method, path, ...init }: RouteRequest) => world.send(method, path, init);
const requestIdOf = ({ headers }: Reply) => headers.get('x-request-id');
const auditLines = (reply: Reply) => auditLinesOf(requestIdOf(reply));
const linesOf = (reply: Reply) => output.lines().filter(({ requestId }) => requestId === requestIdOf(reply));

/** The id of what a creation made. */
function idOf({ body }: Reply): string | undefined {
  const { id, clientId } = body as { id?: string; clientId?: string };
  return id ?? clientId;
}

/** The ids that a path such as `/v1/tenants/{tenantId}` names in a request. */
function idsIn(template: string, path: string): Record<string, string | undefined> {
  const values = path.split('/');
  const parts = [...template.split('/').entries()].filter(([, part]) => part.startsWith('{'));
  return Object.fromEntries(parts.map(([index, part]) => [part.slice(1, -1), values[index]]));
}

/** The client of a good request, and for whom it acts. */
interface Caller {
  readonly clientId: string;
  readonly subject: string;
}

/**
 * The caller of a good request: the client that authenticates, the user of a token for a user's own account, otherwise
 * the administrator.
 */
function callerOf({ caller }: Route, { headers = {} }: RouteRequest): Caller {
  const { authorization = '' } = headers;
  if (authorization.startsWith('Basic ')) return machine(basicUserOf(authorization));
  if (typeof caller !== 'object' || !('permission' in caller)) return machine(acme.tenantToken.clientId);
  if (reachOf(caller.permission) !== 'self') return machine(world.admin.clientId);
  const { client_id, sub } = decodeJwt(authorization.slice('Bearer '.length));
  return { clientId: String(client_id), subject: String(sub) };
}

const machine = (clientId: string): Caller => ({ clientId, subject: clientId });

const basicUserOf = (authorization: string) =>
  Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':')[0] ?? '';

/** The members of a request that the audit log keeps beside the ids in its path. */
const auditedIn = ({ audited = [] }: Route) => Object.fromEntries(audited.map((name) => [name, expect.any(String)]));

describe('a request that is granted', () => {
  test.each(routes)('U1, U4: $operation leaves one log line and, for a change, two audit lines', async (route) => {
    const request = await requests[route.operation]();
    output.forget();
    const reply = await send(request);
    expect(linesOf(reply)).toEqual([logLineOf(route, request, reply)]);
    expect(await auditLines(reply)).toEqual(route.audit === undefined ? [] : auditLinesFor(route, request, reply));
  });

  /** The log line of a success. */
  function logLineOf(route: TableRoute, request: RouteRequest, reply: Reply) {
    const { path } = request;
    const isKnown = route.caller !== 'anyone' && route.caller !== 'bearer';
    const { clientId } = callerOf(route, request);
    const isOfTenant = clientId === acme.tenantToken.clientId;
    return {
      level: 'INFO',
      message: 'request',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'mintmark',
      sampling_rate: 0,
      requestId: requestIdOf(reply),
      function: route.functionName,
      operation: route.operation,
      route: `${route.method} ${route.path}`,
      status: route.reply.status,
      outcome: 'ok',
      ...(isKnown && { clientId, ...(isOfTenant && { tenantId: acme.tenantId }) }),
      target: expect.objectContaining(idsIn(route.path, path)),
      ip: '127.0.0.1',
      userAgent: 'node',
      requests: 1,
      latencyMilliseconds: expect.any(Number),
      _aws: { Timestamp: expect.any(Number), CloudWatchMetrics: [expect.objectContaining({ Namespace: 'Mintmark' })] },
    };
  }

  /** The audit lines of a success: first the attempt, then the success and its target. */
  function auditLinesFor(route: TableRoute, request: RouteRequest, reply: Reply) {
    const { path } = request;
    const isOpen = route.caller === 'anyone';
    const { clientId, subject } = isOpen ? machine('') : callerOf(route, request);
    const ids = idsIn(route.path, path);
    const attempted = isOpen ? expect.objectContaining(ids) : { ...ids, ...auditedIn(route) };
    const common = {
      type: route.audit,
      requestId: requestIdOf(reply),
      day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      time: expect.stringMatching(/Z$/),
      timeSeconds: world.clock.nowSeconds(),
      actor: { clientId, subject, ip: '127.0.0.1', userAgent: 'node' },
    };
    const made = route.reply.status === 201 ? idOf(reply) : undefined;
    return [
      { ...common, event: expect.stringMatching(/#attempted$/), outcome: 'attempted', target: attempted },
      {
        ...common,
        event: expect.stringMatching(/#succeeded$/),
        outcome: 'succeeded',
        target: expect.toSatisfy((target: object) => {
          const named = Object.values(target);
          return Object.values(ids).every((id) => named.includes(id)) && (made === undefined || named.includes(made));
        }),
      },
    ];
  }
});

describe('the audit log', () => {
  test('U2, U4: revoke names the token by its id', async () => {
    const [, succeeded] = await auditLines(await send(await requests.revoke()));
    expect(succeeded?.target).toEqual({ tokenId: expect.stringMatching(/^tok_/) });
  });

  test.each([
    ['conflict', 'POST', () => '/v1/tenants', () => ({ name: 'Again', id: acme.tenantId })],
    ['not_found', 'DELETE', () => '/v1/users/usr_0000000000000000000000', () => undefined],
    [
      'invalid_request',
      'POST',
      () => `/v1/tenants/${acme.tenantId}/api-tokens`,
      () => ({ description: 'x', roleIds: ['rol_x'] }),
    ],
  ])('U4: a refusal is written down with its reason, %s', async (reason, method, path, body) => {
    const lines = await auditLines(await world.manage(method, path(), body()));
    expect(lines.map(({ outcome, reason: given }) => [outcome, given])).toEqual([
      ['attempted', undefined],
      ['refused', reason],
    ]);
  });

  test('U4: is only ever appended to', async () => {
    for (const operation of ['createTenant', 'deleteTenant', 'revoke'] as const)
      await send(await requests[operation]());
    const writes = world.dynamo.bodies.flatMap((body, index) => {
      const call = world.dynamo.calls[index] ?? '';
      return body.includes('"mintmark-audit"') && !['Query', 'Scan'].includes(call) ? [{ call, body }] : [];
    });
    expect(writes.length).toBeGreaterThan(6);
    expect(writes.filter(({ call, body }) => call !== 'PutItem' || !body.includes('attribute_not_exists'))).toEqual([]);
  });
});

describe('a process that cannot write the audit log', () => {
  const failing: Fault = { kind: 'error', name: 'InternalServerError', status: 500 };
  const auditFails =
    (about = '') =>
    (_operation: string, body: string) =>
      body.includes('"mintmark-audit"') && body.includes(about) ? failing : undefined;
  const sendWithoutAudit = (request: RouteRequest, about?: string) =>
    whileFailing(world.dynamo, auditFails(about), () => send(request));

  test('U5: makes no change', async () => {
    const prepared = await Promise.all(changes.map(({ operation }) => requests[operation]()));
    const before = await workspaceItems();
    const answers: string[] = [];
    for (const request of prepared) {
      const { status, headers } = await sendWithoutAudit(request);
      answers.push(`${request.method} ${request.path}: ${status} in ${headers.get('retry-after')} s`);
    }
    expect(answers).toEqual(prepared.map(({ method, path }) => `${method} ${path}: 503 in 1 s`));
    expect(await workspaceItems()).toEqual(before);
  });

  test.each(['token', 'introspect', 'getTenant', 'jwks'] as const)('U5: still answers %s', async (operation) => {
    expect((await sendWithoutAudit(await requests[operation]())).status).toBe(200);
  });

  test('U5: keeps a change whose attempt is on record, and logs a line about the lost outcome', async () => {
    const reply = await sendWithoutAudit(await requests.createTenant(), '"succeeded"');
    expect((await world.manage('GET', `/v1/tenants/${(reply.body as { id: string }).id}`)).status).toBe(200);
    expect((await auditLines(reply)).map(({ outcome }) => outcome)).toEqual(['attempted']);
    expect(linesOf(reply)).toMatchObject([
      { level: 'ERROR', message: 'audit outcome lost' },
      { level: 'INFO', message: 'request', outcome: 'ok', status: 201 },
    ]);
  });
});

describe('the log', () => {
  const tenantReader = async () => world.tokenFor(await arrangeTenantManager(world, acme.tenantId, ['read:tenants']));

  test('U2: names a token by its id when it is issued, introspected or revoked', async () => {
    for (const operation of ['token', 'introspect', 'revoke'] as const) {
      const [line] = linesOf(await send(await requests[operation]()));
      expect(line?.target).toMatchObject({ tokenId: expect.stringMatching(/^tok_[0-9A-Za-z]{22}$/) });
    }
  });

  test.each([
    ['invalid_client', 401, () => world.post('/oauth/token', undefined, { grant_type: 'client_credentials' })],
    ['unsupported_grant_type', 400, () => world.post('/oauth/token', acme.tenantToken, { grant_type: 'password' })],
    ['invalid_token', 401, () => world.manage('GET', '/v1/tenants', undefined, 'x')],
    ['insufficient_scope', 403, async () => world.manage('GET', '/v1/users', undefined, await tenantReader())],
    ['not_found', 404, () => world.manage('GET', '/v1/tenants/ten_unknown')],
    ['method_not_allowed', 405, () => world.send('GET', '/oauth/token')],
    ['payload_too_large', 413, () => world.manage('POST', '/v1/tenants', { name: 'x'.repeat(70_000) })],
  ])('U1: a refusal is one line with its code, %s', async (outcome, status, refused) => {
    expect(linesOf(await refused())).toMatchObject([{ level: 'INFO', message: 'request', outcome, status }]);
  });

  test('U1: a failing dependency is one line that names it', async () => {
    const request = await requests.getTenant();
    const missing: Fault = { kind: 'error', name: 'ResourceNotFoundException' };
    const reply = await whileFailing(
      world.dynamo,
      () => missing,
      () => send(request),
    );
    expect(linesOf(reply)).toMatchObject([
      {
        level: 'ERROR',
        outcome: 'temporarily_unavailable',
        status: 503,
        cause: [{ name: 'DomainError' }, { name: 'ResourceNotFoundException' }],
      },
    ]);
  });

  test.each([
    ['JSON', '","outcome":"ok"}\\n{"level":"FATAL"}', '","outcome":"ok"}\\n{"level":"FATAL"}'],
    ['terminal control', '\x9b31mred\x85next', ' 31mred next'],
    ['excess', 'x'.repeat(5_000), 'x'.repeat(256)],
  ])('U3: %s in a User-Agent stays inside its field', async (_name, userAgent, shown) => {
    const reply = await world.send('GET', '/.well-known/jwks.json', { headers: { 'user-agent': userAgent } });
    expect(linesOf(reply)).toMatchObject([{ userAgent: shown, outcome: 'ok' }]);
  });

  test.each(['%0d%0a%7b%22level%22:%22FATAL%22%7d', '%1b%5b31m', '%c2%9b31m', 'x'.repeat(3_000)])(
    'U3: a path that is no id is not repeated: %s',
    async (id) => {
      const reply = await world.manage('GET', `/v1/tenants/${id}`);
      expect(linesOf(reply)).toHaveLength(1);
      expect(linesOf(reply)[0]).not.toHaveProperty('target');
    },
  );

  test('U3: raw control bytes in a header never reach a function', async () => {
    const status = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
      socket.on('data', (data) => resolve(data.toString().slice(0, 12)));
      socket.end(
        `GET /.well-known/jwks.json HTTP/1.1\r\nhost: ${new URL(world.url).host}\r\nuser-agent: \x1b[31m\r\n\r\n`,
      );
    });
    expect([status, output.lines()]).toEqual(['HTTP/1.1 400', []]);
  });
});
