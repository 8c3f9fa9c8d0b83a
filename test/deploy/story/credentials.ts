import { deepStrictEqual } from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import { arrangeSecretApi } from '#test/support/arrange/hs256-apis.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { allowRefreshTokens, beginFamily, changeRefreshTokens, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { arrangeServices, callerToken, exchanged, exchangeToken } from '#test/support/arrange/token-exchange.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { boundToken, newProofKey, signProof } from '#test/support/clients/dpop.ts';
import {
  applicationAssertion,
  applicationKey,
  createSigningApplication,
} from '#test/support/clients/signing-applications.ts';
import { type Acme, arrangeAcme, type Credentials, REPORTS, type Reply } from '#test/support/world/world.ts';
import type { Site } from './site.ts';

const GRANT = { grant_type: 'client_credentials', audience: REPORTS };

/** Presents a secret that has ended at each endpoint, and a token that nobody has made. */
export async function presentEndedSecret(site: Site): Promise<string> {
  const acme = await arrangeAcme(site);
  const ended = await createToken(site, acme);
  await succeed(site.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${ended.clientId}`));
  const token = await site.tokenFor(acme.tenantToken);
  const statuses = [
    (await site.post('/oauth/token', ended, GRANT)).status,
    (await site.post('/oauth/introspect', ended, { token })).status,
    (await site.post('/oauth/revoke', ended, { token })).status,
    (await site.send('GET', '/v1/audit-events', { headers: { authorization: 'Bearer unknown' } })).status,
  ];
  deepStrictEqual(statuses, [401, 401, 401, 401]);
  return '401 four times';
}

/** How many failed reports of one address a process keeps to itself (`leakReportLimits`). */
const UNSHARED_REPORTS = 25;

/** Reports a secret that has ended as leaked, so often that processes tell each other. */
export async function reportNothing(site: Site): Promise<string> {
  for (let reports = 0; reports < UNSHARED_REPORTS; reports += 1) {
    deepStrictEqual((await report(site, { credential: 'nothing' })).status, 204);
  }
  return `204, ${UNSHARED_REPORTS} times`;
}

/** A service trades the token of its caller for one of its own (RFC 8693). */
export async function exchangeTokens(site: Site): Promise<string> {
  const services = await arrangeServices(site);
  const subjectToken = await callerToken(site, services);
  await exchanged(exchangeToken(site, services.services[0], subjectToken, { audience: services.ledger }));
  return 'for the next service';
}

/** Introspects with a token of the management API that is bound to a key. */
export async function introspectWithBoundToken(site: Site): Promise<string> {
  const key = await newProofKey();
  const token = await boundToken(site, site.admin, key, {});
  const proof = await signProof(site, key, { method: 'POST', url: `${site.url}/oauth/introspect`, token });
  const headers = { authorization: `DPoP ${token}`, dpop: proof };
  const { body } = await site.send('POST', '/oauth/introspect', { headers, body: new URLSearchParams({ token }) });
  deepStrictEqual((body as { active: boolean }).active, true);
  return 'active';
}

/** Reports a secret as leaked, and an access token. */
export async function reportLeaks(site: Site): Promise<string> {
  const acme = await arrangeAcme(site);
  const { clientId, clientSecret } = await createToken(site, acme);
  const token = await site.tokenFor(acme.tenantToken, { audience: REPORTS });
  await report(site, { credential: clientSecret, clientId });
  await report(site, { credential: token });
  const exchange = await site.post('/oauth/token', { clientId, clientSecret }, GRANT);
  deepStrictEqual([exchange.status, await isTokenActive(site, token, acme.tenantToken)], [401, false]);
  return 'neither works any more';
}

function report(site: Site, leaked: object): Promise<Reply> {
  const headers = { 'content-type': 'application/json' };
  return site.send('POST', '/v1/leaked-credentials', { headers, body: JSON.stringify(leaked) });
}

/** Authenticates an application by signed assertions (RFC 7523) at each endpoint. */
export async function authenticateByKey(site: Site): Promise<string> {
  const [key] = await createSigningApplication(site, await arrangeAcme(site), [applicationKey()]);
  if (key === undefined) throw new Error('The application has no key.');
  const ask = async (path: string, parameters: Record<string, string>) =>
    site.post(path, undefined, { ...parameters, ...(await applicationAssertion(site, key)) });
  const issued = await ask('/oauth/token', GRANT);
  const { access_token: token } = issued.body as { access_token: string };
  const others = [await ask('/oauth/introspect', { token }), await ask('/oauth/revoke', { token })];
  deepStrictEqual(
    [issued, ...others].map(({ status }) => status),
    [200, 200, 200],
  );
  return '200 three times';
}

/** Trades refresh tokens. The second family is one too many, and ends the first. */
export async function refreshTokens(site: Site): Promise<string> {
  const acme = await arrangeAcme(site);
  await allowRefreshTokens(site, acme);
  await changeRefreshTokens(site, { maxLivePerClient: 1 });
  const first = await beginFamily(site, acme.tenantToken);
  const second = await beginFamily(site, acme.tenantToken);
  const ended = await refresh(site, acme.tenantToken, first.refresh_token);
  const traded = await refresh(site, acme.tenantToken, second.refresh_token);
  deepStrictEqual([ended.status, traded.status], [400, 200]);
  await changeRefreshTokens(site, { maxLivePerClient: 20 });
  return 'the newest family lives';
}

/** Issues and checks tokens that a shared secret signs. */
export async function signBySecret(site: Site): Promise<string> {
  const application = await createApplication(site);
  const api = await arrangeSecretApi(site, application);
  const token = await site.tokenFor(application, { audience: api.identifier });
  await succeed(site.manage('POST', `/v1/apis/${api.id}/test`, { clientId: application.clientId }));
  const before = await isTokenActive(site, token, application);
  await site.post('/oauth/revoke', application, { token });
  deepStrictEqual([before, await isTokenActive(site, token, application)], [true, false]);
  return 'HS256, and revoked';
}

/** Issues tokens up to a quota, and one more. */
export async function useUpQuota(site: Site): Promise<string> {
  const api = await registerApi(site, ['read'], { statusList: true });
  const clients = [];
  for (const way of ['token', 'test'] as const) {
    const client = await createApplication(site, { tokenQuota: { perHour: 1, perDay: 5 } });
    await grantPermissions(site, client, api.id, 'all');
    const issue = () =>
      way === 'token'
        ? site.post('/oauth/token', client, { grant_type: 'client_credentials' })
        : site.manage('POST', `/v1/apis/${api.id}/test`, { clientId: client.clientId });
    clients.push([(await issue()).status, (await issue()).status]);
  }
  deepStrictEqual(
    clients.map(([first = 0, second]) => [first < 300, second]),
    [
      [true, 429],
      [true, 429],
    ],
  );
  return '429 after one token';
}

/** Makes and deletes an API token while the number of tokens is limited. */
export async function limitTokens(site: Site): Promise<string> {
  const acme = await arrangeAcme(site);
  await succeed(site.manage('PATCH', '/v1/settings', { apiTokens: { maxLive: 2 } }));
  const second = await createToken(site, acme);
  const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
  const body = { description: 'one too many', roleIds: [acme.readerRoleId] };
  const { status } = await site.manage('POST', path, body);
  await succeed(site.manage('DELETE', `${path}/${second.clientId}`));
  const freed = await site.manage('POST', path, body);
  deepStrictEqual([status, freed.status], [409, 201]);
  await succeed(site.manage('PATCH', '/v1/settings', { apiTokens: { maxLive: null } }));
  return '409, and 201 after a deletion';
}

/**
 * Lets every function that signs do so: tokens, long-lived tokens, answers, the key set and a status list. The userinfo
 * endpoint verifies such a token, too, and refuses it, because it is not of a person.
 */
export async function signEverywhere(site: Site, signingAlgorithm: string): Promise<string> {
  const acme = await arrangeAcme(site);
  const api = await registerApi(site, ['read'], { signingAlgorithm, statusList: true });
  const role = {
    key: `signed-${api.id}`,
    name: 'Signed',
    level: 100,
    permissions: [{ api: api.identifier, value: 'read' }],
  };
  const { id } = await succeed(site.manage('POST', '/v1/roles', role));
  const application = await createApplication(site, { introspectionSignedResponseAlg: signingAlgorithm });
  await grantPermissions(site, application, api.id, 'all');
  const token = await site.tokenFor(application, { audience: api.identifier });
  const wish = { kind: 'access_token', description: 'for years', roleIds: [id], audience: api.identifier };
  await succeed(site.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, wish));
  const { claims } = await succeed<{ claims: { status: { status_list: { uri: string } } } }>(
    site.manage('POST', `/v1/apis/${api.id}/test`, { clientId: application.clientId }),
  );
  const list = await site.send('GET', new URL(claims.status.status_list.uri).pathname);
  const keySet = await site.send('GET', '/.well-known/jwks.jws');
  const accept = { accept: 'application/token-introspection+jwt' };
  const { clientId: client_id, clientSecret: client_secret } = application;
  const body = new URLSearchParams({ token, client_id, client_secret });
  const answer = await site.send('POST', '/oauth/introspect', { headers: accept, body });
  const info = await site.send('GET', '/oauth/userinfo', { headers: { authorization: `Bearer ${token}` } });
  deepStrictEqual([list.status, keySet.status, answer.status, info.status], [200, 200, 200, 401]);
  deepStrictEqual(decodeProtectedHeader(answer.text).alg, signingAlgorithm);
  return signingAlgorithm;
}

function createToken(site: Site, { tenantId, readerRoleId }: Acme): Promise<Credentials> {
  const request = { description: 'of a story', roleIds: [readerRoleId] };
  return succeed<Credentials>(site.manage('POST', `/v1/tenants/${tenantId}/api-tokens`, request));
}
