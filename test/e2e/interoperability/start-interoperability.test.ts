import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, importPKCS8, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '#shared/domain/ambient.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import {
  ACCESS_TOKEN_TYPE,
  arrangeServices,
  callerToken,
  type Services,
  TOKEN_EXCHANGE,
} from '#test/support/arrange/token-exchange.ts';
import {
  type AssertionKey,
  createServiceUserKey,
  JWT_BEARER,
  type KeyFile,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { applicationKey, createSigningApplication } from '#test/support/clients/signing-applications.ts';
import { type Deployment, reach } from '#test/support/world/deployment.ts';
import { type StartProcess, startProcess } from '#test/support/world/start-process.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** `npm start` as a process of its own, and public client libraries. */
const clock: Clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) };

let folder: string;
let mintmark: StartProcess;
let deployment: Deployment;
let acme: Services;
let serviceUserKey: KeyFile;
let application: AssertionKey;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mintmark-interoperability-'));
  mintmark = await startProcess({ folder });
  deployment = reach({ url: mintmark.url, admin: mintmark.administrator, clock });
  acme = await arrangeServices(deployment);
  await allowRefreshTokens(deployment, acme);
  const serviceUser = await createServiceUser(deployment, acme.tenantId, [acme.readerRoleId]);
  serviceUserKey = await createServiceUserKey(deployment, serviceUser);
  [application = serviceUserKey] = await createSigningApplication(deployment, acme, [applicationKey()]);
});
afterAll(async () => {
  await mintmark.end('SIGKILL');
  await rm(folder, { recursive: true });
});

const GRANT = { audience: REPORTS, scope: 'read:reports' };

const keyOf = async ({ kid, algorithm, privateKey }: AssertionKey) => ({
  kid,
  key: await importPKCS8(privateKey, algorithm),
});

/** A client, and how each library authenticates it. */
interface Client {
  readonly clientId: string;
  readonly ofOpenid: openid.ClientAuth;
  readonly ofOauth: oauth.ClientAuth;
}

const withKey = async (clientId: string, assertionKey: AssertionKey): Promise<Client> => {
  const key = await keyOf(assertionKey);
  return { clientId, ofOpenid: openid.PrivateKeyJwt(key), ofOauth: oauth.PrivateKeyJwt(key) };
};

const clients: Readonly<Record<string, () => Promise<Client>>> = {
  client_secret_basic: async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const [ofOpenid, ofOauth] = [openid.ClientSecretBasic(clientSecret), oauth.ClientSecretBasic(clientSecret)];
    return { clientId, ofOpenid, ofOauth };
  },
  client_secret_post: async () => {
    const { clientId, clientSecret } = acme.personalToken;
    const [ofOpenid, ofOauth] = [openid.ClientSecretPost(clientSecret), oauth.ClientSecretPost(clientSecret)];
    return { clientId, ofOpenid, ofOauth };
  },
  'private_key_jwt of a service user': () => withKey(serviceUserKey.kid, serviceUserKey),
  'private_key_jwt of an application': () => withKey(application.principalId, application),
};

const configure = ({ clientId, ofOpenid }: Omit<Client, 'ofOauth'>) => {
  const options = { execute: [openid.allowInsecureRequests] };
  return openid.discovery(new URL(mintmark.url), clientId, undefined, ofOpenid, options);
};

describe.each(Object.entries(clients))('npm start, with %s', (_method, prepare) => {
  test('openid-client exchanges, introspects and revokes', async () => {
    const client = await prepare();
    const config = await configure(client);
    const { access_token: token } = await openid.clientCredentialsGrant(config, GRANT);
    const active = { active: true, client_id: client.clientId, scope: 'read:reports' };
    expect(await openid.tokenIntrospection(config, token)).toMatchObject(active);
    await openid.tokenRevocation(config, token);
    expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
  });

  test('oauth4webapi exchanges with DPoP and its nonce, and verifies a signed introspection', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true };
    const { clientId, ofOauth: authenticate } = await prepare();
    const issuer = new URL(mintmark.url);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const client: oauth.Client = { client_id: clientId };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const exchange = async () => {
      const options = { ...insecure, DPoP };
      const response = await oauth.clientCredentialsGrantRequest(as, client, authenticate, GRANT, options);
      return oauth.processClientCredentialsResponse(as, client, response);
    };
    expect(oauth.isDPoPNonceError(await exchange().catch((error: unknown) => error))).toBe(true);
    const { access_token: token, token_type: type } = await exchange();
    const asked = { ...insecure, requestJwtResponse: true };
    const response = await oauth.introspectionRequest(as, client, authenticate, token, asked);
    const answer = await oauth.processIntrospectionResponse(as, client, response);
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    expect({ type, ...answer }).toMatchObject({ type: 'dpop', active: true, client_id: clientId });
  });
});

describe('openid-client', () => {
  test('trades an assertion of a service user', async () => {
    const config = await configure({ clientId: serviceUserKey.kid, ofOpenid: openid.None() });
    const assertion = await signAssertion({ url: mintmark.url, clock }, serviceUserKey);
    const tokens = await openid.genericGrantRequest(config, JWT_BEARER, { assertion, ...GRANT });
    const keys = createRemoteJWKSet(new URL(`${mintmark.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(tokens.access_token, keys, { issuer: mintmark.url, audience: REPORTS });
    expect(payload).toMatchObject({ sub: serviceUserKey.principalId, scope: 'read:reports' });
  });

  test('uses refresh tokens', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const config = await configure({ clientId, ofOpenid: openid.ClientSecretBasic(clientSecret) });
    const first = await openid.clientCredentialsGrant(config, { ...GRANT, scope: 'offline_access read:reports' });
    const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(await openid.tokenIntrospection(config, second.access_token)).toMatchObject({ scope: 'read:reports' });
  });

  test('exchanges the token of a caller', async () => {
    const [{ clientId, clientSecret }] = acme.services;
    const config = await configure({ clientId, ofOpenid: openid.ClientSecretPost(clientSecret) });
    const tokens = await openid.genericGrantRequest(config, TOKEN_EXCHANGE, {
      subject_token: await callerToken(deployment, acme),
      subject_token_type: ACCESS_TOKEN_TYPE,
      audience: acme.ledger,
    });
    const current = await openid.tokenIntrospection(config, tokens.access_token);
    expect(current).toMatchObject({ sub: acme.caller.clientId, act: { sub: clientId } });
  });
});
