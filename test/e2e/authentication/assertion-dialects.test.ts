import { describe, expect, test } from 'vitest';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  type AssertionChange,
  type AssertionKey,
  exchangeAssertion,
  JWT_BEARER,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import {
  applicationAssertion,
  applicationKey,
  createSigningApplication,
} from '#test/support/clients/signing-applications.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const signer = prepared(() => register());
const lenient = prepared(() => register({ tokenEndpointAudienceAllowed: true }));

async function register(registration: object = {}): Promise<AssertionKey> {
  const key = applicationKey();
  const grants = { grantTypes: ['client_credentials', JWT_BEARER] };
  const all = { jwks: { keys: [key.jwk] }, ...grants, ...registration };
  const [registered] = await createSigningApplication(world, acme, [key], all);
  if (registered === undefined) throw new Error('One key was registered.');
  return registered;
}

/** The reply to the exchange of an assertion that authenticates its client. */
async function authenticate(by: AssertionKey, change: AssertionChange = {}) {
  const form = { grant_type: 'client_credentials', audience: REPORTS };
  return world.post('/oauth/token', undefined, { ...form, ...(await applicationAssertion(world, by, change)) });
}

/** The outcomes of an assertion that authenticates its client, and of one that is the grant. */
async function outcomes(by: AssertionKey, change: () => AssertionChange) {
  const asGrant = await exchangeAssertion(world, await signAssertion(world, by, change()));
  return [await authenticate(by, change()), asGrant].map(scopeOrRefusal);
}

let secondsMore = 60;
/** Another moment each time: without a `jti`, two assertions with equal claims are one assertion. */
const laterEachTime = () => {
  secondsMore += 1;
  return inSeconds(secondsMore);
};

const accepted = ['read:reports', 'read:reports'];
const refused = ['401 invalid_client', '400 invalid_grant'];
const tokenEndpoint = async () => {
  const { body } = await world.send('GET', '/.well-known/oauth-authorization-server');
  return (body as { token_endpoint: string }).token_endpoint;
};

/** The order of P-256 (FIPS 186-4 D.1.2.3). */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The other valid signature that everybody can make from an ECDSA signature: `n - s` in place of `s`. */
function withTwinSignature(assertion: string): string {
  const end = assertion.lastIndexOf('.') + 1;
  const signature = Buffer.from(assertion.slice(end), 'base64url').toString('hex');
  const twin = (ORDER - BigInt(`0x${signature.slice(64)}`)).toString(16).padStart(64, '0');
  return assertion.slice(0, end) + Buffer.from(signature.slice(0, 64) + twin, 'hex').toString('base64url');
}

describe('Sound 26: the assertions of libraries', () => {
  test.each([
    ['the issuer as a list of one', () => ({ claims: { aud: [world.url] } })],
    ['no jti', () => ({ claims: { jti: undefined, exp: laterEachTime() } })],
    ['the type of RFC 7523bis', () => ({ header: { typ: 'client-authentication+jwt' } })],
    ['the type JWT', () => ({ header: { typ: 'JWT' } })],
    ['no type', () => ({ header: { typ: undefined } })],
  ])('Sound 26: D3, D4: are accepted with %s', async (_what, change: () => AssertionChange) => {
    expect(await outcomes(signer, change)).toEqual(accepted);
  });

  test('Sound 26: D8: are taken once without a jti, also under another valid signature', async () => {
    const assertion = await signAssertion(world, signer, { claims: { jti: undefined, exp: inSeconds(59) } });
    const tried = [assertion, assertion, withTwinSignature(assertion)];
    const replies = [];
    for (const each of tried) replies.push(scopeOrRefusal(await exchangeAssertion(world, each)));
    expect(replies).toEqual(['read:reports', '400 invalid_grant', '400 invalid_grant']);
    const twin = withTwinSignature(await signAssertion(world, signer));
    expect(scopeOrRefusal(await exchangeAssertion(world, twin))).toBe('read:reports');
  });

  test('Sound 26: D4: are for the token endpoint only if the application is registered for that', async () => {
    const url = await tokenEndpoint();
    for (const aud of [url, [url]]) {
      expect(await outcomes(lenient, () => ({ claims: { aud } }))).toEqual(accepted);
      expect(await outcomes(signer, () => ({ claims: { aud } }))).toEqual(refused);
    }
    for (const aud of [[url, world.url], `${url}/`, `${world.url}/oauth/introspect`, `${world.url}/`]) {
      expect(await outcomes(lenient, () => ({ claims: { aud } }))).toEqual(refused);
    }
    const path = `/v1/applications/${lenient.principalId}`;
    const change = (value: unknown) => world.manage('PATCH', path, { tokenEndpointAudienceAllowed: value });
    expect((await change(false)).body).toMatchObject({ tokenEndpointAudienceAllowed: false });
    expect(await outcomes(lenient, () => ({ claims: { aud: url } }))).toEqual(refused);
    expect((await change(null)).body).not.toHaveProperty('tokenEndpointAudienceAllowed');
    expect((await change(true)).body).toMatchObject({ tokenEndpointAudienceAllowed: true });
  });

  test('Sound 26: D4: cannot be registered for the token endpoint by a client with a secret', async () => {
    const request = { name: 'app', tokenEndpointAudienceAllowed: true };
    expect((await world.manage('POST', '/v1/applications', request)).body).toMatchObject({
      code: 'invalid_request',
      field: 'tokenEndpointAudienceAllowed',
    });
  });
});

