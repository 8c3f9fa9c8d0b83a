import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoneWorkspace, startLoneWorkspace } from '#test/support/arrange/lone-algorithm.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { encryptionKey } from '#test/support/clients/encryption-keys.ts';
import {
  type ApplicationKey,
  applicationAssertion,
  applicationKey,
  createSigningApplication,
} from '#test/support/clients/signing-applications.ts';
import { keyWithExponentOne, rocaJwk } from '#test/support/forge/weak-keys.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const ec = encryptionKey();
const rsa = encryptionKey('RSA-OAEP-256');
const signing = applicationKey('ES256', 'sig');
const { use: _use, ...shownSigning } = signing.jwk;

const register = (registration: object) => world.manage('POST', '/v1/applications', { name: 'app', ...registration });

const ofKeys = (...keys: readonly unknown[]) => ({ jwks: { keys } });

const rsaWith = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });

describe('Sound 29: the key for encryption of an application', () => {
  test.each(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])(
    'Sound 29: is registered, shown and written back beside %s',
    async (tokenEndpointAuthMethod) => {
      const keys = tokenEndpointAuthMethod === 'private_key_jwt' ? [signing.jwk, ec.jwk] : [ec.jwk];
      const registration = { tokenEndpointAuthMethod, introspectionEncryptedResponseAlg: 'ECDH-ES' };
      const { status, body } = await register({ ...registration, ...ofKeys(...keys) });
      const shown = keys.map((jwk) => (jwk === ec.jwk ? ec.jwk : shownSigning));
      expect([status, body]).toEqual([201, expect.objectContaining({ ...registration, ...ofKeys(...shown) })]);
      const { clientId, jwks } = body as { readonly clientId: string; readonly jwks: object };
      const again = await world.manage('PATCH', `/v1/applications/${clientId}`, { jwks });
      expect(again.body).toMatchObject({ ...registration, jwks });
    },
  );

  test.each([
    ['by its algorithm alone', { use: undefined }],
    ['by its use alone', { alg: undefined }],
    ['without a name', { kid: undefined }],
  ])('Sound 29: is recognised %s', async (_how, change) => {
    const jwk = JSON.parse(JSON.stringify({ ...ec.jwk, ...change }));
    const { body } = await register({ introspectionEncryptedResponseAlg: 'ECDH-ES', ...ofKeys(jwk) });
    expect(body).toMatchObject(ofKeys({ ...jwk, use: 'enc' }));
  });

  test('Sound 29: is the first that fits, and the others are passed over', async () => {
    const others = [rsa.jwk, encryptionKey('ECDH-ES+A256KW', 'wrap').jwk, ec.jwk, encryptionKey('ECDH-ES', 'old').jwk];
    const { body } = await register({ introspectionEncryptedResponseAlg: 'ECDH-ES', ...ofKeys(...others) });
    expect(body).toMatchObject(ofKeys(ec.jwk));
  });

  test('Sound 29: verifies no assertion', async () => {
    const { use: _enc, alg: _alg, ...jwk } = ec.jwk;
    const asSigner: ApplicationKey = {
      kid: 'enc',
      algorithm: 'ES256',
      jwk,
      privateKey: ec.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
    const [good, bad] = await createSigningApplication(world, acme, [signing, asSigner], {
      introspectionEncryptedResponseAlg: 'ECDH-ES',
      ...ofKeys(signing.jwk, ec.jwk),
    });
    if (good === undefined || bad === undefined) throw new Error('Two keys were made.');
    const outcome = async (key: typeof good, header = {}) =>
      scopeOrRefusal(
        await world.post('/oauth/token', undefined, {
          grant_type: 'client_credentials',
          audience: REPORTS,
          ...(await applicationAssertion(world, key, { header })),
        }),
      );
    expect(await outcome(good)).toBe('read:reports');
    expect([await outcome(bad), await outcome(bad, { kid: undefined })]).toEqual(Array(2).fill('401 invalid_client'));
  });

  test('Sound 29: stays when the application changes to a secret, and its signing keys go', async () => {
    const { body } = await register({
      tokenEndpointAuthMethod: 'private_key_jwt',
      introspectionEncryptedResponseAlg: 'ECDH-ES',
      ...ofKeys(signing.jwk, ec.jwk),
    });
    const path = `/v1/applications/${(body as { clientId: string }).clientId}`;
    const changed = await world.manage('PATCH', path, { tokenEndpointAuthMethod: 'client_secret_basic' });
    expect(changed.body).toMatchObject({ introspectionEncryptedResponseAlg: 'ECDH-ES', ...ofKeys(ec.jwk) });
    const back = await world.manage('PATCH', path, { tokenEndpointAuthMethod: 'private_key_jwt' });
    expect(seen(back)).toEqual(problem(400, 'invalid_request', 'jwks'));
  });
});

