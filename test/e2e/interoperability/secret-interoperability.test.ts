import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { JwtVerifier } from 'aws-jwt-verify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, test } from 'vitest';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isInstalled } from '#test/support/documents/installed.ts';
import { type Acme, REPORTS } from '#test/support/world/world.ts';

/** Public client libraries against the running product, used as their documentation says. */
const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

const WITH_BOTH_ROLES = 'read:reports write:reports';

describe.each([
  ['client_secret_post', openid.ClientSecretPost],
  ['client_secret_basic', openid.ClientSecretBasic],
] as const)('openid-client with %s', (_method, authentication) => {
  const discover = (algorithm: 'oidc' | 'oauth2' = 'oidc', secret = acme.tenantToken.clientSecret) => {
    const { clientId } = acme.tenantToken;
    const options = { algorithm, execute: [openid.allowInsecureRequests] };
    return openid.discovery(new URL(world.url), clientId, undefined, authentication(secret), options);
  };

  test.each(['oidc', 'oauth2'] as const)('discovers the server by the metadata of %s', async (algorithm) => {
    const config = await discover(algorithm);
    expect(config.serverMetadata()).toMatchObject({ issuer: world.url, token_endpoint: `${world.url}/oauth/token` });
  });

  test('exchanges, introspects and revokes', async () => {
    const config = await discover();
    const tokens = await openid.clientCredentialsGrant(config, { audience: REPORTS, scope: 'read:reports' });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3_600, scope: 'read:reports' });
    const introspection = await openid.tokenIntrospection(config, tokens.access_token);
    expect(introspection).toMatchObject({ active: true, client_id: acme.tenantToken.clientId, scope: 'read:reports' });
    await openid.tokenRevocation(config, tokens.access_token);
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  test('takes `resource` for the audience', async () => {
    const tokens = await openid.clientCredentialsGrant(await discover(), { resource: REPORTS });
    expect(tokens.scope).toBe(WITH_BOTH_ROLES);
  });

  test('gets the code of an error', async () => {
    const config = await discover();
    await expect(openid.clientCredentialsGrant(config, { audience: REPORTS, scope: 'delete' })).rejects.toMatchObject({
      error: 'invalid_scope',
      status: 400,
    });
    const wrong = await discover('oidc', `${acme.tenantToken.clientSecret}x`);
    await expect(openid.clientCredentialsGrant(wrong, { audience: REPORTS })).rejects.toMatchObject({ status: 401 });
  });
});

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const discover = async () => {
    const issuer = new URL(world.url);
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    return oauth.processDiscoveryResponse(issuer, response);
  };
  const exchange = async (as: oauth.AuthorizationServer, client: oauth.Client, authentication: oauth.ClientAuth) => {
    const parameters = new URLSearchParams({ audience: REPORTS });
    const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, insecure);
    return oauth.processClientCredentialsResponse(as, client, response);
  };

  test.each([
    ['client_secret_post', oauth.ClientSecretPost],
    ['client_secret_basic', oauth.ClientSecretBasic],
  ] as const)('exchanges, introspects and revokes with %s', async (_method, authenticate) => {
    const as = await discover();
    const client: oauth.Client = { client_id: acme.tenantToken.clientId };
    const authentication = authenticate(acme.tenantToken.clientSecret);
    const { access_token: token } = await exchange(as, client, authentication);
    const introspect = async () => {
      const response = await oauth.introspectionRequest(as, client, authentication, token, insecure);
      return oauth.processIntrospectionResponse(as, client, response);
    };
    expect(await introspect()).toMatchObject({ active: true, aud: REPORTS, scope: WITH_BOTH_ROLES });
    const revocation = await oauth.revocationRequest(as, client, authentication, token, insecure);
    expect(await oauth.processRevocationResponse(revocation)).toBeUndefined();
    expect(await introspect()).toEqual({ active: false });
  });

  test('F1, F2: validates an access token by RFC 9068 from the published keys', async () => {
    const as = await discover();
    const headers = { authorization: `Bearer ${await world.tokenFor(acme.personalToken)}` };
    const request = () => new Request('https://api.example.com/reports', { headers });
    expect(await oauth.validateJwtAccessToken(as, request(), REPORTS, insecure)).toMatchObject({
      sub: acme.userId,
      client_id: acme.personalToken.clientId,
      scope: 'read:reports',
    });
    await expect(oauth.validateJwtAccessToken(as, request(), `${REPORTS}/`, insecure)).rejects.toThrow(Error);
  });
});

