import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import {
  createApplication,
  grantPermissions,
  type RegisteredApi,
  registerApi,
} from '#test/support/clients/applications.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

const grantsOf = ({ clientId }: Credentials) => `/v1/applications/${clientId}/grants`;

const exchange = (credentials: Credentials, parameters: Record<string, string> = {}) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });

/** An application with this grant at the reports API, and the path of the grant. */
async function arrangeGrant(permissions: readonly string[] | 'all') {
  const application = await createApplication(world);
  await grantPermissions(world, application, acme.apiId, permissions);
  return { application, path: `${grantsOf(application)}/${acme.apiId}` };
}

describe('a client grant', () => {
  test('is shown as it was set, at once and later', async () => {
    const application = await createApplication(world);
    const path = `${grantsOf(application)}/${acme.apiId}`;
    const set = await world.manage('PUT', path, { permissions: ['read:reports'] });
    const grant = {
      id: expect.stringMatching(/^grn_\w{22}$/),
      clientId: application.clientId,
      apiId: acme.apiId,
      for: 'client',
      permissions: ['read:reports'],
      createdAt: new Date(world.clock.nowSeconds() * 1_000).toISOString(),
      version: expect.any(Number),
    };
    expect(seen(set)).toEqual({ status: 200, body: grant });
    expect(set.headers.get('etag')).toBe(`"${(set.body as { version: number }).version}"`);
    expect(seen(await world.manage('GET', grantsOf(application)))).toEqual({
      status: 200,
      body: { items: [set.body] },
    });
  });

  test('stays the same grant when it is set again', async () => {
    const { application, path } = await arrangeGrant(['read:reports']);
    const { items } = (await world.manage('GET', grantsOf(application))).body as { items: { version: number }[] };
    world.clock.advance(5);
    for (const [index, permissions] of ['all', [], ['write:reports', 'read:reports']].entries()) {
      const { body } = await world.manage('PUT', path, { permissions });
      expect(body).toEqual({ ...items[0], permissions, version: (items[0]?.version ?? 0) + index + 1 });
    }
  });

  test('does not exist after its deletion', async () => {
    const { application, path } = await arrangeGrant('all');
    expect(seen(await world.manage('DELETE', path))).toEqual({ status: 204, body: undefined });
    expect((await world.manage('GET', grantsOf(application))).body).toEqual({ items: [] });
    expect(seen(await world.manage('DELETE', path))).toEqual(problem(404, 'not_found'));
  });

  test.each(['PUT', 'DELETE'])('is refused a %s for another version than If-Match names', async (method) => {
    const { application, path } = await arrangeGrant(['read:reports']);
    const { items } = (await world.manage('GET', grantsOf(application))).body as { items: { version: number }[] };
    const authorization = `Bearer ${await world.tokenFor(world.admin)}`;
    const send = (version: number) =>
      world.send(method, path, {
        headers: { authorization, 'if-match': `"${version}"`, 'content-type': 'application/json' },
        ...(method === 'PUT' && { body: '{"permissions":"all"}' }),
      });
    const version = items[0]?.version ?? 0;
    expect(seen(await send(version + 1))).toEqual(problem(412, 'precondition_failed'));
    expect((await world.manage('GET', grantsOf(application))).body).toEqual({ items });
    expect((await send(version)).status).toBe(method === 'PUT' ? 200 : 204);
  });

  test.each([
    ['a permission that the API does not declare', ['read:reports', 'read:everything'], 'permissions'],
    ['a permission in other case', ['READ:REPORTS'], 'permissions'],
    ['a permission of another API', ['read:tenants'], 'permissions'],
    ['no permissions', undefined, 'permissions'],
    ['null', null, 'permissions'],
    ['another word than all', 'everything', 'permissions'],
    ['all as a list', ['all'], 'permissions'],
    ['a text that cannot be a permission', ['read reports'], 'permissions[0]'],
    ['201 permissions', Array.from({ length: 201 }, (_, index) => `p${index}`), 'permissions'],
  ])('is refused with %s', async (_what, permissions, field) => {
    const { application, path } = await arrangeGrant([]);
    expect(seen(await world.manage('PUT', path, { permissions }))).toEqual(problem(400, 'invalid_request', field));
    const { body } = await world.manage('GET', grantsOf(application));
    expect(body).toMatchObject({ items: [{ permissions: [] }] });
  });

  test('needs an application and an API', async () => {
    const { application } = await arrangeGrant('all');
    for (const path of [`${grantsOf(application)}/api_unknown`, `/v1/applications/cli_unknown/grants/${acme.apiId}`]) {
      expect(seen(await world.manage('PUT', path, { permissions: 'all' }))).toEqual(problem(404, 'not_found'));
      expect(seen(await world.manage('DELETE', path))).toEqual(problem(404, 'not_found'));
    }
    const unknown = await world.manage('GET', '/v1/applications/cli_unknown/grants');
    expect(seen(unknown)).toEqual(problem(404, 'not_found'));
  });
});

