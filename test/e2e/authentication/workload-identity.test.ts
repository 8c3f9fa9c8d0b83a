import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope, scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  createFederatedCredential,
  type Platform,
  platformOf,
  trusting,
} from '#test/support/clients/federated-credentials.ts';
import {
  CLIENT_ASSERTION_TYPE,
  createServiceUserKey,
  exchangeAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { ISSUER, issuerKey, signWorkloadToken, startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import { workloadClaimForgeries, workloadTokenForgeries } from '#test/support/forge/workload-forgeries.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { writtenTables } from '#test/support/stored/written-tables.ts';
import { opened, useAcme } from '#test/support/world/use-world.ts';
import { arrangeAcme, REPORTS, startWorld } from '#test/support/world/world.ts';

const issuer = opened(startLocalIssuer);
const world = opened(() => startWorld({ onReply: assertConforms, adapters: trusting(issuer) }));
const acme = useAcme(world);
let path: string;
let clientId: string;
let platform: Platform;
beforeAll(async () => {
  path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  platform = platformOf(world, issuer);
  clientId = await trust();
});
beforeEach(() => {
  issuer.requests.length = 0;
});

const trust = async (body: object = {}) =>
  (await createFederatedCredential(world, path, { algorithms: ['ES256'], ...body })).clientId;
const fromNow = (seconds: number) => world.clock.nowSeconds() + seconds;
const aClaim = (name: string, value: unknown) => ({ claims: { [name]: value } });

describe('the token of a workload', () => {
  test('is traded for an access token of the service user, without any secret', async () => {
    const { status, body } = await platform.exchange(clientId, await platform.token());
    const { access_token: token, ...rest } = body as { access_token: string };
    expect([status, rest]).toEqual([200, { token_type: 'Bearer', expires_in: 3_600, scope: 'read:reports' }]);
    expect(decodeJwt(token)).toMatchObject({
      iss: world.url,
      sub: path.split('/').at(-1),
      aud: REPORTS,
      client_id: clientId,
      tenant_id: acme.tenantId,
      permissions: ['read:reports'],
    });
    expect(await introspectedScope(world, token)).toBe('read:reports');
  });

  test.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('is good in %s', async (algorithm) => {
    const credential = await trust({ algorithms: [algorithm] });
    expect(await platformOf(world, issuer, algorithm).outcome(credential)).toBe('read:reports');
  });

  test.each([
    ['with aud in a list with others', () => aClaim('aud', [world.url, 'https://other.example.com'])],
    ['with a claim that no condition names', () => aClaim('ref', ['x'])],
    ['D7: with iat and nbf in ten seconds', () => ({ claims: { iat: fromNow(10), nbf: fromNow(10) } })],
    ['D6: that lives for a day', () => aClaim('exp', fromNow(86_400))],
    ['D6: that ended ten seconds ago', () => aClaim('exp', fromNow(-10))],
    ['without nbf', () => aClaim('nbf', undefined)],
    ['without typ', () => ({ header: { typ: undefined } })],
    ['with a thumbprint of its certificate', () => ({ header: { x5t: 'abc' } })],
    ['D17: without kid, if only one key fits', () => ({ header: { kid: undefined } })],
  ])('is accepted %s', async (_how, change) => {
    expect(await platform.outcome(clientId, change())).toBe('read:reports');
  });

  test('costs one read, one write and one signature, and no fetch once the keys are known', async () => {
    await platform.outcome(clientId);
    const token = await platform.token();
    issuer.requests.length = 0;
    const cost = await costOf(world, () => platform.exchange(clientId, token));
    expect([cost, issuer.requests]).toEqual([{ reads: 1, writes: 1, kms: ['Sign'], comparisons: 0 }, []]);
  });

  test.each([
    ['at the address in its metadata', {}, ['/ci/.well-known/openid-configuration', '/keys']],
    ['at the address in the federated credential', { jwksUri: 'https://keys.example.com/keys' }, ['/keys']],
  ])('is verified with the keys that its issuer publishes %s', async (_where, body, requests) => {
    const name = `${ISSUER}/ci`;
    issuer.answers.set(requests[0] ?? '', {
      body: { issuer: name, jwks_uri: `${ISSUER}/keys`, keys: issuer.publicJwks },
    });
    const credential = await trust({ issuer: name, ...body });
    expect(await platform.outcome(credential, aClaim('iss', name))).toBe('read:reports');
    expect(issuer.requests).toEqual(requests);
  });

  test('is verified with the registered keys, if its issuer cannot be reached', async () => {
    const name = 'https://kubernetes.default.svc.cluster.local';
    const claim = ['kubernetes.io', 'namespace'];
    const credential = await trust({
      issuer: name,
      jwks: { keys: issuer.publicJwks },
      conditions: [
        { claim: 'sub', startsWith: 'system:serviceaccount:jobs:' },
        { claim, equals: 'jobs' },
      ],
    });
    const claims = { iss: name, sub: 'system:serviceaccount:jobs:import', 'kubernetes.io': { namespace: 'jobs' } };
    expect(await platform.outcome(credential, { claims })).toBe('read:reports');
    expect(
      await platform.outcome(credential, {
        claims: { ...claims, 'kubernetes.io.namespace': 'jobs', 'kubernetes.io': {} },
      }),
    ).toBe('400 invalid_grant');
    expect(issuer.requests).toEqual([]);
  });

  test('is for the audience that its federated credential names', async () => {
    const credential = await trust({ audience: 'mintmark' });
    expect(await platform.outcome(credential, aClaim('aud', 'mintmark'))).toBe('read:reports');
    expect(await platform.outcome(credential)).toBe('400 invalid_grant');
  });
});

describe('the token of a workload that is refused', () => {
  const forgeries = Object.entries({ ...workloadClaimForgeries, ...workloadTokenForgeries });

  test.each(forgeries)(
    '%s: is refused as for an unknown credential, and leaves nothing behind',
    async (_name, forge) => {
      await platform.outcome(clientId);
      const token = await forge({ world, issuer, platform });
      issuer.requests.length = 0;
      world.dynamo.forget();
      const reply = await platform.exchange(clientId, token);
      expect(seen(reply)).toEqual(oauthError(400, 'invalid_grant'));
      expect(wholeReply(reply)).toEqual(wholeReply(await platform.exchange('cli_0000000000000000000000', token)));
      // D10, D16: nothing is remembered, and nothing that it names is fetched.
      expect(writtenTables(world)).toEqual([]);
      expect(
        issuer.requests.filter((asked) => asked !== '/.well-known/openid-configuration' && asked !== '/keys'),
      ).toEqual([]);
    },
  );

  test('C10: is refused for every credential but its own, with the same answer', async () => {
    const globex = await arrangeAcme(world);
    const user = await createServiceUser(world, globex.tenantId, [globex.readerRoleId]);
    const conditions = [{ claim: 'sub', equals: 'repo:globex/api:ref:refs/heads/main' }];
    const foreign = await createFederatedCredential(world, user, { algorithms: ['ES256'], conditions });
    const key = await createServiceUserKey(world, path);
    const others = [foreign.clientId, key.kid, acme.tenantToken.clientId, 'cli_0000000000000000000000', '../x', ''];
    const outcomes = others.map((other) => platform.outcome(other));
    expect(await Promise.all(outcomes)).toEqual(others.map(() => '400 invalid_grant'));
  });

  test('is no client authentication, and no grant without the credential that it is for', async () => {
    const assertion = {
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: await platform.token(),
      client_id: clientId,
    };
    const parameters = { grant_type: 'client_credentials', ...assertion };
    expect(seen(await world.post('/oauth/token', undefined, parameters))).toEqual(oauthError(401, 'invalid_client'));
    expect(seen(await exchangeAssertion(world, await platform.token()))).toEqual(oauthError(400, 'invalid_grant'));
  });

  test('D27: may be larger than eight kilobytes', async () => {
    const token = await platform.token(aClaim('padding', 'x'.repeat(8_192)));
    expect(seen(await platform.exchange(clientId, token))).toEqual(oauthError(400, 'invalid_request'));
  });
});

describe('D8: the token of a workload that was redeemed', () => {
  test('is redeemed by one of 16 requests at once, and is a replay from then on until its expiry', async () => {
    const token = await platform.token();
    const replies = await Promise.all(race(16, () => platform.exchange(clientId, token)));
    expect(countEach(replies.map(scopeOrRefusal))).toEqual({ 'read:reports': 1, '400 invalid_grant': 15 });
    world.clock.advance(300 + 29);
    expect(scopeOrRefusal(await platform.exchange(clientId, token))).toBe('400 invalid_grant');
  });

  /** Credentials that find the key of the issuer in each possible place, and name what a token may fulfil. */
  const places: readonly (readonly [string, () => object])[] = [
    ['in the metadata', () => ({})],
    ['at a URL', () => ({ jwksUri: `${ISSUER}/keys` })],
    ['at another URL', () => ({ jwksUri: 'https://keys.example.com/keys' })],
    ['in the registration', () => ({ jwks: { keys: issuer.publicJwks } })],
    ['for another condition', () => ({ conditions: [{ claim: 'repository', equals: 'acme/api' }] })],
    ['for another tenant', () => ({})],
  ];

  test('Sound 15: is redeemed by one of 32 requests at once, at any of the credentials that trust it', async () => {
    const globex = await arrangeAcme(world);
    const foreign = await createServiceUser(world, globex.tenantId, [globex.readerRoleId]);
    const credentials = await Promise.all(
      places.map(async ([where, body]) => {
        const user = where === 'for another tenant' ? foreign : path;
        return (await createFederatedCredential(world, user, { algorithms: ['ES256'], ...body() })).clientId;
      }),
    );
    for (const credential of credentials) expect(await platform.outcome(credential)).toBe('read:reports');
    const token = await platform.token();
    const replies = race(32, (runner) => platform.exchange(credentials[runner % credentials.length] ?? '', token));
    expect(countEach((await Promise.all(replies)).map(scopeOrRefusal))).toEqual({
      'read:reports': 1,
      '400 invalid_grant': 31,
    });
    world.clock.advance(300 + 29);
    for (const credential of credentials)
      expect(scopeOrRefusal(await platform.exchange(credential, token))).toBe('400 invalid_grant');
  });

  test('Sound 15: is not used up by a token with its jti that another issuer, or another key, signed', async () => {
    const forger = issuerKey('ES256', 'forged');
    const jti = 'guessed';
    const [asIssuer, asOther] = [
      await trust({ jwks: { keys: [forger.jwk] } }),
      await trust({ issuer: 'https://other.example.com', jwks: { keys: issuer.publicJwks } }),
    ];
    const forged = await signWorkloadToken(
      { algorithm: 'ES256', kid: 'forged', key: forger.privateKey },
      { ...platform.claims(), jti },
    );
    expect(scopeOrRefusal(await platform.exchange(asIssuer, forged))).toBe('read:reports');
    expect(await platform.outcome(asOther, { claims: { iss: 'https://other.example.com', jti } })).toBe('read:reports');
    expect(await platform.outcome(clientId, aClaim('jti', jti))).toBe('read:reports');
    expect(await platform.outcome(clientId, aClaim('jti', jti))).toBe('400 invalid_grant');
  });

  test('is accepted again and again until it ends, if its federated credential says so', async () => {
    const credential = await trust({ reusable: true });
    const token = await platform.token(aClaim('jti', undefined));
    for (const _again of [1, 2])
      expect(scopeOrRefusal(await platform.exchange(credential, token))).toBe('read:reports');
    world.clock.advance(300 + 30);
    expect(scopeOrRefusal(await platform.exchange(credential, token))).toBe('400 invalid_grant');
  });

  test('D11: is not taken for a replay of itself when the reply to its own redemption is lost', async () => {
    const token = await platform.token();
    const redeem = () => platform.exchange(clientId, token);
    expect(scopeOrRefusal(await whileFailing(world.dynamo, loseFirstReplyTo('PutItem'), redeem))).toBe('read:reports');
    expect(scopeOrRefusal(await redeem())).toBe('400 invalid_grant');
  });
});

describe('a federated credential that has ended', () => {
  const ends: Readonly<Record<string, (where: string) => Promise<unknown>>> = {
    deleted: (where) => world.manage('DELETE', where),
    'of a disabled service user': () => world.manage('PATCH', path, { status: 'disabled' }),
    'of a deleted service user': () => world.manage('DELETE', path),
  };

  test('ends with its expiry', async () => {
    const credential = await trust({ expiresInSeconds: 90 });
    expect(await platform.outcome(credential)).toBe('read:reports');
    world.clock.advance(90);
    expect(await platform.outcome(credential)).toBe('400 invalid_grant');
  });

  test.each(Object.entries(ends))('is refused together with the tokens that it obtained: %s', async (_state, end) => {
    const credential = await trust();
    const { body } = await platform.exchange(credential, await platform.token());
    await end(`${path}/federated-credentials/${credential}`);
    expect(await platform.outcome(credential)).toBe('400 invalid_grant');
    expect(await introspectedScope(world, (body as { access_token: string }).access_token)).toBeUndefined();
    await world.manage('PATCH', path, { status: 'active' });
  });
});

describe('H11: the token of a workload that cannot be checked', () => {
  test.each(['BatchGetItem', 'PutItem'])(
    'is neither accepted nor refused while DynamoDB does not answer a %s',
    async (operation) => {
      path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
      const credential = await trust();
      const token = await platform.token();
      const failing = (called: string) => (called === operation ? denied() : undefined);
      const reply = await whileFailing(world.dynamo, failing, () => platform.exchange(credential, token));
      expect(seen(reply)).toEqual(oauthError(503, 'temporarily_unavailable'));
      expect(scopeOrRefusal(await platform.exchange(credential, token))).toBe('read:reports');
    },
  );

  test('is neither accepted nor refused while its issuer does not answer and its keys are unknown', async () => {
    path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
    const credential = await trust({ jwksUri: 'https://down.example.com/nothing' });
    expect(await platform.outcome(credential)).toBe('503 temporarily_unavailable');
  });
});
