import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ACCESS_TOKEN_TYPE,
  arrangeServices,
  callerToken,
  createService,
  exchanged,
  exchangeToken,
  TOKEN_EXCHANGE,
} from '#test/support/arrange/token-exchange.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspection, isTokenActive } from '#test/support/ask/introspection.ts';
import { boundToken, exchangeWith, newProofKey, proofOutcome, tokenProof } from '#test/support/clients/dpop.ts';
import { openForge } from '#test/support/forge/forge.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, type Credentials, REPORTS, type Reply } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = prepared(() => arrangeServices(world));
let first: Credentials;
let second: Credentials;
let subject: string;
beforeAll(async () => {
  [first, second] = acme.services;
  subject = await callerToken(world, acme);
});

const exchange = (parameters: Record<string, string> = {}, requester = first, token = subject) =>
  exchangeToken(world, requester, token, parameters);
const outcome = async (replying: Promise<Reply>) => seen(await replying);
const introspect = (token: string, asker = world.admin) => introspection(world, token, asker);
const isActive = (token: string) => isTokenActive(world, token);
const atLedger = () => ({ audience: acme.ledger });
const INVALID = oauthError(400, 'invalid_request');

describe('a token exchange', () => {
  test('J6, J11: gives an access token and names its type, and gives no refresh token', async () => {
    const { status, body } = await exchange({ ...atLedger(), scope: 'read:reports' });
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        issued_token_type: ACCESS_TOKEN_TYPE,
        token_type: 'Bearer',
        expires_in: 3_600,
        scope: 'read:reports',
      },
    ]);
  });

  test('J7: keeps the subject, and names the actor', async () => {
    const claims = decodeJwt(await exchanged(exchange(atLedger())));
    expect(claims).toMatchObject({
      sub: acme.caller.clientId,
      tenant_id: acme.tenantId,
      aud: acme.ledger,
      client_id: first.clientId,
      scope: 'read:reports',
      permissions: ['read:reports'],
      act: { sub: first.clientId, client_id: first.clientId },
    });
  });

  test('J7: nests the earlier actors, and the outermost actor acts now', async () => {
    const once = await exchanged(exchange(atLedger()));
    const twice = decodeJwt(await exchanged(exchange({ audience: REPORTS }, second, once)));
    const before = { sub: first.clientId, client_id: first.clientId };
    expect(twice).toMatchObject({ sub: acme.caller.clientId, client_id: second.clientId });
    expect(twice.act).toEqual({ sub: second.clientId, client_id: second.clientId, act: before });
  });

  test('H5: is what introspection tells, in one read besides that of the caller', async () => {
    const token = await exchanged(exchange(atLedger()));
    const claims = decodeJwt(token);
    const { depends_on: _dependencies, subject_client_id: _principal, ...shown } = claims;
    expect(await introspect(token)).toEqual({ active: true, token_type: 'Bearer', ...shown });
    const ask = () => introspect(token, first);
    await ask();
    expect(await costOf(world, ask)).toEqual({ reads: 2, writes: 0, kms: [], comparisons: 0 });
  });

  test('without audience is for the audience of the subject token', async () => {
    expect(decodeJwt(await exchanged(exchange()))).toMatchObject({ aud: REPORTS, scope: 'read:reports write:reports' });
  });

  test('also takes and gives the token type for JWTs', async () => {
    const jwt = 'urn:ietf:params:oauth:token-type:jwt';
    const { status } = await exchange({ subject_token_type: jwt, requested_token_type: jwt });
    expect(status).toBe(200);
  });
});

describe('J13, A10: a token exchange is refused', () => {
  test.each([
    ['an application that is not registered for it', () => world.admin],
    ['an API token', () => acme.caller],
    ['a personal token', () => acme.personalToken],
  ])('for %s', async (_who, requester) => {
    expect(await outcome(exchange({}, requester()))).toEqual(oauthError(400, 'unauthorized_client'));
  });

  test('for a requester that does not authenticate', async () => {
    const nobody = { ...first, clientSecret: second.clientSecret };
    expect(await outcome(exchange({}, nobody))).toEqual(oauthError(401, 'invalid_client'));
  });
});

