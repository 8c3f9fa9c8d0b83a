import { deepStrictEqual } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { apiTables as tables } from '#shared/api/tables.ts';
import { boundToken, newProofKey, type ProofKey, signProof } from '#test/support/clients/dpop.ts';
import { operationsOf, type RouteRequest, routeRequests } from '#test/support/route-requests/index.ts';
import { arrangeAcme } from '#test/support/world/world.ts';
import type { Site } from './site.ts';

/**
 * Routes for tokens of users, which worlds forge with their own key: `people.ts` gets such a token on the pages. And
 * routes about an invitation, because a deployment makes none without `mailFrom`: test/e2e has them.
 */
const OUT_OF_REACH: readonly string[] = [
  'getMe',
  'getMyMembership',
  'listMyApiTokens',
  ...['create', 'get', 'update', 'delete'].map((act) => `${act}MyApiToken`),
  ...['rotateMyApiTokenSecrets', 'finishMyApiTokenRotation', 'cancelMyApiTokenRotation'],
  ...['add', 'delete'].map((act) => `${act}MyApiTokenSecret`),
  'listMyConsents',
  'endMyConsent',
  'endConsentOfUser',
  'getMySessions',
  'endMySession',
  'getMyIdentities',
  'removeMyIdentity',
  'getMyApplications',
  ...['create', 'get', 'update', 'delete'].map((act) => `${act}MyApplication`),
  'addMyApplicationSecret',
  'rotateMyApplicationSecrets',
  'finishMyApplicationRotation',
  'cancelMyApplicationRotation',
  'deleteMyApplicationSecret',
  'userInfo',
  'userInfoByPost',
  // Their requests make a member by a write of a world's own.
  ...['get', 'update', 'delete'].map((act) => `${act}WorkspaceMember`),
  ...['create', 'get', 'delete', 'resend'].flatMap((act) => [`${act}TenantInvitation`, `${act}MemberInvitation`]),
];

interface Bound {
  readonly token: string;
  readonly key: ProofKey;
}

/** Requests about signing keys come last: they end the time in which a key of the deployment is not recorded yet. */
const LAST = 'manage-signing-keys';

/**
 * Sends a good request to each route, and returns how many there are. The administrator's token is bound to a key
 * (RFC 9449), and each creation has an `Idempotency-Key`.
 */
export async function sendEveryRequest(site: Site): Promise<string> {
  const requests = await routeRequests(site, await arrangeAcme(site));
  const bound = await bind(site);
  const names = tables.map(({ name }) => name);
  const operations = [...operationsOf(...names.filter((name) => name !== LAST)), ...operationsOf(LAST)];
  const reachable = operations.filter(({ operation }) => !OUT_OF_REACH.includes(operation));
  for (const { operation, status } of reachable) {
    const request = await asAdministrator(await requests[operation](), site, bound);
    const reply = await site.send(request.method, request.path, request);
    deepStrictEqual(
      { operation, status: reply.status, text: ifUnlike(reply, status) },
      { operation, status, text: '' },
    );
  }
  return `${reachable.length} routes`;
}

/** The functions that remember creations by their `Idempotency-Key`, with one of their creations. */
const CREATIONS = [
  'createTenantApiToken',
  'createApplication',
  'createServiceUser',
  'createServiceUserKey',
  'createFederatedCredential',
  'createTenant',
  'createSigningSecret',
  'addApplicationSecret',
] as const;

/** Sends creations that fail, and then the same again: what failed is forgotten, and not repeated as an answer. */
export async function repeatFailedCreations(site: Site): Promise<string> {
  const requests = await routeRequests(site, await arrangeAcme(site));
  const bound = await bind(site);
  for (const operation of CREATIONS) {
    const prepared = await requests[operation]();
    const key = { 'idempotency-key': randomUUID() };
    const send = async () => {
      const { headers, ...request } = await asAdministrator(prepared, site, bound);
      return (await site.send(request.method, request.path, { ...request, headers: { ...headers, ...key } })).status;
    };
    const statuses = [await site.mishaps.whileRecordsFail(send), await send(), await send()];
    deepStrictEqual({ operation, statuses }, { operation, statuses: [503, 201, 201] });
  }
  return `${CREATIONS.length} creations`;
}

async function bind(site: Site): Promise<Bound> {
  const key = await newProofKey();
  return { key, token: await boundToken(site, site.admin, key, {}) };
}

async function asAdministrator(request: RouteRequest, site: Site, { token, key }: Bound): Promise<RouteRequest> {
  const { method, path, headers } = request;
  if (!headers.authorization?.startsWith('Bearer ')) return request;
  const proof = await signProof(site, key, { method, url: site.url + path.replace(/\?.*/, ''), token });
  const own = { authorization: `DPoP ${token}`, dpop: proof };
  return { ...request, headers: { ...headers, ...own, ...(method === 'POST' && { 'idempotency-key': randomUUID() }) } };
}

function ifUnlike(reply: { readonly status: number; readonly text: string }, status: number): string {
  return reply.status === status ? '' : reply.text;
}
