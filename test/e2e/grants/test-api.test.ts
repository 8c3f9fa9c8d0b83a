import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

interface Tried {
  readonly tokenResponse: { readonly access_token: string };
}

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let token: string;
beforeAll(async () => {
  token = await world.tokenFor(world.admin);
});

const tryApi = (body: object, { apiId = acme.apiId, by = token } = {}) =>
  world.manage('POST', `/v1/apis/${apiId}/test`, body, by);

async function createReader(request: object = {}): Promise<Credentials> {
  const application = await createApplication(world, request);
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return application;
}

/** The management token of an application with these permissions. */
async function managerWith(permissions: readonly string[]): Promise<string> {
  const application = await createApplication(world);
  await grantPermissions(world, application, SYSTEM_API_ID, permissions);
  return world.tokenFor(application);
}

describe('the trial of an API', () => {
  test('gives the token that the application would get, for a minute, without its secret', async () => {
    const { clientId } = await createReader({ metadata: { team: 'Büro' } });
    const { status, body } = await tryApi({ clientId });
    const { access_token } = (body as Tried).tokenResponse;
    const now = world.clock.nowSeconds();
    expect([status, body]).toEqual([
      200,
      {
        tokenResponse: { access_token, token_type: 'Bearer', expires_in: 60, scope: 'read:reports' },
        header: { alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) },
        claims: {
          ...{ iss: world.url, sub: clientId, aud: REPORTS, client_id: clientId, scope: 'read:reports' },
          ...{ exp: now + 60, iat: now, nbf: now, jti: expect.stringMatching(/^tok_/) },
          depends_on: [expect.stringMatching(/^grn_/)],
          metadata: { team: 'Büro' },
        },
      },
    ]);
    expect(decodeJwt(access_token)).toEqual((body as { claims: object }).claims);
  });

  test('gives a token that works until its minute is over or the grant is deleted', async () => {
    const application = await createReader();
    const tried = (await tryApi({ clientId: application.clientId })).body as Tried;
    const { access_token: value } = tried.tokenResponse;
    const scopes = [await introspectedScope(world, value)];
    await grantPermissions(world, application, acme.apiId, []);
    scopes.push(await introspectedScope(world, value));
    await grantPermissions(world, application, acme.apiId, 'all');
    world.clock.advance(60);
    scopes.push(await introspectedScope(world, value));
    expect(scopes).toEqual(['read:reports', undefined, undefined]);
    token = await world.tokenFor(world.admin);
  });

  test('gives only the scope that was asked for', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, acme.apiId, 'all');
    const { body } = await tryApi({ clientId: application.clientId, scope: 'write:reports' });
    expect(body).toMatchObject({ tokenResponse: { scope: 'write:reports' }, claims: { scope: 'write:reports' } });
  });

  test('gives a token that ends with the application, if that is sooner', async () => {
    const application = await createReader({ expiresInSeconds: 20 });
    const { body } = await tryApi({ clientId: application.clientId });
    expect(body).toMatchObject({ tokenResponse: { expires_in: 20 } });
  });

  test('U4: is on record, with the application and without the token', async () => {
    const { clientId } = await createReader();
    const { body } = await tryApi({ clientId });
    const events = await world.manage('GET', '/v1/audit-events?type=api.tested', undefined, token);
    const { items } = events.body as { items: readonly object[] };
    const target = expect.objectContaining({ apiId: acme.apiId, clientId });
    expect(items).toContainEqual(expect.objectContaining({ outcome: 'succeeded', target }));
    expect(events.text).not.toContain((body as Tried).tokenResponse.access_token.slice(-40));
  });
});

describe('the trial of an API is refused', () => {
  test('C6: for an application without a grant', async () => {
    const { clientId } = await createApplication(world);
    expect(seen(await tryApi({ clientId }))).toEqual(problem(400, 'invalid_target', 'audience'));
  });

  test.each(['write:reports', 'read:reports write:reports', 'unknown', 'read:reports  read:reports'])(
    'C3, C4: with the scope %j above the grant',
    async (scope) => {
      const { clientId } = await createReader();
      expect(seen(await tryApi({ clientId, scope }))).toEqual(problem(400, 'invalid_scope', 'scope'));
    },
  );

  test('alike for unknown clients and for clients that are no applications', async () => {
    for (const clientId of ['cli_unknown', acme.tenantToken.clientId, acme.personalToken.clientId]) {
      expect(seen(await tryApi({ clientId }))).toEqual(problem(404, 'not_found'));
    }
  });

  test('for an API that does not exist', async () => {
    const application = await createReader();
    expect(seen(await tryApi({ clientId: application.clientId }, { apiId: 'api_unknown' }))).toEqual(
      problem(404, 'not_found'),
    );
  });

  test('B13: for an application that is disabled or has expired', async () => {
    const [disabled, expired] = [await createReader(), await createReader({ expiresInSeconds: 1 })];
    await world.manage('PATCH', `/v1/applications/${disabled.clientId}`, { status: 'disabled' }, token);
    world.clock.advance(1);
    for (const application of [disabled, expired]) {
      expect(seen(await tryApi({ clientId: application.clientId }))).toEqual(problem(409, 'conflict'));
    }
  });

  test.each([{}, { clientId: 'a b' }, { clientId: 1 }, { clientId: 'cli_1', scope: '' }])(
    'with the body %j',
    async (body) => {
      expect((await tryApi(body)).status).toBe(400);
    },
  );

  test('to a caller that may only see and change APIs', async () => {
    const application = await createReader();
    const by = await managerWith(['read:apis', 'write:apis', 'write:applications']);
    expect(seen(await tryApi({ clientId: application.clientId }, { by }))).toEqual(problem(403, 'insufficient_scope'));
  });
});

describe('C8: the trial of the management API', () => {
  const all = systemPermissions.map(({ value }) => value);
  const atSystem = (by: string) => ({ apiId: SYSTEM_API_ID, by });

  test('gives no permission that the caller does not hold', async () => {
    const by = await managerWith(['test:apis', 'read:tenants']);
    const powers: readonly (readonly string[] | 'all')[] = [
      'all',
      all,
      ['write:users'],
      ['read:tenants', 'write:users'],
    ];
    for (const permissions of powers) {
      const application = await createApplication(world);
      await grantPermissions(world, application, SYSTEM_API_ID, permissions);
      expect(seen(await tryApi({ clientId: application.clientId }, atSystem(by)))).toEqual(problem(403, 'forbidden'));
      const narrowed = { clientId: application.clientId, scope: 'read:tenants' };
      expect(seen(await tryApi(narrowed, atSystem(by)))).toEqual(problem(403, 'forbidden'));
    }
    expect(seen(await tryApi({ clientId: world.admin.clientId }, atSystem(by)))).toEqual(problem(403, 'forbidden'));
  });

  test('gives each permission that the caller holds too', async () => {
    const by = await managerWith(['test:apis', 'read:tenants']);
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:tenants']);
    const tried = (await tryApi({ clientId: application.clientId }, atSystem(by))).body as Tried;
    const reply = await world.manage('GET', '/v1/tenants', undefined, tried.tokenResponse.access_token);
    expect(reply.status).toBe(200);
  });
});