const inSeconds = (seconds: number) => world.clock.nowSeconds() + seconds;
const nobody = 'cli_0000000000000000000000';

describe('Sound 26: the refusal of an assertion', () => {
  test.each<[string, string, () => AssertionChange]>([
    ['iss', 'Its claim iss is missing or of a wrong type.', () => ({ claims: { iss: undefined } })],
    ['sub', 'Its claim sub is missing or of a wrong type.', () => ({ claims: { sub: 1 } })],
    ['sub without a client', 'Neither its claim sub nor its kid is a client id.', () => ({ claims: { sub: 'me' } })],
    ['iss beside sub', 'Its claims iss and sub differ.', () => ({ claims: { iss: 'somebody' } })],
    ['aud', 'Its claim aud is missing or of a wrong type.', () => ({ claims: { aud: undefined } })],
    ['exp', 'Its claim exp is missing or of a wrong type.', () => ({ claims: { exp: '1' } })],
    ['exp in the past', 'Its claim exp is in the past.', () => ({ claims: { exp: inSeconds(-300) } })],
    ['exp far ahead', 'Its claim exp is more than an hour ahead.', () => ({ claims: { exp: inSeconds(7_200) } })],
    ['iat', 'Its claim iat is in the future.', () => ({ claims: { iat: inSeconds(90) } })],
    ['nbf', 'Its claim nbf is in the future.', () => ({ claims: { nbf: inSeconds(90) } })],
    ['jti', 'Its claim jti is missing or of a wrong type.', () => ({ claims: { jti: 1 } })],
    ['typ', 'Its header typ is missing or not accepted.', () => ({ header: { typ: 'at+jwt' } })],
  ])('Sound 26: D3, D4: names %s, for a known and an unknown client alike', async (_what, flaw, change) => {
    const replies = [
      await authenticate(signer, change()),
      await authenticate({ ...signer, principalId: nobody }, change()),
    ];
    const description = `The assertion is not accepted. ${flaw}`;
    expect(replies.map(({ body }) => body)).toEqual(
      replies.map(() => ({ error: 'invalid_client', error_description: description })),
    );
    expect(replies.map(wholeReply)).toEqual([replies[0], replies[0]].map((reply) => reply && wholeReply(reply)));
  });

  test('Sound 26: D5: names the audience that it should have', async () => {
    const description = `The assertion is not accepted. Its claim aud must be ${world.url} and nothing else.`;
    for (const aud of [`${world.url}/`, [world.url, REPORTS], [], REPORTS]) {
      const { body } = await authenticate(signer, { claims: { aud } });
      expect([aud, body]).toEqual([aud, { error: 'invalid_client', error_description: description }]);
    }
  });

  test('Sound 26: D4: names the switch for the token endpoint, and tells nothing about the client', async () => {
    const change = { claims: { aud: await tokenEndpoint() } };
    const replies = [
      await authenticate(signer, change),
      await authenticate({ ...signer, principalId: nobody }, change),
      await authenticate({ ...lenient, privateKey: signer.privateKey }, change),
    ];
    const error_description =
      'The assertion is not accepted. Its claim aud is the token endpoint: this needs an application with tokenEndpointAudienceAllowed.';
    expect(replies.map(({ body }) => body)).toEqual(
      replies.map(() => ({ error: 'invalid_client', error_description })),
    );
  });

  test('Sound 26: names the flaw of a workload token that cannot be read', async () => {
    const assertion = await signAssertion(world, signer, { claims: { iat: undefined } });
    const { body } = await exchangeAssertion(world, assertion, { client_id: nobody });
    expect(body).toEqual({
      error: 'invalid_grant',
      error_description: 'The assertion is not accepted. Its claim iat is missing or of a wrong type.',
    });
  });
});
