import { decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { decrypt, type EncryptionKey, encryptionKey } from '#test/support/clients/encryption-keys.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic } from '#test/support/world/world.ts';

/** By the real clock, which is that of oauth4webapi. */
const world = useWorld({ adapters: { clock: () => ({ nowSeconds: () => Math.floor(Date.now() / 1_000) }) } });
const acme = useAcme(world);

const MEDIA_TYPE = 'application/token-introspection+jwt';
const insecure = { [oauth.allowInsecureRequests]: true };
const ecKey = encryptionKey();
const rsaKey = encryptionKey('RSA-OAEP-256');
let token: string;
beforeAll(async () => {
  token = await world.tokenFor(acme.tenantToken);
});

const ask = (caller: Credentials, about: string, accept: string) =>
  world.send('POST', '/oauth/introspect', {
    headers: { authorization: basic(caller), accept },
    body: new URLSearchParams({ token: about }),
  });

async function register(registration: object): Promise<Credentials> {
  const application = await createApplication(world, registration);
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return application;
}

const encrypting = ({ jwk }: EncryptionKey = ecKey, more: object = {}) => ({
  introspectionEncryptedResponseAlg: jwk.alg,
  jwks: { keys: [jwk] },
  ...more,
});

/** Introspects as oauth4webapi does for a client that was registered like this. */
async function introspect(
  { clientId, clientSecret = '' }: Credentials,
  algorithm: string,
  jweDecrypt?: oauth.JweDecryptFunction,
) {
  const issuer = new URL(world.url);
  const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(issuer, discovered);
  const client = { client_id: clientId, introspection_signed_response_alg: algorithm };
  const authentication = oauth.ClientSecretPost(clientSecret);
  const response = await oauth.introspectionRequest(as, client, authentication, token, insecure);
  const options = jweDecrypt && { [oauth.jweDecrypt]: jweDecrypt };
  const answer = await oauth.processIntrospectionResponse(as, client, response, options);
  await oauth.validateApplicationLevelSignature(as, response, insecure);
  return answer;
}

const plainAnswer = async () => (await ask(acme.tenantToken, token, 'application/json')).body;

describe('Sound 29: an application that is registered with a signature algorithm', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('Sound 29: gets answers in %s', async (algorithm) => {
    const application = await register({ introspectionSignedResponseAlg: algorithm });
    const { text, headers } = await ask(application, token, MEDIA_TYPE);
    expect([headers.get('content-type'), decodeProtectedHeader(text)]).toEqual([
      MEDIA_TYPE,
      { alg: algorithm, kid: expect.any(String), typ: 'token-introspection+jwt' },
    ]);
    expect(await introspect(application, algorithm)).toEqual(await plainAnswer());
    expect((await ask(application, token, 'application/json')).body).toEqual(await plainAnswer());
  });

  test('Sound 29: gets answers in RS256 again without it', async () => {
    const application = await register({ introspectionSignedResponseAlg: 'ES256' });
    const path = `/v1/applications/${application.clientId}`;
    const { body } = await world.manage('PATCH', path, { introspectionSignedResponseAlg: null });
    expect(body).not.toHaveProperty('introspectionSignedResponseAlg');
    expect(decodeProtectedHeader((await ask(application, token, MEDIA_TYPE)).text).alg).toBe('RS256');
  });

  test('Sound 29: hears which member to change if its answer is too large for EdDSA', async () => {
    const values = Array.from({ length: 45 }, (_, index) => `read:${'x'.repeat(90)}${index}`);
    const api = await registerApi(world, values);
    const [holder, eddsa] = [await register({}), await register({ introspectionSignedResponseAlg: 'EdDSA' })];
    for (const each of [holder, eddsa]) await grantPermissions(world, each, api.id, 'all');
    const large = await world.tokenFor(holder, { audience: api.identifier });
    const { status, body } = await ask(eddsa, large, MEDIA_TYPE);
    const error_description =
      'The answer is too large for a signature with EdDSA: register another introspectionSignedResponseAlg.';
    expect([status, body]).toEqual([400, { error: 'invalid_request', error_description }]);
    expect((await ask(eddsa, large, 'application/json')).body).toMatchObject({ active: true });
    expect((await ask(holder, large, MEDIA_TYPE)).status).toBe(200);
  });

  test('Sound 29: is told of every algorithm by the metadata', async () => {
    const { body } = await world.send('GET', '/.well-known/oauth-authorization-server');
    expect(body).toMatchObject({
      introspection_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      introspection_encryption_alg_values_supported: ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'],
      introspection_encryption_enc_values_supported: ['A128CBC-HS256', 'A256GCM'],
    });
  });
});

