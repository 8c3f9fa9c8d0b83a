import { deepStrictEqual } from 'node:assert/strict';
import { makeSecret } from '#test/support/arrange/hs256-apis.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { boundToken, newProofKey, signProof } from '#test/support/clients/dpop.ts';
import { arrangeAcme, REPORTS } from '#test/support/world/world.ts';
import type { Site } from './site.ts';

/** The rules of the API, as the setting `protectedApis` has them. */
export const PROTECTED_APIS = {
  reports: {
    audience: REPORTS,
    mode: 'online',
    routes: { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports' },
    dpop: 'accepted',
    selfSigned: 'accepted',
  },
} as const;

/** Calls the API of a team, which the authorizer protects: with a right, without it, and after a revocation. */
export async function callGuardedApi(site: Site, apiUrl: string): Promise<string> {
  const acme = await arrangeAcme(site);
  const token = await site.tokenFor(acme.personalToken, { audience: REPORTS });
  const visit = async (method: string, authorization?: string) =>
    (await fetch(`${apiUrl}/reports`, { method, headers: authorization === undefined ? {} : { authorization } }))
      .status;
  const bearer = `Bearer ${token}`;
  const before = [await visit('GET', bearer), await visit('POST', bearer), await visit('GET')];
  await succeed(site.post('/oauth/revoke', acme.personalToken, { token }));
  deepStrictEqual([...before, await visit('GET', bearer)], [200, 403, 401, 403]);
  return '200, 403, 401; revoked: 403';
}

/** Calls the same API with every other kind of token: bound to a key, on a status list, signed by a secret. */
export async function callWithOtherTokens(site: Site, apiUrl: string): Promise<string> {
  const { apiId, tenantId, tenantToken, readerRoleId } = await arrangeAcme(site);
  const visit = async (headers: Record<string, string>) => (await fetch(`${apiUrl}/reports`, { headers })).status;
  const change = (body: object) => succeed(site.manage('PATCH', `/v1/apis/${apiId}`, body));
  const ofTenant = () => site.tokenFor(tenantToken, { audience: REPORTS });
  const key = await newProofKey();
  const bound = await boundToken(site, tenantToken, key);
  // The authorizer names the API by the domain that API Gateway sees, which is without the emulator's port.
  const url = `https://${new URL(apiUrl).hostname}/reports`;
  const proof = await signProof(site, key, { method: 'GET', url, token: bound });
  const statuses = [await visit({ authorization: `DPoP ${bound}`, dpop: proof })];
  const wish = { kind: 'access_token', description: 'for years', roleIds: [readerRoleId], audience: REPORTS };
  const path = `/v1/tenants/${tenantId}/api-tokens`;
  const { accessToken } = await succeed<{ accessToken: string }>(site.manage('POST', path, wish));
  statuses.push(await visit({ authorization: `Bearer ${accessToken}` }));
  await change({ statusList: true });
  statuses.push(await visit({ authorization: `Bearer ${await ofTenant()}` }));
  await makeSecret(site, apiId);
  await change({ signingAlgorithm: 'HS256' });
  statuses.push(await visit({ authorization: `Bearer ${await ofTenant()}` }));
  await change({ signingAlgorithm: 'RS256', statusList: false });
  deepStrictEqual(statuses, [200, 200, 200, 200]);
  return 'DPoP, long-lived, listed, HS256';
}
