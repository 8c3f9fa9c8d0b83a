import { describe, expect, test } from 'vitest';
import { memoryRequestLimiter } from '#shared/adapters/node/memory-request-limiter.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { auditLinesOf } from '#test/support/stored/table-items.ts';
import type { Reply } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

/** A new source for every test. */
let limiter = memoryRequestLimiter();
const world = useWorld({ adapters: { requestLimiter: () => ({ count: (key) => limiter.count(key) }) } });
const acme = useAcme(world);

const GRANT = { grant_type: 'client_credentials' };

const linesOf = async ({ headers }: Reply) => {
  const lines = await auditLinesOf(headers.get('x-request-id'));
  return lines.map(({ type, outcome, reason, actor, target }) => ({ type, outcome, reason, actor, target }));
};

const failed = (clientId: string, reason: string, target = {}) => [
  {
    type: 'authentication.failed',
    outcome: 'refused',
    reason,
    actor: { clientId, subject: '', ip: '127.0.0.1', userAgent: 'node' },
    target,
  },
];

describe('U4: a credential that is refused is written down', () => {
  test.each(['/oauth/token', '/oauth/introspect', '/oauth/revoke'])(
    'at %s, with the client it was said to be',
    async (path) => {
      limiter = memoryRequestLimiter();
      const { clientId } = acme.tenantToken;
      const wrong = await world.post(path, { clientId, clientSecret: 'wrong' }, { ...GRANT, token: 'x' });
      const none = await world.post(path, undefined, { ...GRANT, token: 'x' });
      expect([wrong.status, none.status]).toEqual([401, 401]);
      expect([await linesOf(wrong), await linesOf(none)]).toEqual([
        failed(clientId, 'invalid_client'),
        failed('', 'invalid_client'),
      ]);
    },
  );

  test('at the management API, with the ids it was about', async () => {
    const path = `/v1/tenants/${acme.tenantId}`;
    const forReports = await world.manage('GET', path, undefined, await world.tokenFor(acme.tenantToken));
    expect(forReports.status).toBe(401);
    expect(await linesOf(forReports)).toEqual(failed('', 'invalid_token', { tenantId: acme.tenantId }));
  });

  test('B21: never with a secret that was put into the wrong field', async () => {
    limiter = memoryRequestLimiter();
    const { clientId, clientSecret } = acme.tenantToken;
    const swapped = await world.post('/oauth/token', { clientId: clientSecret, clientSecret: clientId }, GRANT);
    expect(await linesOf(swapped)).toEqual(failed('', 'invalid_client'));
  });

  test('at most ten times a minute for one source, however many clients it tries', async () => {
    limiter = memoryRequestLimiter();
    const attempts: Reply[] = [];
    for (let serial = 10; serial < 35; serial += 1) {
      const clientId = `cli_00000000000000000000${serial}`;
      attempts.push(await world.post('/oauth/token', { clientId, clientSecret: 'wrong' }, GRANT));
    }
    const lines = await Promise.all(attempts.map(linesOf));
    expect(lines.map(({ length }) => length)).toEqual([...Array(10).fill(1), ...Array(15).fill(0)]);
    expect(new Set(attempts.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });
});

describe('U4: a change that its caller may not make is written down', () => {
  test.each([
    ['insufficient_scope', '/v1/tenants', 'tenant.created', 403],
    ['not_found', '/v1/tenants/ten_unknown/api-tokens', 'api_token.created', 404],
  ])('with the reason %s', async (reason, path, type, status) => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens']);
    const reply = await world.manage('POST', path, { name: 'X' }, await world.tokenFor(manager));
    expect(reply.status).toBe(status);
    expect(await linesOf(reply)).toMatchObject([
      { type, outcome: 'refused', reason, actor: { clientId: manager.clientId, subject: manager.clientId } },
    ]);
  });

  test('also if the request is malformed', async () => {
    const reply = await world.manage('POST', '/v1/tenants', {});
    expect(await linesOf(reply)).toMatchObject([
      { type: 'tenant.created', outcome: 'refused', reason: 'invalid_request' },
    ]);
  });

  test('but a refused read is not', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:tenants']);
    const reply = await world.manage('GET', '/v1/users', undefined, await world.tokenFor(application));
    expect([reply.status, await linesOf(reply)]).toEqual([403, []]);
  });
});
