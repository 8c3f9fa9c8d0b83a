import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope, scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  CLIENT_ASSERTION_TYPE,
  createServiceUserKey,
  exchangeAssertion,
  JWT_BEARER,
  type KeyFile,
  keyOutcome,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import {
  aboutNobody,
  claimForgeries,
  formForgeries,
  headerForgeries,
} from '#test/support/forge/assertion-forgeries.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { writtenTables } from '#test/support/stored/written-tables.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let key: KeyFile;
let other: KeyFile;
let rsaKey: KeyFile;
beforeAll(async () => {
  const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  key = await createServiceUserKey(world, path);
  rsaKey = await createServiceUserKey(world, path, { algorithm: 'RS256' });
  other = await createServiceUserKey(world, await createServiceUser(world, acme.tenantId, [acme.readerRoleId]));
});

const exchange = async (parameters: Record<string, string> = {}) =>
  exchangeAssertion(world, await signAssertion(world, key), parameters);
const fromNow = (seconds: number) => world.clock.nowSeconds() + seconds;
const endpoints = [
  ['/oauth/token', { grant_type: 'client_credentials', audience: REPORTS }],
  ['/oauth/introspect', { token: 'x' }],
  ['/oauth/revoke', { token: 'x' }],
] as const;

describe('an assertion of a service user', () => {
  test('is traded for an access token of the service user', async () => {
    const { status, body } = await exchange();
    const { access_token: token, ...rest } = body as { access_token: string };
    expect([status, rest]).toEqual([200, { token_type: 'Bearer', expires_in: 3_600, scope: 'read:reports' }]);
    const now = world.clock.nowSeconds();
    expect(decodeJwt(token)).toEqual({
      iss: world.url,
      sub: key.principalId,
      aud: REPORTS,
      exp: now + 3_600,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^tok_/),
      client_id: key.kid,
      scope: 'read:reports',
      tenant_id: acme.tenantId,
      roles: ['reports-reader'],
      permissions: ['read:reports'],
      depends_on: [acme.apiId],
    });
    expect(await introspectedScope(world, token)).toBe('read:reports');
  });

  test.each([
    ['in RS256', async () => keyOutcome(world, rsaKey)],
    ['about the client', async () => keyOutcome(world, key, { claims: { iss: key.kid, sub: key.kid } })],
    ['without a type', async () => keyOutcome(world, key, { header: { typ: undefined } })],
    ['with its own type', async () => keyOutcome(world, key, { header: { typ: 'client-authentication+jwt' } })],
    ['without iat', async () => keyOutcome(world, key, { claims: { iat: undefined } })],
    [
      'D7: with iat and nbf in ten seconds',
      async () => keyOutcome(world, key, { claims: { iat: fromNow(10), nbf: fromNow(10) } }),
    ],
    ['D6: that ends in an hour', async () => keyOutcome(world, key, { claims: { exp: fromNow(3_600) } })],
    ['D6: that ended ten seconds ago', async () => keyOutcome(world, key, { claims: { exp: fromNow(-10) } })],
    ['with a fraction in exp', async () => keyOutcome(world, key, { claims: { exp: fromNow(60) + 0.5 } })],
    ['with unknown claims', async () => keyOutcome(world, key, { claims: { scope: 'everything', admin: true } })],
    ['beside the same client_id', async () => scopeOrRefusal(await exchange({ client_id: key.kid }))],
    ['with a scope', async () => scopeOrRefusal(await exchange({ scope: 'read:reports' }))],
  ])('is accepted %s', async (_how, outcome) => {
    expect(await outcome()).toBe('read:reports');
  });

  test('costs one read, one write and one signature', async () => {
    await exchange();
    await exchange();
    const assertion = await signAssertion(world, key);
    const cost = await costOf(world, () => exchangeAssertion(world, assertion));
    expect(cost).toEqual({ reads: 1, writes: 1, kms: ['Sign'], comparisons: 0 });
  });

  test.each([
    ['C4: more than is allowed', { scope: 'write:reports' }, 'invalid_scope'],
    ['C6: another API', { audience: `${REPORTS}/other` }, 'invalid_target'],
  ])('is refused if it asks for %s', async (_what, parameters, error) => {
    expect(seen(await exchange(parameters))).toEqual(oauthError(400, error));
  });

  test('is taken in JSON as in a form', async () => {
    const body = JSON.stringify({ grant_type: JWT_BEARER, assertion: await signAssertion(world, key) });
    const reply = await world.send('POST', '/oauth/token', { headers: { 'content-type': 'application/json' }, body });
    expect(scopeOrRefusal(reply)).toBe('read:reports');
  });
});