describe('the libraries of verifiers', () => {
  const createEs256Api = async () => {
    const identifier = 'https://api.example.com/es256';
    const permissions = [{ value: 'read' }];
    const api = { identifier, name: 'ES256', permissions, signingAlgorithm: 'ES256' };
    await world.manage('POST', '/v1/apis', api);
    const role = { key: 'es256', name: 'ES256', level: 1, permissions: [{ api: identifier, value: 'read' }] };
    const { body } = await world.manage('POST', '/v1/roles', role);
    const token = { description: 'es256', roleIds: [(body as { id: string }).id] };
    const created = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, token);
    return { identifier, token: await world.tokenFor(created.body as Acme['tenantToken']) };
  };
  const keys = () => createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
  const jwks = async () => (await world.send('GET', '/.well-known/jwks.json')).body as { keys: never[] };

  test('jose verifies RS256 and ES256 from the published keys', async () => {
    const { identifier, token } = await createEs256Api();
    const options = { issuer: world.url, typ: 'at+jwt' };
    const [rs256, es256] = [
      await jwtVerify(await world.tokenFor(acme.tenantToken), keys(), {
        ...options,
        audience: REPORTS,
        algorithms: ['RS256'],
      }),
      await jwtVerify(token, keys(), { ...options, audience: identifier, algorithms: ['ES256'] }),
    ];
    expect([rs256.payload.scope, es256.payload.scope]).toEqual([WITH_BOTH_ROLES, 'read']);
    const wrongIssuer = jwtVerify(token, keys(), { ...options, issuer: `${world.url}/`, audience: identifier });
    await expect(wrongIssuer).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'iss' });
  });

  test('aws-jwt-verify verifies them too, and refuses another audience', async () => {
    const verifier = (audience: string) => {
      const created = JwtVerifier.create({ issuer: world.url, audience, jwksUri: 'https://unused.example.com' });
      return jwks().then((published) => {
        created.cacheJwks(published);
        return created;
      });
    };
    const token = await world.tokenFor(acme.tenantToken);
    expect((await verifier(REPORTS)).verifySync(token)).toMatchObject({ client_id: acme.tenantToken.clientId });
    const other = await verifier('https://api.example.com/other');
    expect(() => other.verifySync(token)).toThrow(/audience/i);
  });
});

const run = promisify(execFile);

describe.runIf(isInstalled('curl'))('curl', () => {
  const curl = async (...parameters: readonly string[]) => {
    const { stdout } = await run('curl', ['-s', '-w', '\n%{http_code}', ...parameters]);
    const [text = '', status] = [stdout.slice(0, stdout.lastIndexOf('\n')), stdout.slice(stdout.lastIndexOf('\n') + 1)];
    return { status: Number(status), body: JSON.parse(text) as Record<string, unknown> };
  };
  const exchange = ['-d', 'grant_type=client_credentials', '--data-urlencode', `audience=${REPORTS}`];

  test('exchanges with -u, which does not encode the credentials', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const { status, body } = await curl(`${world.url}/oauth/token`, '-u', `${clientId}:${clientSecret}`, ...exchange);
    expect([status, body]).toMatchObject([200, { token_type: 'Bearer', scope: WITH_BOTH_ROLES }]);
  });

  test('exchanges with flat JSON', async () => {
    const { clientId: client_id, clientSecret: client_secret } = acme.tenantToken;
    const json = JSON.stringify({ grant_type: 'client_credentials', client_id, client_secret, audience: REPORTS });
    const { status, body } = await curl(`${world.url}/oauth/token`, '-H', 'Content-Type: application/json', '-d', json);
    expect([status, body]).toMatchObject([200, { token_type: 'Bearer' }]);
  });

  test('calls an API behind the authorizer', async () => {
    const [reader, nobody] = [await world.tokenFor(acme.personalToken), 'x'];
    const answers = [reader, nobody].map((token) =>
      curl(`${world.url}/reports`, '-H', `Authorization: Bearer ${token}`),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 403]);
  });
});

const PYTHON = `
import base64, json, sys, urllib.parse, urllib.request
url, client_id, secret, audience = sys.argv[1:]
form = urllib.parse.urlencode({"grant_type": "client_credentials", "audience": audience}).encode()
request = urllib.request.Request(url + "/oauth/token", form)
request.add_header("Authorization", "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode())
print(json.load(urllib.request.urlopen(request))["scope"])
`;

import { useAcme, useWorld } from '#test/support/world/use-world.ts';

describe.runIf(isInstalled('python3'))('python3', () => {
  test('exchanges with urllib and raw Basic credentials', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const { stdout } = await run('python3', ['-c', PYTHON, world.url, clientId, clientSecret, REPORTS]);
    expect(stdout).toBe(`${WITH_BOTH_ROLES}\n`);
  });
});
