import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import {
  type AuditEventPage,
  eventsOf,
  leaveAuditEvents,
  listAuditEvents,
  readAuditEvents,
} from '#test/support/ask/audit-events.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

const list = (query: Record<string, string> = {}, token?: string) => listAuditEvents(world, query, token);

const readAll = async (query: Record<string, string>) => eventsOf(await readAuditEvents(world, query));

const requestIdOf = ({ headers }: Reply) => headers.get('x-request-id');

const timestamp = () => new Date(world.clock.nowSeconds() * 1_000).toISOString();

describe('U4: a list of audit events', () => {
  test('shows a change by its outcome and its attempt, the newest first', async () => {
    world.clock.advance(1);
    const created = await world.manage('POST', '/v1/tenants', { name: 'Initech' });
    const common = {
      type: 'tenant.created',
      time: timestamp(),
      requestId: requestIdOf(created),
      actor: { clientId: world.admin.clientId, subject: world.admin.clientId, ip: '127.0.0.1', userAgent: 'node' },
    };
    const { status, body } = await list({ limit: '2' });
    const { id: tenantId } = created.body as { id: string };
    expect([status, body]).toEqual([
      200,
      {
        items: [
          { ...common, outcome: 'succeeded', target: { tenantId } },
          { ...common, outcome: 'attempted', target: {} },
        ],
        nextCursor: expect.any(String),
      },
    ]);
  });

  test('shows a refusal with its reason', async () => {
    const refused = await world.manage('POST', '/v1/roles', {
      key: 'reports-reader',
      name: 'x',
      level: 1,
      permissions: [],
    });
    expect(refused.status).toBe(409);
    const { items } = (await list({ outcome: 'refused', limit: '1' })).body as AuditEventPage;
    expect(items).toMatchObject([{ type: 'role.created', reason: 'conflict', requestId: requestIdOf(refused) }]);
  });

  test('shows who revoked which token', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    const { items } = (await list({ clientId: acme.tenantToken.clientId })).body as AuditEventPage;
    const actor = expect.objectContaining({ clientId: acme.tenantToken.clientId });
    expect(items).toMatchObject([
      { type: 'token.revoked', outcome: 'succeeded', actor, target: { tokenId: expect.stringMatching(/^tok_/) } },
      { type: 'token.revoked', outcome: 'attempted', actor },
    ]);
  });

  test('shows the beginning of the workspace', async () => {
    const { items } = (await list({ type: 'workspace.bootstrapped' })).body as AuditEventPage;
    expect(items.map(({ outcome }) => outcome)).toEqual(['succeeded', 'attempted']);
  });

  test('shows no reads, also no read of the list itself', async () => {
    const before = await readAll({ limit: '100' });
    for (const path of ['/v1/tenants', `/v1/tenants/${acme.tenantId}`, '/v1/audit-events']) {
      expect((await world.manage('GET', path)).status).toBe(200);
    }
    expect(await readAll({ limit: '100' })).toEqual(before);
  });
});

describe('a filter of audit events', () => {
  let application: Credentials;
  beforeAll(async () => {
    application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['write:tenants', 'write:users']);
    const token = await world.tokenFor(application);
    await leaveAuditEvents(world, token);
    await world.manage('POST', '/v1/users', { email: 'grace@example.com' }, token);
    await world.manage('POST', '/v1/users', { email: 'grace@example.com' }, token);
    await leaveAuditEvents(world);
  });

  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      'by client',
      {},
      [
        'tenant.created attempted',
        'tenant.created succeeded',
        'user.created attempted',
        'user.created attempted',
        'user.created refused',
        'user.created succeeded',
      ],
    ],
    ['by client and type', { type: 'tenant.created' }, ['tenant.created attempted', 'tenant.created succeeded']],
    ['by client and outcome', { outcome: 'succeeded' }, ['tenant.created succeeded', 'user.created succeeded']],
    ['by all three', { type: 'user.created', outcome: 'refused' }, ['user.created refused']],
    ['without a match', { type: 'user.deleted' }, []],
    ['by a type that there is not', { type: 'tenant.exploded' }, []],
  ])('%s shows the events that match it', async (_what, query, expected) => {
    const events = await readAll({ clientId: application.clientId, ...query });
    expect(events.map(({ type, outcome }) => `${type} ${outcome}`).toSorted()).toEqual(expected);
  });

  test('shows the same a page at a time', async () => {
    for (const query of [{}, { outcome: 'attempted' }]) {
      const ofApplication = { ...query, clientId: application.clientId };
      const pages = await readAuditEvents(world, { ...ofApplication, limit: '1' });
      expect(Math.max(...pages.map(({ items }) => items.length))).toBe(1);
      expect(eventsOf(pages)).toEqual(await readAll({ ...ofApplication, limit: '100' }));
    }
  });
});