describe('the ceiling of an application', () => {
  test('is its grant: the whole grant unless a request asks for less, and never more', async () => {
    const { application } = await arrangeGrant(['read:reports']);
    expect(decodeJwt(await world.tokenFor(application))).toEqual({
      iss: world.url,
      sub: application.clientId,
      aud: REPORTS,
      exp: world.clock.nowSeconds() + 3_600,
      iat: world.clock.nowSeconds(),
      nbf: world.clock.nowSeconds(),
      jti: expect.stringMatching(/^tok_/),
      client_id: application.clientId,
      scope: 'read:reports',
      depends_on: [expect.stringMatching(/^grn_/)],
    });
    const refused = await exchange(application, { scope: 'read:reports write:reports' });
    expect(seen(refused)).toEqual(oauthError(400, 'invalid_scope'));
  });

  test('C9: shrinks at once, in new and in existing tokens', async () => {
    const { application, path } = await arrangeGrant('all');
    const earlier = await world.tokenFor(application);
    const outcomes = async () => [await exchangeOutcome(world, application), await introspectedScope(world, earlier)];
    expect(await outcomes()).toEqual(['read:reports write:reports', 'read:reports write:reports']);
    await world.manage('PUT', path, { permissions: ['write:reports'] });
    expect(await outcomes()).toEqual(['write:reports', 'write:reports']);
    const refused = await exchange(application, { scope: 'read:reports' });
    expect(seen(refused)).toEqual(oauthError(400, 'invalid_scope'));
    await world.manage('PUT', path, { permissions: [] });
    expect(await outcomes()).toEqual(['400 invalid_target', undefined]);
  });

  test('C9: is nothing once the grant is deleted', async () => {
    const { application, path } = await arrangeGrant('all');
    const earlier = await world.tokenFor(application);
    await world.manage('DELETE', path);
    expect([await exchangeOutcome(world, application), await introspectedScope(world, earlier)]).toEqual([
      '400 invalid_target',
      undefined,
    ]);
  });

  test('C9: binds management tokens at their next request', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:tenants', 'read:users']);
    const token = await world.tokenFor(application);
    const list = async () => (await world.manage('GET', '/v1/tenants?limit=1', undefined, token)).status;
    const statuses = [await list()];
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:users']);
    statuses.push(await list());
    await world.manage('DELETE', `${grantsOf(application)}/${SYSTEM_API_ID}`);
    statuses.push(await list());
    expect(statuses).toEqual([200, 403, 401]);
  });

  test('grows with the next token, not in existing tokens', async () => {
    const { application, path } = await arrangeGrant(['read:reports']);
    const earlier = await world.tokenFor(application);
    await world.manage('PUT', path, { permissions: 'all' });
    expect([await exchangeOutcome(world, application), await introspectedScope(world, earlier)]).toEqual([
      'read:reports write:reports',
      'read:reports',
    ]);
  });

  test.each([
    { granted: 'all', afterMore: 'read write', afterLess: 'write' },
    { granted: ['read'], afterMore: 'read', afterLess: '400 invalid_target' },
  ] as const)(
    'follows the permissions that the API declares, if it is $granted',
    async ({ granted, afterMore, afterLess }) => {
      const api = await registerApi(world, ['read']);
      const application = await createApplication(world);
      await grantPermissions(world, application, api.id, granted);
      const outcomes = [await exchangeOutcome(world, application, { audience: api.identifier })];
      for (const declared of [['read', 'write'], ['write']]) {
        const permissions = declared.map((value) => ({ value }));
        await world.manage('PATCH', `/v1/apis/${api.id}`, { permissions });
        outcomes.push(await exchangeOutcome(world, application, { audience: api.identifier }));
      }
      expect(outcomes).toEqual(['read', afterMore, afterLess]);
    },
  );

  test('C6: is the ceiling of one application at one API', async () => {
    const [granted, other] = [await registerApi(world, ['read']), await registerApi(world, ['read'])];
    const [application, bystander] = [await createApplication(world), await createApplication(world)];
    await grantPermissions(world, application, granted.id, 'all');
    const ask = ({ identifier }: RegisteredApi, by: Credentials) => exchange(by, { audience: identifier });
    expect((await ask(granted, application)).status).toBe(200);
    for (const reply of [await ask(other, application), await ask(granted, bystander)]) {
      expect(seen(reply)).toEqual(oauthError(400, 'invalid_target'));
    }
  });

  test('is nothing at another API that takes the identifier of a deleted API', async () => {
    const api = await registerApi(world, ['read']);
    const application = await createApplication(world);
    await grantPermissions(world, application, api.id, 'all');
    const earlier = await world.tokenFor(application, { audience: api.identifier });
    const outcomes = async () => [
      await exchangeOutcome(world, application, { audience: api.identifier }),
      await exchangeOutcome(world, application, {}),
      await introspectedScope(world, earlier),
    ];
    await world.manage('DELETE', `/v1/apis/${api.id}`);
    expect(await outcomes()).toEqual(['400 invalid_target', '400 invalid_request', undefined]);
    const successor = await registerApi(world, ['read'], { identifier: api.identifier });
    expect(await outcomes()).toEqual(['400 invalid_target', '400 invalid_request', undefined]);
    await grantPermissions(world, application, successor.id, ['read']);
    expect(await exchangeOutcome(world, application, { audience: api.identifier })).toBe('read');
    expect((await world.manage('DELETE', `${grantsOf(application)}/${api.id}`)).status).toBe(204);
    expect(await exchangeOutcome(world, application, {})).toBe('read');
  });
});

