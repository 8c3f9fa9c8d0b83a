import { randomBytes, randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { type GuardedApi, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import {
  arrangeSecretApi,
  chooseAlgorithm,
  keyOf,
  type MadeSecret,
  makeSecret as makeSecretOf,
  type SecretApi,
  secretsOf,
  signWithKey,
} from '#test/support/arrange/hs256-apis.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { bitsSet, readList, statusOf } from '#test/support/ask/status-lists.ts';
import {
  createApplication,
  grantPermissions,
  type RegisteredApi,
  registerApi,
} from '#test/support/clients/applications.ts';
import { loadVerifier } from '#test/support/documents/verifier-program.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { workspaceItems } from '#test/support/stored/table-items.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const DAY_SECONDS = 86_400;

const world = useWorld({ onReply: assertConforms, adapters: { hs256Apis: () => true } });
const acme = useAcme(world);
const application = prepared(() => createApplication(world));

const makeSecret = (apiId: string, body?: object) => makeSecretOf(world, apiId, body);
const choose = (apiId: string, signingAlgorithm: string) => chooseAlgorithm(world, apiId, signingAlgorithm);
const arrangeApi = () => arrangeSecretApi(world, application);
const issue = ({ identifier }: RegisteredApi) => world.tokenFor(application, { audience: identifier });
const isActive = (token: string) => isTokenActive(world, token, application);
describe('Sound 6: a caller that may only change APIs', () => {
  const callerWith = async (...permissions: readonly SystemPermission[]) => {
    const robot = await createApplication(world);
    await grantPermissions(world, robot, SYSTEM_API_ID, permissions);
    return manageWith(world, await world.tokenFor(robot));
  };

  test('neither makes nor deletes a signing secret, nor lets an API use HS256', async () => {
    const { id } = await registerApi(world, ['read']);
    const { kid } = await makeSecret(id);
    const ask = await callerWith('read:apis', 'write:apis');
    const path = `/v1/apis/${id}`;
    const replies = [
      await ask('POST', secretsOf(id), {}),
      await ask('DELETE', `${secretsOf(id)}/${kid}`),
      await ask('PATCH', path, { signingAlgorithm: 'HS256' }),
    ];
    expect(replies.map(seen)).toEqual(Array(3).fill(problem(403, 'insufficient_scope')));
    expect((await ask('GET', path)).body).toMatchObject({ signingAlgorithm: 'RS256', version: 1 });
  });

  test('can do so with the permission of its own, and without it let the API use a key again', async () => {
    const { id } = await registerApi(world, ['read']);
    const [asSigner, asKeeper] = [
      await callerWith('write:signing-secrets', 'write:apis'),
      await callerWith('write:apis'),
    ];
    const made = await asSigner('POST', secretsOf(id), {});
    const chosen = await asSigner('PATCH', `/v1/apis/${id}`, { signingAlgorithm: 'HS256' });
    const back = await asKeeper('PATCH', `/v1/apis/${id}`, { signingAlgorithm: 'RS256' });
    expect([made.status, chosen.status, back.status]).toEqual([201, 200, 200]);
  });
});

describe('F16: an API that chose HS256', () => {
  test('gets tokens that its secret verifies, as the quick start says', async () => {
    const api = await arrangeApi();
    const token = await issue(api);
    const { snippets } = await succeed<{ snippets: { id: string; code: string }[] }>(
      world.manage('GET', `/v1/apis/${api.id}/quickstart`),
    );
    const program = await loadVerifier(snippets.find(({ id }) => id === 'jose-secret')?.code ?? '');
    const verify = (secrets: object) =>
      (program as unknown as { verifyAccessToken(token: string, secrets: object): Promise<unknown> })
        .verifyAccessToken(token, secrets)
        .catch((error: Error) => error.message);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', kid: api.kid, typ: 'at+jwt' });
    expect([
      await verify({ [api.kid]: api.signingSecret }),
      await verify({}),
      await verify({ [api.kid]: randomBytes(32).toString('base64url') }),
    ]).toEqual([decodeJwt(token), expect.stringContaining('unknown secret'), 'signature verification failed']);
    expect([snippets.map(({ id }) => id), await isActive(token)]).toEqual([
      ['jose-secret', 'mintmark-authorizer', 'curl'],
      true,
    ]);
  });

  test('has a secret of 256 bits that is shown once, and kept nowhere in the clear', async () => {
    const { id } = await registerApi(world, ['read']);
    const headers = { authorization: `Bearer ${await world.tokenFor(world.admin)}`, 'idempotency-key': randomUUID() };
    const send = () =>
      world.send('POST', secretsOf(id), { headers: { ...headers, 'content-type': 'application/json' }, body: '{}' });
    const [first, second] = [(await send()).body as MadeSecret, (await send()).body];
    const { signingSecret, ...rest } = first;
    expect([keyOf(first).length, second]).toEqual([32, { ...rest, notice: expect.any(String) }]);
    const hex = keyOf(first).toString('hex');
    const spellings = [signingSecret, hex, keyOf(first).toString('base64')];
    const kept = await workspaceItems();
    expect(kept.filter((item) => spellings.some((spelling) => item.includes(spelling)))).toEqual([]);
  });

  test('L6: does not show in the key set', async () => {
    const api = await arrangeApi();
    const { text } = await world.send('GET', '/.well-known/jwks.json');
    expect([text.includes('"kty":"oct"'), text.includes(api.kid)]).toEqual([false, false]);
  });

  test('costs one call of KMS for each secret and process', async () => {
    const api = await arrangeApi();
    world.kms.forget();
    const tokens = [await issue(api), await issue(api)];
    const active = [await isActive(tokens[0] ?? ''), await isActive(tokens[1] ?? '')];
    expect([world.kms.calls, active]).toEqual([
      ['Decrypt', 'Decrypt'],
      [true, true],
    ]);
  });

  test('H11: is answered 503 while KMS does not unwrap its secret', async () => {
    const api = await arrangeApi();
    const exchange = () =>
      world.post('/oauth/token', application, { grant_type: 'client_credentials', audience: api.identifier });
    const failed = await whileFailing(world.kms, () => ({ kind: 'reset' }), exchange);
    expect([failed.status, (await exchange()).status]).toEqual([503, 200]);
  });

  test('I1, I4: can have its tokens revoked like all other tokens', async () => {
    const tokens = [await issue(await arrangeApi()), await world.tokenFor(acme.tenantToken)];
    const [mine = '', other = ''] = tokens;
    const replies = [
      await world.post('/oauth/revoke', application, { token: mine }),
      await world.post('/oauth/revoke', acme.tenantToken, { token: other }),
    ];
    expect([replies.map(({ status }) => status), await isActive(mine)]).toEqual([[200, 200], false]);
  });

  test('can have status lists, which a key signs', async () => {
    const api = await arrangeApi();
    await succeed(world.manage('PATCH', `/v1/apis/${api.id}`, { statusList: true }));
    const token = await issue(api);
    const { uri, idx } = statusOf(token);
    await world.post('/oauth/revoke', application, { token });
    const { text } = await readList(world, uri);
    expect([decodeProtectedHeader(token).alg, decodeProtectedHeader(text).alg, bitsSet(text)]).toEqual([
      'HS256',
      'RS256',
      [idx],
    ]);
  });

  test('can go back to a key, and its old tokens end', async () => {
    const api = await arrangeApi();
    const token = await issue(api);
    await succeed(choose(api.id, 'RS256'));
    expect([await isActive(token), decodeProtectedHeader(await issue(api)).alg]).toEqual([false, 'RS256']);
  });

  test.each([
    ['that has no secret', async () => choose((await registerApi(world, ['read'])).id, 'HS256')],
    [
      'that is new',
      () => world.manage('POST', '/v1/apis', { identifier: 'urn:new:hs256', name: 'New', signingAlgorithm: 'HS256' }),
    ],
  ])('is never an API %s', async (_which, act) => {
    expect(seen(await act())).toEqual(problem(400, 'invalid_request', 'signingAlgorithm'));
  });

  test('is never the management API', async () => {
    const path = secretsOf('api_0000000000000000000000');
    expect(seen(await world.manage('POST', path, {}))).toEqual(problem(409, 'conflict'));
  });
});

describe('F4: no algorithm and no secret is taken for another', () => {
  const forgeries: Readonly<Record<string, (one: SecretApi, other: SecretApi, claims: JWTPayload) => Promise<string>>> =
    {
      "another API's secret": (one, other, claims) => signWithKey(claims, { alg: 'HS256', kid: one.kid }, keyOf(other)),
      "another API's secret, named": (_one, other, claims) =>
        signWithKey(claims, { alg: 'HS256', kid: other.kid }, keyOf(other)),
      'an unknown secret': (one, _other, claims) =>
        signWithKey(claims, { alg: 'HS256', kid: one.kid }, randomBytes(32)),
      'an unknown kid': (one, _other, claims) => signWithKey(claims, { alg: 'HS256', kid: 'key_0' }, keyOf(one)),
      'another hash': (one, _other, claims) =>
        signWithKey(claims, { alg: 'HS512', kid: one.kid }, Buffer.concat([keyOf(one), keyOf(one)])),
      'another type': (one, _other, claims) =>
        signWithKey(claims, { alg: 'HS256', kid: one.kid, typ: 'JWT' }, keyOf(one)),
      'another issuer': (one, _other, claims) =>
        signWithKey({ ...claims, iss: 'https://auth.example.com' }, { alg: 'HS256', kid: one.kid }, keyOf(one)),
      'the audience of an API with keys': (one, _other, claims) =>
        signWithKey({ ...claims, aud: REPORTS }, { alg: 'HS256', kid: one.kid }, keyOf(one)),
      'the public key of the workspace as secret': async (_one, _other, claims) => {
        const { body } = await world.send('GET', '/.well-known/jwks.json');
        const [jwk] = (body as { keys: { kid: string; n: string }[] }).keys;
        return signWithKey(claims, { alg: 'HS256', kid: jwk?.kid ?? '' }, Buffer.from(jwk?.n ?? '', 'base64url'));
      },
    };

  test.each(Object.keys(forgeries))('%s', async (name) => {
    const [one, other] = [await arrangeApi(), await arrangeApi()];
    const genuine = await issue(one);
    const forged = await forgeries[name]?.(one, other, decodeJwt(genuine));
    const again = await signWithKey(decodeJwt(genuine), { alg: 'HS256', kid: one.kid }, keyOf(one));
    expect([await isActive(forged ?? ''), await isActive(again)]).toEqual([false, true]);
  });

  test('F16: a verifier of RS256 refuses a token that a secret has signed, and the management API does so too', async () => {
    const { snippets } = await succeed<{ snippets: { id: string; code: string }[] }>(
      world.manage('GET', `/v1/apis/${acme.apiId}/quickstart`),
    );
    const program = await loadVerifier(snippets.find(({ id }) => id === 'jose')?.code ?? '');
    const api = await arrangeApi();
    const claims = { ...decodeJwt(await issue(api)), aud: REPORTS };
    const token = await signWithKey(claims, { alg: 'HS256', kid: api.kid }, keyOf(api));
    await expect(program.verifyAccessToken(token)).rejects.toThrow(
      '"alg" (Algorithm) Header Parameter value not allowed',
    );
    expect((await world.manage('GET', '/v1/tenants', undefined, token)).status).toBe(401);
  });
});

describe('a new signing secret of an API', () => {
  test('takes over when the API has had time to learn it, and the old secret ends with its last token', async () => {
    const api = await arrangeApi();
    const old = await issue(api);
    const { kid } = await makeSecret(api.id, { leadSeconds: 600 });
    const second = await world.manage('POST', secretsOf(api.id), {});
    const before = decodeProtectedHeader(await issue(api)).kid;
    world.clock.advance(600);
    const after = await issue(api);
    expect([before, decodeProtectedHeader(after).kid, seen(second)]).toEqual([api.kid, kid, problem(409, 'conflict')]);
    expect([await isActive(old), await isActive(after)]).toEqual([true, true]);
    const forever = { ...decodeJwt(old), iat: world.clock.nowSeconds(), exp: world.clock.nowSeconds() + DAY_SECONDS };
    const forged = await signWithKey(forever, { alg: 'HS256', kid: api.kid }, keyOf(api));
    const lives = await isActive(forged);
    world.clock.advance(DAY_SECONDS - 1);
    expect([lives, await isActive(forged)]).toEqual([true, true]);
    world.clock.advance(1);
    expect(await isActive(forged)).toBe(false);
  });

  test('can replace a leaked secret at once', async () => {
    const api = await arrangeApi();
    const leaked = await issue(api);
    const onlyOne = await world.manage('DELETE', `${secretsOf(api.id)}/${api.kid}`);
    const { kid } = await makeSecret(api.id, { leadSeconds: 0 });
    const { status } = await world.manage('DELETE', `${secretsOf(api.id)}/${api.kid}`);
    const again = await world.manage('DELETE', `${secretsOf(api.id)}/${api.kid}`);
    expect([seen(onlyOne), status, seen(again)]).toEqual([problem(409, 'conflict'), 204, problem(404, 'not_found')]);
    expect([await isActive(leaked), decodeProtectedHeader(await issue(api)).kid]).toEqual([false, kid]);
  });
});

describe('an authorizer of an API that chose HS256', () => {
  let guards: Readonly<Record<'online' | 'offline', GuardedApi>>;
  beforeAll(async () => {
    await makeSecret(acme.apiId);
    await succeed(choose(acme.apiId, 'HS256'));
    const adapters = { hs256Apis: () => true };
    guards = {
      online: await startGuardedApi(world, { mode: 'online', adapters }),
      offline: await startGuardedApi(world, { mode: 'offline', adapters }),
    };
  });
  afterAll(async () => {
    for (const guard of Object.values(guards)) await guard.close();
  });

  test.each([
    ['online', 200],
    ['offline', 403],
  ] as const)('that works %s answers %d', async (mode, status) => {
    const token = await world.tokenFor(acme.tenantToken);
    expect(decodeProtectedHeader(token).alg).toBe('HS256');
    expect((await guards[mode].visit('GET', '/reports', `Bearer ${token}`)).status).toBe(status);
  });
});
