import * as oauth from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { headStart } from '#test/support/faults/failure-counters.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

/** By the real clock, which is that of oauth4webapi. */
const world = useWorld({ adapters: { clock: () => ({ nowSeconds: () => Math.floor(Date.now() / 1_000) }) } });
const acme = useAcme(world);

/** Enough for all other tests of this file, little enough to be reached. */
const SIGNED_ANSWERS_MAX = 20;
const counting = useWorld({ adapters: { failures: headStart('signed ', 300 - SIGNED_ANSWERS_MAX) } });
const busy = useAcme(counting);

const insecure = { [oauth.allowInsecureRequests]: true };

describe('a signed answer of introspection', () => {
  const MEDIA_TYPE = 'application/token-introspection+jwt';
  const ask = async (token: string, accept: string) => {
    const { clientId: client_id, clientSecret: client_secret } = acme.tenantToken;
    const body = new URLSearchParams({ client_id, client_secret, token });
    return world.send('POST', '/oauth/introspect', { headers: { accept }, body });
  };
  const discover = async () => {
    const issuer = new URL(world.url);
    return oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' }),
    );
  };
  /** As oauth4webapi checks it: type, algorithm, issuer, audience and signature. */
  const introspect = async (token: string, as: oauth.AuthorizationServer) => {
    const client = { client_id: acme.tenantToken.clientId };
    const authentication = oauth.ClientSecretBasic(acme.tenantToken.clientSecret);
    const options = { ...insecure, requestJwtResponse: true };
    const response = await oauth.introspectionRequest(as, client, authentication, token, options);
    const answer = await oauth.processIntrospectionResponse(as, client, response);
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    return answer;
  };

  test('H13: is verified by oauth4webapi, and says the same as the unsigned answer', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const as = await discover();
    expect(as.introspection_signing_alg_values_supported).toContain('RS256');
    expect(await introspect(token, as)).toEqual((await ask(token, 'application/json')).body);
    expect(await introspect('unknown', as)).toEqual({ active: false });
  });

  test('H13: is for the caller, and has neither subject nor expiry that could make a token of it', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const { text, headers } = await ask(token, MEDIA_TYPE);
    const [header = '', claims = ''] = text.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([MEDIA_TYPE, 'no-store']);
    expect(JSON.parse(header)).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'token-introspection+jwt' });
    expect(JSON.parse(claims)).toEqual({
      iss: world.url,
      aud: acme.tenantToken.clientId,
      iat: expect.any(Number),
      token_introspection: (await ask(token, 'application/json')).body,
    });
  });

  test.each([
    '*/*',
    'application/json',
    'application/*',
    `${MEDIA_TYPE}, application/json`,
    `${MEDIA_TYPE};q=0.5`,
    'application/jwt',
  ])('is JSON for a caller that accepts %s', async (accept) => {
    const { headers, body } = await ask(await world.tokenFor(acme.tenantToken), accept);
    expect([headers.get('content-type'), body]).toEqual([
      'application/json',
      expect.objectContaining({ active: true }),
    ]);
  });

  test('can be asked for in capital or small letters', async () => {
    const { headers } = await ask('unknown', ` ${MEDIA_TYPE.toUpperCase()} `);
    expect(headers.get('content-type')).toBe(MEDIA_TYPE);
  });

  test('H14: is no access token and no assertion', async () => {
    const { text } = await ask(await world.tokenFor(acme.tenantToken), MEDIA_TYPE);
    expect((await ask(text, 'application/json')).body).toEqual({ active: false });
    const headers = { authorization: `Bearer ${text}` };
    const replies = [
      await world.send('GET', '/v1/tenants', { headers }),
      await world.send('GET', '/reports', { headers }),
      await world.post('/oauth/token', undefined, {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: text,
      }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([401, 403, 400]);
  });

  test('H11: is neither true nor false while KMS does not answer', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    world.kms.injectFault(() => ({ kind: 'error', name: 'AccessDeniedException' }));
    const { status, body } = await ask(token, MEDIA_TYPE);
    world.kms.injectFault(undefined);
    expect([status, body]).toMatchObject([503, { error: 'temporarily_unavailable' }]);
  });

  test('comes as JSON if it is a refusal', async () => {
    const body = new URLSearchParams({ token: 'x' });
    const reply = await world.send('POST', '/oauth/introspect', { headers: { accept: MEDIA_TYPE }, body });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([401, 'application/json']);
  });
});

describe('Sound 8: a caller that asks for many signed answers', () => {
  const ask = ({ clientId: client_id, clientSecret: client_secret }: Credentials, accept: string) => {
    const body = new URLSearchParams({ client_id, client_secret, token: 'unknown' });
    return counting.send('POST', '/oauth/introspect', { headers: { accept }, body });
  };
  const signed = 'application/token-introspection+jwt';

  test('Sound 8: gets no more of them in this minute, but answers without a signature, and others get theirs', async () => {
    const replies = await repeat(SIGNED_ANSWERS_MAX, () => ask(busy.tenantToken, signed));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    const cost = await costOf(counting, async () => {
      const { status, body, headers } = await ask(busy.tenantToken, signed);
      const error_description = 'Too many signed answers. Wait, or ask for answers without a signature.';
      expect([status, body]).toEqual([429, { error: 'temporarily_unavailable', error_description }]);
      expect(headers.get('ratelimit-policy')).toBe('"signed-answers";q=300;w=60');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    });
    expect(cost.kms).toEqual([]);
    expect((await ask(busy.tenantToken, 'application/json')).text).toBe('{"active":false}');
    expect((await ask(busy.personalToken, signed)).status).toBe(200);
    counting.clock.advance(60);
    expect((await ask(busy.tenantToken, signed)).status).toBe(200);
  });
});