describe('a request for token exchange is invalid', () => {
  test.each([
    ['J1', 'without subject token', { subject_token: '' }],
    ['J1', 'without type of the subject token', { subject_token_type: '' }],
    ['J1', 'with a subject token of another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }],
    ['J2', 'with an actor token without type', { actor_token: 'x' }],
    ['J2', 'with a type of an actor token that is not there', { actor_token_type: ACCESS_TOKEN_TYPE }],
    ['J6', 'that wants another type', { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
  ])('%s: %s', async (_id, _what, parameters) => {
    expect(await outcome(exchange(parameters))).toEqual(INVALID);
  });

  test.each<[string, () => Promise<string>]>([
    ['unknown', async () => 'unknown'],
    ['expired', () => forged((now) => ({ exp: now - 1, iat: now - 60, nbf: now - 60 }))],
    ["nobody's", () => forged(() => ({ iss: 'https://auth.example.com' }))],
    [
      'revoked',
      async () => {
        const token = await callerToken(world, acme);
        await world.post('/oauth/revoke', acme.caller, { token });
        return token;
      },
    ],
    ['a refresh token', async () => `mmr_${'A'.repeat(68)}`],
    ['a long-lived JWT', async () => longLived()],
  ])('J3, DEC13: with a subject or actor token that is %s', async (_what, make) => {
    const token = await make();
    const asActor = exchange({ actor_token: token, actor_token_type: ACCESS_TOKEN_TYPE });
    expect([await outcome(exchange({}, first, token)), await outcome(asActor)]).toEqual([INVALID, INVALID]);
  });

  test('J3: with an actor of another tenant', async () => {
    const globex = await arrangeAcme(world);
    const foreign = await world.tokenFor(globex.tenantToken, { audience: REPORTS });
    const parameters = { actor_token: foreign, actor_token_type: ACCESS_TOKEN_TYPE };
    expect(await outcome(exchange(parameters))).toEqual(INVALID);
  });

  test('J9: by a requester that has nothing to do with the API of the subject token', async () => {
    const stranger = await createService(world, [acme.ledgerId]);
    expect(await outcome(exchange(atLedger(), stranger))).toEqual(INVALID);
    expect((await exchange(atLedger(), first)).status).toBe(200);
  });

  test('J14: with an actor that was in the token before', async () => {
    const once = await exchanged(exchange(atLedger()));
    const twice = await exchanged(exchange({ audience: REPORTS }, second, once));
    expect(await outcome(exchange(atLedger(), first, twice))).toEqual(INVALID);
    expect(await outcome(exchange({ audience: REPORTS }, second, twice))).toEqual(INVALID);
  });

  test('J14: by a sixth actor', async () => {
    let token = subject;
    for (let depth = 0; depth < 5; depth += 1) {
      token = await exchanged(exchange({}, await createService(world, [acme.apiId]), token));
    }
    expect(await outcome(exchange({}, await createService(world, [acme.apiId]), token))).toEqual(INVALID);
  });
});

describe('an actor token in a token exchange', () => {
  const actingAs = async (actor: Credentials) => ({
    actor_token: await world.tokenFor(actor, { audience: REPORTS }),
    actor_token_type: ACCESS_TOKEN_TYPE,
  });

  test('J7: names the actor in the place of the requester', async () => {
    const claims = decodeJwt(await exchanged(exchange(await actingAs(acme.personalToken))));
    expect(claims).toMatchObject({ sub: acme.caller.clientId, client_id: first.clientId });
    expect(claims.act).toEqual({ sub: acme.userId, client_id: acme.personalToken.clientId });
  });

  test('J12: ends the tokens that were issued with it when it is revoked', async () => {
    const actor = await actingAs(acme.personalToken);
    const token = await exchanged(exchange(actor));
    await world.post('/oauth/revoke', acme.personalToken, { token: actor.actor_token });
    expect([await isActive(token), await isActive(subject)]).toEqual([false, true]);
  });
});

describe('J8: the claim may_act', () => {
  const restrictedTo = (mayAct: object) => forged(() => ({ may_act: mayAct }));

  test.each([
    ['another actor', () => ({ sub: second.clientId })],
    ['an actor of another issuer', () => ({ sub: first.clientId, iss: 'https://auth.example.com' })],
    ['the subject itself', () => ({ sub: acme.caller.clientId })],
  ])('refuses an actor that it does not name: %s', async (_who, mayAct) => {
    expect(await outcome(exchange({}, first, await restrictedTo(mayAct())))).toEqual(INVALID);
  });

  test.each([
    ['named', () => ({ sub: first.clientId })],
    ['named with this issuer', () => ({ sub: first.clientId, iss: world.url })],
  ])('takes an actor that is %s, and no later actor', async (_how, mayAct) => {
    const token = await exchanged(exchange(atLedger(), first, await restrictedTo(mayAct())));
    expect(decodeJwt(token).may_act).toEqual(mayAct());
    expect(await outcome(exchange({ audience: REPORTS }, second, token))).toEqual(INVALID);
  });
});

describe('J15: the exchange of a subject token that is bound to a key', () => {
  test('takes a proof by the key, and gives a token that is bound to it', async () => {
    const [key, other] = await Promise.all([newProofKey(), newProofKey()]);
    const bound = await boundToken(world, acme.caller, key);
    const form = { grant_type: TOKEN_EXCHANGE, subject_token: bound, subject_token_type: ACCESS_TOKEN_TYPE };
    const withProof = async (of: typeof key) => exchangeWith(world, first, await tokenProof(world, of), form);
    expect(proofOutcome(await exchange({}, first, bound))).toBe('400 invalid_dpop_proof');
    expect(proofOutcome(await withProof(other))).toBe('400 invalid_dpop_proof');
    const token = await exchanged(withProof(key));
    expect(decodeJwt(token).cnf).toEqual({ jkt: key.thumbprint });
  });
});

async function forged(claims: (now: number) => Record<string, unknown>): Promise<string> {
  const forge = openForge(subject);
  return forge.vary({ claims: claims(world.clock.nowSeconds()) }).finally(() => forge.close());
}

async function longLived(): Promise<string> {
  const request = { description: 'x', kind: 'access_token', audience: REPORTS, roleIds: [acme.readerRoleId] };
  const { body } = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, request);
  return (body as { readonly accessToken: string }).accessToken;
}
