import { describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const APPLICATIONS = '/v1/applications';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

const itemOf = ({ clientId }: Pick<Credentials, 'clientId'>) => `${APPLICATIONS}/${clientId}`;

/** Every request about one application: its method, and its path after that of the application. */
const requestsAbout = () =>
  [
    ['GET', ''],
    ['PATCH', '', { name: 'renamed' }],
    ['GET', '/grants'],
    ['PUT', `/grants/${acme.apiId}`, { permissions: 'all' }],
    ['DELETE', `/grants/${acme.apiId}`],
    ['POST', '/secrets', { title: 'second' }],
    ['POST', '/secrets/rotate', { graceSeconds: 0 }],
    ['POST', '/secrets/rotate/finish'],
    ['POST', '/secrets/rotate/cancel'],
    ['DELETE', '/secrets/aBc123'],
    ['DELETE', ''],
  ] as const;

describe('the administrator of the workspace', () => {
  test.each([
    ['deleted', 'DELETE', '', undefined],
    ['disabled', 'PATCH', '', { status: 'disabled' }],
    ['made to expire', 'PATCH', '', { expiresInSeconds: 315_360_000 }],
    ['made to expire beside other changes', 'PATCH', '', { name: 'x', expiresInSeconds: 1 }],
    ['granted less', 'PUT', `/grants/${SYSTEM_API_ID}`, { permissions: ['read:audit-events'] }],
    ['granted nothing', 'DELETE', `/grants/${SYSTEM_API_ID}`, undefined],
  ])('cannot be %s', async (_what, method, rest, body) => {
    const before = await world.manage('GET', itemOf(world.admin));
    const reply = await world.manage(method, itemOf(world.admin) + rest, body);
    expect(seen(reply)).toEqual(problem(409, 'conflict'));
    expect(seen(await world.manage('GET', itemOf(world.admin)))).toEqual(seen(before));
  });

  test('keeps one secret that does not expire', async () => {
    const secrets = `${itemOf(world.admin)}/secrets`;
    const first = world.admin.clientSecret.slice(4, 10);
    await world.manage('POST', secrets, { title: 'for a day', expiresInSeconds: 86_400 });
    expect(seen(await world.manage('DELETE', `${secrets}/${first}`))).toEqual(problem(409, 'conflict'));
    const lasting = await world.manage('POST', secrets, { title: 'lasting' });
    const { secrets: all } = lasting.body as { secrets: readonly { id: string; title?: string }[] };
    const others = all.filter(({ title }) => title !== undefined).map(({ id }) => id);
    for (const id of others) {
      expect((await world.manage('DELETE', `${secrets}/${id}`)).status).toBe(204);
      // The administrator's access tokens ended with the secret.
      world.clock.advance(2);
    }
    expect(others.length).toBe(2);
  });

  test('can be renamed, and given more', async () => {
    const token = await world.tokenFor(world.admin);
    const renamed = await world.manage('PATCH', itemOf(world.admin), { name: 'root', tokenLifetimeSeconds: 1_800 });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'root', status: 'active', expiresAt: null } });
    const system = `${itemOf(world.admin)}/grants/${SYSTEM_API_ID}`;
    expect((await world.manage('PUT', system, { permissions: 'all' })).status).toBe(200);
    const reports = `${itemOf(world.admin)}/grants/${acme.apiId}`;
    expect((await world.manage('PUT', reports, { permissions: ['read:reports'] }, token)).status).toBe(200);
    expect((await world.manage('DELETE', reports, undefined, token)).status).toBe(204);
  });
});

describe('T1: a tenant token at the routes of applications', () => {
  const everything = ['read:applications', 'write:applications', 'read:service-users', 'write:tenant-tokens'] as const;

  test('gets the answer for an unknown application, with any permission', async () => {
    const credentials = await createApplication(world);
    await grantPermissions(world, credentials, acme.apiId, ['read:reports']);
    const manager = await world.tokenFor(await arrangeTenantManager(world, acme.tenantId, everything));
    for (const [method, rest, body] of requestsAbout()) {
      const reply = await world.manage(method, itemOf(credentials) + rest, body, manager);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      const unknown = await world.manage(method, `${APPLICATIONS}/cli_unknown${rest}`, body, manager);
      expect(wholeReply(reply)).toEqual(wholeReply(unknown));
    }
    expect(await exchangeOutcome(world, credentials)).toBe('read:reports');
  });

  test('lists and creates none', async () => {
    const manager = await world.tokenFor(await arrangeTenantManager(world, acme.tenantId, everything));
    for (const [method, body] of [['GET'], ['POST', { name: 'mine' }]] as const) {
      const reply = await world.manage(method, APPLICATIONS, body, manager);
      expect(seen(reply)).toEqual(problem(403, 'insufficient_scope'));
    }
  });

  test('is no application', async () => {
    for (const credentials of [acme.tenantToken, acme.personalToken]) {
      for (const [method, rest, body] of requestsAbout()) {
        const reply = await world.manage(method, itemOf(credentials) + rest, body);
        expect(seen(reply)).toEqual(problem(404, 'not_found'));
      }
    }
    expect(await exchangeOutcome(world, acme.tenantToken)).toBe('read:reports write:reports');
  });
});

describe('an application that manages applications', () => {
  test('needs the permission for each thing it does', async () => {
    const [manager, other] = [await createApplication(world), await createApplication(world)];
    await grantPermissions(world, manager, SYSTEM_API_ID, ['read:applications']);
    const reading = await world.tokenFor(manager);
    for (const [method, rest, body] of [...requestsAbout(), ['POST', '', { name: 'x' }] as const]) {
      const path = method === 'POST' && rest === '' ? APPLICATIONS : itemOf(other) + rest;
      const reply = await world.manage(method, path, body, reading);
      if (method === 'GET') expect(reply.status).toBe(200);
      else expect(seen(reply)).toEqual(problem(403, 'insufficient_scope'));
    }
    expect((await world.manage('GET', APPLICATIONS, undefined, reading)).status).toBe(200);
  });
});