describe('a list of audit events is refused with', () => {
  const place = (text: string) => Buffer.from(text).toString('base64url');

  test.each([
    ['no events to a page', { limit: '0' }, 'limit'],
    ['101 events to a page', { limit: '101' }, 'limit'],
    ['a page size in words', { limit: 'ten' }, 'limit'],
    ['a beginning in words', { from: 'yesterday' }, 'from'],
    ['a beginning without time', { from: '2027-01-15' }, 'from'],
    ['a beginning in another zone', { from: '2027-01-15T08:00:00+01:00' }, 'from'],
    ['a beginning on no day', { from: '2027-02-30T08:00:00Z' }, 'from'],
    ['an end in seconds', { to: '1800000000' }, 'to'],
    ['an end without anything', { to: '' }, 'to'],
    ['a beginning after the end', { from: '2027-01-15T08:00:01Z', to: '2027-01-15T08:00:00Z' }, 'from'],
    ['a beginning that is yet to come', { from: '9999-12-31T23:59:59Z' }, 'from'],
    ['what can be no type', { type: 'Tenant created' }, 'type'],
    ['an unknown outcome', { outcome: 'failed' }, 'outcome'],
    ['what can be no client', { clientId: '../tenants' }, 'clientId'],
    ['a cursor of anything', { cursor: 'x' }, 'cursor'],
    ['a cursor without an event', { cursor: place('2027-01-15T08:00:00.000Z#') }, 'cursor'],
    ['a cursor on no day', { cursor: place('2027-13-45T08:00:00.000Z#x') }, 'cursor'],
    ['a cursor of a kilobyte', { cursor: 'x'.repeat(1_025) }, 'cursor'],
  ])('%s', async (_what, query, field) => {
    expect(seen(await list(query))).toEqual(problem(400, 'invalid_request', field));
  });
});

describe('the list of audit events', () => {
  test('is shown to a caller that holds read:audit-events at the workspace', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:audit-events']);
    expect((await list({}, await world.tokenFor(application))).status).toBe(200);
  });

  test('is refused without a token', async () => {
    const reply = await world.send('GET', '/v1/audit-events');
    expect([reply.status, reply.body]).toMatchObject([401, { code: 'unauthenticated' }]);
  });

  test('is refused to an application without the permission', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:tenants', 'write:applications']);
    const refused = await list({}, await world.tokenFor(application));
    expect(seen(refused)).toEqual(problem(403, 'insufficient_scope'));
  });

  test('T1: is refused to a tenant, with any permission', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:audit-events', 'read:tenants']);
    const token = await world.tokenFor(manager);
    for (const query of [{}, { clientId: manager.clientId }]) {
      expect(seen(await list(query, token))).toEqual(problem(403, 'insufficient_scope'));
    }
  });
});

describe('audit events', () => {
  test('B21, U4: hold no secret, no token and nothing of a body', async () => {
    world.clock.advance(1);
    const from = timestamp();
    const marked = { metadata: { note: 'canary-of-metadata' } };
    const apiTokens = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const made = [
      await world.manage('POST', apiTokens, { description: 'canary-of-description', ...marked }),
      await world.manage('POST', '/v1/applications', { name: 'canary-of-name', ...marked }),
    ].map(({ body }) => body as Credentials);
    const item = `${apiTokens}/${made[0]?.clientId}`;
    made.push((await world.manage('POST', `${item}/secrets`, { title: 'canary-of-title' })).body as Credentials);
    await world.manage('PATCH', item, { description: 'canary-of-change' });
    const token = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    const events = await readAll({ from, limit: '100' });
    expect(events).toHaveLength(10);
    const text = JSON.stringify(events);
    for (const { clientSecret } of [...made, acme.tenantToken]) expect(text).not.toContain(clientSecret.slice(10));
    for (const canary of ['canary', 'mms_', 'eyJ', token.slice(-20)]) expect(text).not.toContain(canary);
  });

  test('I6: are unavailable, and never an empty list, if the store is', async () => {
    const token = await world.tokenFor(world.admin);
    const queryFails = (operation: string) => (operation === 'Query' ? denied() : undefined);
    const reply = await whileFailing(world.dynamo, queryFails, () => list({}, token));
    expect([seen(reply), reply.headers.get('retry-after')]).toEqual([problem(503, 'temporarily_unavailable'), '1']);
  });
});
