import { describe, expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { type AssertionChange, type AssertionKey, signAssertion } from '#test/support/clients/service-user-keys.ts';
import {
  type ApplicationKey,
  applicationAssertion,
  applicationKey,
  createSigningApplication,
} from '#test/support/clients/signing-applications.ts';
import {
  aboutNobody,
  claimForgeries,
  formForgeries,
  headerForgeries,
} from '#test/support/forge/assertion-forgeries.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { writtenTables } from '#test/support/stored/written-tables.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const GRANT = { grant_type: 'client_credentials', audience: REPORTS };

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const key = prepared(async () => register(applicationKey()));
const other = prepared(async () => register(applicationKey('ES256', 'other')));

const registerAll = (keys: readonly ApplicationKey[], request: object = {}) =>
  createSigningApplication(world, acme, keys, { jwks: { keys: keys.map(({ jwk }) => jwk) }, ...request });
async function register(applicationsKey: ApplicationKey, request: object = {}): Promise<AssertionKey> {
  const [registered] = await registerAll([applicationsKey], request);
  if (registered === undefined) throw new Error('One key was registered.');
  return registered;
}
/** The scope that an application is given, or the status and code of its refusal. */
async function outcome(by: AssertionKey, change: AssertionChange = {}): Promise<string> {
  return scopeOrRefusal(
    await world.post('/oauth/token', undefined, { ...GRANT, ...(await applicationAssertion(world, by, change)) }),
  );
}
const unnamed = { header: { kid: undefined } };

describe('an application with keys', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('authenticates by an assertion in %s', async (algorithm) => {
    const signer = await register(applicationKey(algorithm));
    expect(await outcome(signer)).toBe('read:reports');
    expect(await outcome(signer, { header: { typ: 'client-authentication+jwt' } })).toBe('read:reports');
    expect(await outcome({ ...signer, privateKey: applicationKey(algorithm).privateKey })).toBe('401 invalid_client');
  });

  test('Q7: shows that its keys were never used, and then the time of their last use', async () => {
    const signer = await register(applicationKey());
    const lastUsedAt = async () =>
      ((await world.manage('GET', `/v1/applications/${signer.principalId}`)).body as { lastUsedAt: unknown })
        .lastUsedAt;
    expect(await lastUsedAt()).toBeNull();
    await outcome(signer);
    expect(await lastUsedAt()).toBe(new Date(world.clock.nowSeconds() * 1_000).toISOString());
  });

  test('costs one read, one write and one signature', async () => {
    await outcome(key);
    expect(await costOf(world, () => outcome(key))).toEqual({ reads: 1, writes: 1, kms: ['Sign'], comparisons: 0 });
  });

  test('D8: authenticates by each assertion once, though 32 try at once', async () => {
    const members = await applicationAssertion(world, key);
    const replies = await Promise.all(race(32, () => world.post('/oauth/token', undefined, { ...GRANT, ...members })));
    expect(countEach(replies.map(scopeOrRefusal))).toEqual({ 'read:reports': 1, '401 invalid_client': 31 });
  });

  test('D15: signs with no other algorithm than the one in its registration', async () => {
    const rsa = applicationKey('RS256');
    const { alg: _alg, ...jwk } = rsa.jwk;
    const jwks = { keys: [jwk] };
    const [open, strict] = [
      await register(rsa, { jwks }),
      await register(rsa, { jwks, tokenEndpointAuthSigningAlg: 'PS256' }),
    ];
    const withPss = (signer: AssertionKey) => outcome({ ...signer, algorithm: 'PS256' });
    expect([await outcome(open), await withPss(open)]).toEqual(['read:reports', 'read:reports']);
    expect([await outcome(strict), await withPss(strict)]).toEqual(['401 invalid_client', 'read:reports']);
  });

  test('D15: signs with no other algorithm than that of its key', async () => {
    const rsa = await register(applicationKey('RS256'));
    expect(await outcome({ ...rsa, algorithm: 'PS256' })).toBe('401 invalid_client');
  });
});