describe('Sound 29: an application that is registered for encrypted answers', () => {
  const keys = [rsaKey, ecKey, encryptionKey('ECDH-ES+A256KW')];
  const pairs = keys.flatMap((key) =>
    [undefined, 'A128CBC-HS256', 'A256GCM'].map((content) => [key, content] as const),
  );
  const named = pairs.map(([key, content]) => [key.jwk.alg, content ?? 'the default', key, content] as const);

  test.each(named)('Sound 29: gets them by %s with %s, signed within', async (alg, _what, key, content) => {
    const enc = content ?? 'A128CBC-HS256';
    const more = { introspectionSignedResponseAlg: 'ES256', introspectionEncryptedResponseEnc: content };
    const application = await register(encrypting(key, more));
    const { text, headers } = await ask(application, token, MEDIA_TYPE);
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([MEDIA_TYPE, 'no-store']);
    const { epk, ...header } = decodeProtectedHeader(text);
    expect(header).toEqual({ alg, enc, cty: 'JWT', kid: 'enc' });
    expect(epk !== undefined).toBe(alg !== 'RSA-OAEP-256');
    const inner = await decrypt(text, key, enc);
    expect(decodeProtectedHeader(inner)).toMatchObject({ alg: 'ES256', typ: 'token-introspection+jwt' });
    expect(await introspect(application, 'ES256', (jwe) => decrypt(jwe, key, enc))).toEqual(await plainAnswer());
  });

  test('Sound 29: gets an encrypted answer about an inactive token, too', async () => {
    const application = await register(encrypting());
    const inner = await decrypt((await ask(application, 'unknown', MEDIA_TYPE)).text, ecKey, 'A128CBC-HS256');
    expect(JSON.parse(Buffer.from(inner.split('.')[1] ?? '', 'base64url').toString())).toEqual({
      iss: world.url,
      aud: application.clientId,
      iat: expect.any(Number),
      token_introspection: { active: false },
    });
  });

  test.each(['*/*', 'application/json', `${MEDIA_TYPE}, application/json`, 'application/jwt'])(
    'H15: Sound 29: gets no answer if it accepts %s, before its token is looked at',
    async (accept) => {
      const application = await register(encrypting());
      const replies = await Promise.all([token, 'unknown'].map((about) => ask(application, about, accept)));
      const refusal = oauthError(400, 'invalid_request');
      expect(replies.map(seen)).toEqual([refusal, refusal]);
      expect(replies[0]?.text).toBe(replies[1]?.text);
      expect(replies[0]?.text).toContain(MEDIA_TYPE);
    },
  );

  test('H15: Sound 29: gets encrypted answers only with its access token, too', async () => {
    const application = await createApplication(world, encrypting());
    const { body } = await world.manage('GET', '/v1/apis');
    const systemApi = (body as { items: readonly { id: string; identifier: string }[] }).items.find(({ identifier }) =>
      identifier.startsWith(world.url),
    );
    await grantPermissions(world, application, systemApi?.id ?? '', ['introspect:tokens']);
    const authorization = `Bearer ${await world.tokenFor(application, { audience: systemApi?.identifier ?? '' })}`;
    const send = (accept: string) =>
      world.send('POST', '/oauth/introspect', {
        headers: { authorization, accept },
        body: new URLSearchParams({ token }),
      });
    expect(seen(await send('application/json'))).toEqual(oauthError(400, 'invalid_request'));
    const inner = await decrypt((await send(MEDIA_TYPE)).text, ecKey, 'A128CBC-HS256');
    expect(decodeProtectedHeader(inner)).toMatchObject({ alg: 'RS256' });
  });

  test('Sound 29: costs as much at DynamoDB and KMS as a signed answer', async () => {
    const [signed, encrypted] = [await register({}), await register(encrypting())];
    const cost = await costOf(world, () => ask(signed, token, MEDIA_TYPE));
    expect(cost.kms).toEqual(['Sign']);
    expect(await costOf(world, () => ask(encrypted, token, MEDIA_TYPE))).toEqual(cost);
  });

  test('Sound 29: H14: gets nothing that works as a token', async () => {
    const { text } = await ask(await register(encrypting()), token, MEDIA_TYPE);
    expect((await ask(acme.tenantToken, text, 'application/json')).body).toEqual({ active: false });
    const { status } = await world.send('GET', '/v1/tenants', { headers: { authorization: `Bearer ${text}` } });
    expect(status).toBe(401);
  });

  test('Sound 29: H11: is neither told yes nor no while KMS does not answer', async () => {
    const application = await register(encrypting());
    world.kms.injectFault(() => ({ kind: 'error', name: 'AccessDeniedException' }));
    const reply = await ask(application, token, MEDIA_TYPE);
    world.kms.injectFault(undefined);
    expect(seen(reply)).toEqual(oauthError(503, 'temporarily_unavailable'));
  });

  test('Sound 29: gets plain answers again after it gave up encryption, and its key is forgotten', async () => {
    const application = await register(encrypting(ecKey, { introspectionEncryptedResponseEnc: 'A256GCM' }));
    const path = `/v1/applications/${application.clientId}`;
    const { body } = await world.manage('PATCH', path, { introspectionEncryptedResponseAlg: null });
    const left = Object.keys(body as object).filter((name) => /^introspection|^jwks/.test(name));
    expect(left).toEqual([]);
    expect((await ask(application, token, 'application/json')).body).toEqual(await plainAnswer());
  });
});
