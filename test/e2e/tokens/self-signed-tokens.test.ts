import { beforeAll, describe, expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import {
  type AssertionChange,
  clientAssertion,
  createServiceUserKey,
  exchangeAssertion,
  type KeyFile,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { claimForgeries, formForgeries, headerForgeries } from '#test/support/forge/assertion-forgeries.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
/** The client of the API, which introspects. */
const reports = prepared(() => createApplication(world));
let key: KeyFile;
beforeAll(async () => {
  await accept(true);
  [, key] = await reader();
  await grantPermissions(world, reports, acme.apiId, ['read:reports']);
  // A JWT from the second in which the API was made could be for an earlier API with its identifier.
  world.clock.advance(2);
});
const api = opened(() => startGuardedApi(world, { mode: 'online', selfSigned: 'accepted' }));

async function reader(): Promise<[string, KeyFile]> {
  const owner = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  return [owner, await createServiceUserKey(world, owner)];
}
const accept = (acceptsSelfSignedTokens: boolean) =>
  world.manage('PATCH', `/v1/apis/${acme.apiId}`, { acceptsSelfSignedTokens });
/** The API as the audience of a JWT, in the place of the issuer. */
const there = () => ({ url: REPORTS, clock: world.clock });
const sign = (change: AssertionChange = {}, by = key) => signAssertion(there(), by, change);
const introspect = (token: string) => world.post('/oauth/introspect', reports, { token });
const INACTIVE = { status: 200, body: { active: false } };
const visitAll = (token: string, guarded = api) =>
  Promise.all(
    ['/reports', '/rest/reports', '/rest-request/reports'].map(
      async (route) => (await guarded.visit('GET', route, `Bearer ${token}`)).status,
    ),
  );
const OPEN = [200, 200, 200];
const REFUSED = [403, 401, 401];
const fromNow = (seconds: number) => world.clock.nowSeconds() + seconds;

describe('a JWT that a service user signed for an API', () => {
  test.each([
    ['about the service user', () => ({})],
    ['about the client of the key', () => ({ claims: { iss: key.kid, sub: key.kid } })],
    ['for an hour', () => ({ claims: { exp: fromNow(3_600) } })],
    ['with its type in small letters', () => ({ header: { typ: 'jwt' } })],
    ['by the fractions of a second', () => ({ claims: { iat: fromNow(0) - 0.5, exp: fromNow(60) + 0.5 } })],
  ])('opens the API as a bearer token, again and again: %s', async (_how, change) => {
    const token = await sign(change());
    expect([await visitAll(token), await visitAll(token)]).toEqual([OPEN, OPEN]);
    expect((await introspect(token)).body).toMatchObject({ active: true, sub: key.principalId });
  });

  test('P12: names the caller to the API, like every token', async () => {
    const token = await sign({ claims: { jti: 'my-own-name' } });
    const { told } = await api.visit('GET', '/reports', `Bearer ${token}`);
    expect(told).toEqual({
      lambda: {
        clientId: key.kid,
        subject: key.principalId,
        tokenId: 'my-own-name',
        permissions: 'read:reports',
        tenantId: acme.tenantId,
      },
    });
    expect((await api.visit('POST', '/reports', `Bearer ${token}`)).status).toBe(403);
  });

  test('is shown by introspection with the permissions that its roles give now', async () => {
    const token = await sign({ claims: { jti: 'another-name', scope: 'write:reports', permissions: ['everything'] } });
    const now = world.clock.nowSeconds();
    expect(seen(await introspect(token))).toEqual({
      status: 200,
      body: {
        active: true,
        token_type: 'Bearer',
        iss: key.principalId,
        sub: key.principalId,
        aud: REPORTS,
        exp: now + 60,
        iat: now,
        nbf: now,
        jti: 'another-name',
        client_id: key.kid,
        tenant_id: acme.tenantId,
        scope: 'read:reports',
        roles: ['reports-reader'],
        permissions: ['read:reports'],
      },
    });
  });

  test('costs what an access token of its key costs: one read, and no signature', async () => {
    const exchanged = await exchangeAssertion(world, await signAssertion(world, key));
    const { access_token: issued } = exchanged.body as { access_token: string };
    const costs = [];
    for (const token of [issued, await sign()]) {
      const visit = () => api.visit('GET', '/reports', `Bearer ${token}`);
      for (const act of [() => introspect(token), visit]) {
        await act();
        await act();
        costs.push(await costOf(world, act));
      }
    }
    const [introspected, visited, ...ofSelfSigned] = costs;
    expect(ofSelfSigned).toEqual([introspected, visited]);
    expect(visited).toEqual({ reads: 1, writes: 0, kms: [], comparisons: 0 });
  });

  test('H11: is neither accepted nor refused while DynamoDB does not answer', async () => {
    const [token, asking] = [await sign(), () => introspect('x')];
    await asking();
    const failing = (_operation: string, body: string) => (body.includes(key.kid) ? denied() : undefined);
    const reply = await whileFailing(world.dynamo, failing, () => introspect(token));
    expect(seen(reply)).toEqual(oauthError(503, 'temporarily_unavailable'));
    expect((await introspect(token)).body).toMatchObject({ active: true });
  });
});

describe('a JWT that the API does not take', () => {
  const more: Record<string, (typeof claimForgeries)[string]> = {
    'D6: a JWT that does not say when it was signed': () => sign({ claims: { iat: undefined } }),
    'D6: a JWT that lives for more than an hour': () => sign({ claims: { iat: fromNow(-60), exp: fromNow(3_550) } }),
    'D24: a JWT without a type': () => sign({ header: { typ: undefined } }),
    'D24: a JWT that is for Mintmark': () => sign({ claims: { aud: world.url } }),
    'D24: a JWT for client authentication': () => sign({ header: { typ: 'client-authentication+jwt' } }),
    'D24: a JWT with the type of a token of Mintmark': () => sign({ header: { typ: 'mintmark-token+jwt' } }),
    'a JWT whose jti cannot be in a header': () => sign({ claims: { jti: 'two words' } }),
    'a JWT whose jti is too long': () => sign({ claims: { jti: 'x'.repeat(129) } }),
  };
  let other: KeyFile;
  beforeAll(async () => {
    [, other] = await reader();
  });
  const forged = (forge: (typeof claimForgeries)[string]) => forge({ world: { ...world, url: REPORTS }, key, other });

  test.each(Object.entries({ ...claimForgeries, ...more }))('is refused: %s', async (_name, forge) => {
    const token = await forged(forge);
    expect(seen(await introspect(token))).toEqual(INACTIVE);
    expect((await api.visit('GET', '/reports', `Bearer ${token}`)).status).toBe(403);
  });

  test('D13 to D20, D26: is inactive like any other text by its header or its form', async () => {
    const asked = Object.entries({ ...headerForgeries, ...formForgeries }).map(async ([name, forge]) => [
      name,
      seen(await introspect(await forged(forge))),
    ]);
    const answers = await Promise.all(asked);
    expect(answers).toEqual(answers.map(([name]) => [name, INACTIVE]));
  });

  test('is any JWT that a service user signed for the management API', async () => {
    const identifier = `${world.url}/v1/`;
    const permissions = [{ api: identifier, value: 'read:service-users' }];
    const role = { key: 'manager', name: 'Manager', level: 1, permissions };
    const { body } = await world.manage('POST', '/v1/roles', role);
    const owner = await createServiceUser(world, acme.tenantId, [(body as { id: string }).id]);
    const manager = await createServiceUserKey(world, owner);
    const list = `/v1/tenants/${acme.tenantId}/service-users`;
    const signed = await signAssertion({ url: identifier, clock: world.clock }, manager);
    expect((await world.manage('GET', list, undefined, signed)).status).toBe(401);
    const assertion = await signAssertion(world, manager);
    const exchanged = await exchangeAssertion(world, assertion, { audience: identifier });
    const { access_token: token } = exchanged.body as { access_token: string };
    expect((await world.manage('GET', list, undefined, token)).status).toBe(200);
  });

  test('D24: is an assertion, even if an API has the issuer as its identifier', async () => {
    const named = await registerApi(world, ['read'], { identifier: world.url, acceptsSelfSignedTokens: true });
    const role = { key: 'named', name: 'Named', level: 1, permissions: [{ api: named.identifier, value: 'read' }] };
    const { body } = await world.manage('POST', '/v1/roles', role);
    const owner = await createServiceUser(world, acme.tenantId, [(body as { id: string }).id]);
    const signer = await createServiceUserKey(world, owner);
    await grantPermissions(world, reports, named.id, 'all');
    expect(seen(await introspect(await signAssertion(world, signer)))).toEqual(INACTIVE);
    expect(scopeOrRefusal(await exchangeAssertion(world, await sign()))).toBe('400 invalid_grant');
  });
});

describe('an API and the JWTs that service users sign', () => {
  test('takes none unless it says so', async () => {
    const token = await sign();
    await accept(false);
    expect([await visitAll(token), seen(await introspect(token))]).toEqual([REFUSED, INACTIVE]);
    await accept(true);
    expect(await visitAll(token)).toEqual(OPEN);
    const fresh = await registerApi(world, ['read']);
    expect((await world.manage('GET', `/v1/apis/${fresh.id}`)).body).toMatchObject({ acceptsSelfSignedTokens: false });
  });

  test('takes no unbound JWT if it takes bound tokens only', async () => {
    const require = (isRequired: boolean) =>
      world.manage('PATCH', `/v1/apis/${acme.apiId}`, { dpopBoundAccessTokensRequired: isRequired });
    const token = await sign();
    await require(true);
    expect([await visitAll(token), seen(await introspect(token))]).toEqual([REFUSED, INACTIVE]);
    await require(false);
    expect(await visitAll(token)).toEqual(OPEN);
  });

  test.each([{ mode: 'online' }, { mode: 'offline', selfSigned: 'accepted' }] as const)(
    'takes none behind an authorizer with %o, which reads nothing for it',
    async (options) => {
      const guarded = await startGuardedApi(world, options);
      const token = await sign();
      // The workspace's own keys are read once.
      expect(await visitAll(token, guarded)).toEqual(REFUSED);
      expect((await costOf(world, () => visitAll(token, guarded))).reads).toBe(0);
      await guarded.close();
    },
  );
});

describe('a JWT that a service user signed ends', () => {
  const ends: Readonly<Record<string, (owner: string, kid: string) => Promise<unknown>>> = {
    'with its key': (owner, kid) => world.manage('DELETE', `${owner}/keys/${kid}`),
    'while its service user is disabled': (owner) => world.manage('PATCH', owner, { status: 'disabled' }),
    'with its service user': (owner) => world.manage('DELETE', owner),
    'C9: with the roles of its service user': (owner) => world.manage('PATCH', owner, { roleIds: [] }),
  };
  test.each(Object.entries(ends))('%s, at once', async (_when, end) => {
    const [owner, signer] = await reader();
    const token = await sign({}, signer);
    expect(await visitAll(token)).toEqual(OPEN);
    await end(owner, signer.kid);
    expect([await visitAll(token), seen(await introspect(token))]).toEqual([REFUSED, INACTIVE]);
  });

  test('I1: when its client revokes it, and no other JWT of its client with it', async () => {
    const [token, kept] = [await sign(), await sign()];
    const revoke = async (by: KeyFile) =>
      world.post('/oauth/revoke', undefined, { token, ...(await clientAssertion(world, by)) });
    const [, stranger] = await reader();
    expect(seen(await revoke(stranger))).toEqual(oauthError(400, 'unauthorized_client'));
    expect(await visitAll(token)).toEqual(OPEN);
    expect((await revoke(key)).status).toBe(200);
    expect([await visitAll(token), seen(await introspect(token))]).toEqual([REFUSED, INACTIVE]);
    expect(await visitAll(kept)).toEqual(OPEN);
    world.clock.advance(90);
    expect((await revoke(stranger)).status).toBe(200);
  });
});