describe('D17: the name of the key in an assertion', () => {
  test('may be left out, and then every key for the algorithm is tried', async () => {
    const keys = [applicationKey('ES256', 'a'), applicationKey('ES256', 'b'), applicationKey('RS256', 'c')];
    const signers = await registerAll(keys);
    expect(await Promise.all(signers.map((signer) => outcome(signer)))).toEqual(keys.map(() => 'read:reports'));
    expect(await Promise.all(signers.map((signer) => outcome(signer, unnamed)))).toEqual(
      keys.map(() => 'read:reports'),
    );
    expect(await outcome({ ...key, principalId: signers[0]?.principalId ?? '' }, unnamed)).toBe('401 invalid_client');
  });

  test('has to be right if there is a name', async () => {
    const [first] = await registerAll([applicationKey('ES256', 'a'), applicationKey('ES256', 'b')]);
    if (first === undefined) throw new Error('Two keys were registered.');
    for (const kid of ['b', 'c', '', first.principalId, 'k'.repeat(3_072), '../a']) {
      expect([kid, await outcome(first, { header: { kid } })]).toEqual([kid, '401 invalid_client']);
    }
  });

  test('may be any name if the client has one key, and this key has no name', async () => {
    const { jwk, ...rest } = applicationKey();
    const { kid: _kid, ...nameless } = jwk;
    const signer = await register({ ...rest, jwk: nameless });
    expect([await outcome(signer), await outcome(signer, unnamed)]).toEqual(['read:reports', 'read:reports']);
  });
});

describe('an assertion of an application that is refused', () => {
  const forgeries = Object.entries({ ...claimForgeries, ...headerForgeries, ...formForgeries });
  /** The name of an application's only key does not matter. */
  const good = ['D17: no kid'];

  test.each(forgeries.filter(([name]) => !good.includes(name)))(
    '%s: is refused for an application too, like that of an unknown client, and leaves nothing behind',
    async (_name, forge) => {
      const members = {
        ...(await applicationAssertion(world, key)),
        client_assertion: await forge({ world, key, other }),
      };
      world.dynamo.forget();
      const reply = await world.post('/oauth/token', undefined, { ...GRANT, ...members });
      expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
      const ofNobody = await world.post('/oauth/token', undefined, {
        ...GRANT,
        ...members,
        client_assertion: await forge(aboutNobody({ world, key, other })),
      });
      expect(wholeReply(reply)).toEqual(wholeReply(ofNobody));
      expect(writtenTables(world)).toEqual([]);
    },
  );

  test('D10: leaves no row behind, however many come with wrong signatures', async () => {
    const forged = { ...key, privateKey: applicationKey().privateKey };
    await outcome(forged);
    world.dynamo.forget();
    const outcomes = await Promise.all(race(300, () => outcome(forged)));
    expect(outcomes.filter((seenOutcome) => seenOutcome === 'read:reports')).toEqual([]);
    expect(writtenTables(world)).toEqual([]);
  });

  test('D23: may be an authorization request, which has no subject', async () => {
    const claims = { iss: key.principalId, sub: undefined, client_id: key.principalId, response_type: 'code' };
    for (const typ of ['oauth-authz-req+jwt', 'JWT', undefined]) {
      expect(await outcome(key, { claims, header: { typ } })).toBe('401 invalid_client');
    }
    const withSubject = { claims: { client_id: key.principalId, response_type: 'code' } };
    expect(await outcome(key, { ...withSubject, header: { typ: 'oauth-authz-req+jwt' } })).toBe('401 invalid_client');
  });

  test('D24: may be an access token of the application itself', async () => {
    const reply = await world.post('/oauth/token', undefined, {
      ...GRANT,
      ...(await applicationAssertion(world, key)),
    });
    const { access_token: token } = reply.body as { access_token: string };
    const members = { ...(await applicationAssertion(world, key)), client_assertion: token };
    expect(scopeOrRefusal(await world.post('/oauth/token', undefined, { ...GRANT, ...members }))).toBe(
      '401 invalid_client',
    );
  });

  test('D26: may be of another application with the same key', async () => {
    const same = applicationKey();
    const [first, second] = [await register(same), await register(same)];
    const assertion = await signAssertion(world, first);
    const members = { ...(await applicationAssertion(world, second)), client_assertion: assertion };
    const reply = await world.post('/oauth/token', undefined, { ...GRANT, ...members, client_id: second.principalId });
    expect(scopeOrRefusal(reply)).toBe('401 invalid_client');
  });
});