describe('Sound 29: a registration for encrypted answers is refused', () => {
  const forRsa = { introspectionEncryptedResponseAlg: 'RSA-OAEP-256' };
  const forEc = { introspectionEncryptedResponseAlg: 'ECDH-ES' };
  const asRsa = (jwk: object) => ({ ...forRsa, ...ofKeys({ ...jwk, use: 'enc' }) });
  const { kid: _kid, alg: _alg, ...bare } = ec.jwk;
  const cases: readonly (readonly [string, object, string])[] = [
    ['without a key', forEc, 'jwks'],
    ['with a key of another type', { ...forEc, ...ofKeys(rsa.jwk) }, 'jwks'],
    ['with a key for another algorithm', { ...forEc, ...ofKeys(encryptionKey('ECDH-ES+A256KW').jwk) }, 'jwks'],
    ['with a key for signatures', { ...forEc, ...ofKeys(signing.jwk) }, 'jwks'],
    ['with RSA of 1024 bits', asRsa(rsaWith(1_024)), 'jwks'],
    ['with RSA of more than 4096 bits', asRsa({ kty: 'RSA', n: 'f'.repeat(684), e: 'AQAB' }), 'jwks'],
    ['with the exponent 1', asRsa(keyWithExponentOne().jwk), 'jwks'],
    ['with the fingerprint of ROCA', asRsa(rocaJwk()), 'jwks'],
    ['with a point off the curve', { ...forEc, ...ofKeys({ ...bare, y: bare.x }) }, 'jwks'],
    ['with a private key', { ...forEc, ...ofKeys({ ...ec.jwk, d: 'AAAA' }) }, 'jwks'],
    ['with a shared secret', { ...forEc, ...ofKeys({ kty: 'oct', k: 'AAAA', use: 'enc' }) }, 'jwks'],
    ['with keys at a URL', { ...forEc, jwksUri: 'https://app.example.com/keys' }, 'jwksUri'],
    [
      'with RSA1_5',
      { introspectionEncryptedResponseAlg: 'RSA1_5', ...ofKeys(rsa.jwk) },
      'introspectionEncryptedResponseAlg',
    ],
    [
      'with a shared key',
      { introspectionEncryptedResponseAlg: 'dir', ...ofKeys(ec.jwk) },
      'introspectionEncryptedResponseAlg',
    ],
    [
      'with a content encryption that is not offered',
      { ...forEc, ...ofKeys(ec.jwk), introspectionEncryptedResponseEnc: 'A128GCM' },
      'introspectionEncryptedResponseEnc',
    ],
    [
      'with a content encryption only',
      { introspectionEncryptedResponseEnc: 'A256GCM' },
      'introspectionEncryptedResponseEnc',
    ],
    ['without a signature', { introspectionSignedResponseAlg: 'none' }, 'introspectionSignedResponseAlg'],
    [
      'with a shared secret for signatures',
      { introspectionSignedResponseAlg: 'HS256' },
      'introspectionSignedResponseAlg',
    ],
    [
      'for a public client, which may not introspect',
      { tokenEndpointAuthMethod: 'none', ...forEc, ...ofKeys(ec.jwk) },
      'introspectionEncryptedResponseAlg',
    ],
    [
      'for a public client that wants a signature',
      { tokenEndpointAuthMethod: 'none', introspectionSignedResponseAlg: 'RS256' },
      'introspectionSignedResponseAlg',
    ],
    ['with a key and a secret, but no wish for encryption', ofKeys(ec.jwk), 'jwks'],
  ];

  test.each(cases)('Sound 29: %s', async (_what, registration, field) => {
    expect(seen(await register(registration))).toEqual(problem(400, 'invalid_request', field));
    const existing = (await register({})).body as { readonly clientId: string };
    const patched = await world.manage('PATCH', `/v1/applications/${existing.clientId}`, registration);
    expect(seen(patched)).toEqual(problem(400, 'invalid_request', field));
  });
});

describe('Sound 29: a workspace without a signature algorithm', () => {
  let engines: Engines;
  let workspace: LoneWorkspace;
  beforeAll(async () => {
    engines = await startEngines();
    workspace = await startLoneWorkspace(engines, 'ES256');
  });
  afterAll(async () => {
    await workspace.close();
    await engines.close();
  });

  test('Sound 29: registers no application for it', async () => {
    const register = (introspectionSignedResponseAlg: string) =>
      workspace.manage('POST', '/v1/applications', { name: 'app', introspectionSignedResponseAlg });
    const [refused, accepted] = [await register('RS256'), await register('ES256')];
    expect([seen(refused), accepted.status]).toEqual([
      problem(400, 'invalid_request', 'introspectionSignedResponseAlg'),
      201,
    ]);
    const path = `/v1/applications/${(accepted.body as { clientId: string }).clientId}`;
    const patched = await workspace.manage('PATCH', path, { introspectionSignedResponseAlg: 'PS256' });
    expect(seen(patched)).toEqual(problem(400, 'invalid_request', 'introspectionSignedResponseAlg'));
  });
});