describe('D25: an assertion that is refused', () => {
  const forgeries = Object.entries({ ...claimForgeries, ...headerForgeries, ...formForgeries });

  test.each(forgeries)(
    'D25, %s: is refused like that of an unknown client, as a grant and as client authentication, and leaves nothing',
    async (_name, forge) => {
      const assertion = await forge({ world, key, other });
      world.dynamo.forget();
      const asGrant = await exchangeAssertion(world, assertion);
      expect(seen(asGrant)).toEqual(oauthError(400, 'invalid_grant'));
      const ofNobody = await exchangeAssertion(world, await forge(aboutNobody({ world, key, other })));
      expect(wholeReply(asGrant)).toEqual(wholeReply(ofNobody));
      for (const [path, parameters] of endpoints) {
        const asClient = { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion };
        expect(seen(await world.post(path, undefined, { ...parameters, ...asClient }))).toEqual(
          oauthError(401, 'invalid_client'),
        );
      }
      // D10, D16: nobody without the key fills the memory, and nothing that it names is fetched.
      expect(writtenTables(world)).toEqual([]);
    },
  );

  test('D24: may be an access token', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    expect(seen(await exchangeAssertion(world, token))).toEqual(oauthError(400, 'invalid_grant'));
  });

  test('D27: may be larger than eight kilobytes', async () => {
    const assertion = await signAssertion(world, key, { claims: { padding: 'x'.repeat(8_192) } });
    expect(seen(await exchangeAssertion(world, assertion))).toEqual(oauthError(400, 'invalid_request'));
  });

  test('may name a client that has a secret and no key', async () => {
    const forged = { ...key, kid: acme.tenantToken.clientId, principalId: acme.tenantToken.clientId };
    expect(await keyOutcome(world, forged)).toBe('400 invalid_grant');
  });
});

describe('D8: an assertion that was redeemed', () => {
  test('is a replay from then on, as a grant and as client authentication', async () => {
    const assertion = await signAssertion(world, key, { claims: { iss: key.kid, sub: key.kid } });
    expect(scopeOrRefusal(await exchangeAssertion(world, assertion))).toBe('read:reports');
    expect(seen(await exchangeAssertion(world, assertion))).toEqual(oauthError(400, 'invalid_grant'));
    for (const [path, parameters] of endpoints) {
      const again = { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion };
      expect(seen(await world.post(path, undefined, { ...parameters, ...again }))).toEqual(
        oauthError(401, 'invalid_client'),
      );
    }
  });

  test('D9: uses its jti up for its own client only, to the letter', async () => {
    const jti = randomUUID();
    expect(await keyOutcome(world, key, { claims: { jti } })).toBe('read:reports');
    expect(await keyOutcome(world, key, { claims: { jti, exp: fromNow(90) } })).toBe('400 invalid_grant');
    expect(await keyOutcome(world, key, { claims: { jti: jti.toUpperCase() } })).toBe('read:reports');
    expect(await keyOutcome(world, other, { claims: { jti } })).toBe('read:reports');
  });

  test('D9, D12: stays a replay until its expiry, and its jti is free after that', async () => {
    const jti = randomUUID();
    const assertion = await signAssertion(world, key, { claims: { jti } });
    expect(scopeOrRefusal(await exchangeAssertion(world, assertion))).toBe('read:reports');
    world.clock.advance(60 + 29);
    expect(scopeOrRefusal(await exchangeAssertion(world, assertion))).toBe('400 invalid_grant');
    world.clock.advance(1);
    expect(scopeOrRefusal(await exchangeAssertion(world, assertion))).toBe('400 invalid_grant');
    expect(await keyOutcome(world, key, { claims: { jti } })).toBe('read:reports');
  });
});

describe('an assertion whose exchange breaks off', () => {
  test('D11: is not taken for a replay of itself when the reply to its own redemption is lost', async () => {
    const assertion = await signAssertion(world, key);
    const redeem = () => exchangeAssertion(world, assertion);
    expect(scopeOrRefusal(await whileFailing(world.dynamo, loseFirstReplyTo('PutItem'), redeem))).toBe('read:reports');
    expect(scopeOrRefusal(await redeem())).toBe('400 invalid_grant');
  });

  test.each(['BatchGetItem', 'PutItem'])(
    'H11: is neither accepted nor refused while DynamoDB does not answer a %s',
    async (operation) => {
      const assertion = await signAssertion(world, key);
      const failing = (called: string) => (called === operation ? denied() : undefined);
      const reply = await whileFailing(world.dynamo, failing, () => exchangeAssertion(world, assertion));
      expect(seen(reply)).toEqual(oauthError(503, 'temporarily_unavailable'));
      expect(scopeOrRefusal(await exchangeAssertion(world, assertion))).toBe('read:reports');
    },
  );

  test('H11: is redeemed before KMS signs, so the client has to sign another assertion', async () => {
    const assertion = await signAssertion(world, key);
    const reply = await whileFailing(world.kms, denied, () => exchangeAssertion(world, assertion));
    expect(seen(reply)).toEqual(oauthError(503, 'temporarily_unavailable'));
    expect(scopeOrRefusal(await exchangeAssertion(world, assertion))).toBe('400 invalid_grant');
    expect(await keyOutcome(world, key)).toBe('read:reports');
  });
});