describe('G4: an exchange without audience', () => {
  test('is for the only API that the application has a grant for', async () => {
    const api = await registerApi(world, ['read']);
    const application = await createApplication(world);
    await grantPermissions(world, application, api.id, 'all');
    expect(decodeJwt(await world.tokenFor(application))).toMatchObject({ aud: api.identifier, scope: 'read' });
  });

  test('says what to send if there are several grants, until only one is left', async () => {
    const { application, path } = await arrangeGrant('all');
    const other = await registerApi(world, ['read']);
    await grantPermissions(world, application, other.id, 'all');
    expect(seen(await exchange(application))).toEqual({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: "Send 'audience': the identifier of the API that the token is for.",
      },
    });
    expect(await exchangeOutcome(world, application, { audience: other.identifier })).toBe('read');
    await world.manage('DELETE', path);
    expect(await exchangeOutcome(world, application, {})).toBe('read');
  });

  test('Sound 30: says what is missing if there is no grant, and who can give it', async () => {
    const application = await createApplication(world);
    const giving = 'An administrator gives it one, by a client grant or by a role.';
    expect(seen(await exchange(application))).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: `The client has no permission at any API. ${giving}` },
    });
    expect(seen(await exchange(application, { audience: REPORTS }))).toEqual({
      status: 400,
      body: {
        error: 'invalid_target',
        error_description: `The client has no permission at the requested audience. ${giving}`,
      },
    });
  });
});
