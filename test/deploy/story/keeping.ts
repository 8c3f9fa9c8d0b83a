import { ok } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { succeed } from '#test/support/arrange/manage.ts';
import type { ShownKey } from '#test/support/arrange/signing-keys.ts';
import { createServiceUserKey } from '#test/support/clients/service-user-keys.ts';
import { arrangeAcme, REPORTS } from '#test/support/world/world.ts';
import { signEverywhere } from './credentials.ts';
import type { Site } from './site.ts';

/** A deletion is a minute old before its rows are removed. */
const REMOVAL_TRIES = 18;
const TRY_MILLISECONDS = 5_000;

/** Deletes a tenant with all that it has, and an application with a grant. */
export async function deleteTenant(site: Site): Promise<string> {
  const acme = await arrangeAcme(site);
  await succeed(site.manage('DELETE', `/v1/tenants/${acme.tenantId}`));
  return acme.tenantId;
}

/** Founds the workspace a second time, which changes nothing that is there. */
export async function bootstrapAgain(site: Site): Promise<string> {
  const { clientSecret } = (await site.invoke('bootstrap')) as { clientSecret?: string };
  ok(clientSecret === undefined);
  return 'no second secret';
}

/** Waits until the rows of deleted records are gone. */
export async function removeDeleted(site: Site): Promise<string> {
  for (let tries = 0; tries < REMOVAL_TRIES; tries += 1) {
    const { finished } = (await site.invoke('remove-deleted')) as { finished: number };
    if (finished > 0) return `${finished} deletions finished`;
    await wait(TRY_MILLISECONDS);
  }
  throw new Error('No run of remove-deleted has finished a deletion.');
}

/** Reads lists page by page. Their cursors are sealed with the pepper. */
export async function turnPages(site: Site): Promise<string> {
  const { tenantId } = await arrangeAcme(site);
  await succeed(site.manage('POST', '/v1/applications', { name: 'One' }));
  await succeed(site.manage('POST', '/v1/applications', { name: 'Another' }));
  const serviceUsers = `/v1/tenants/${tenantId}/service-users`;
  const { id } = await succeed(site.manage('POST', serviceUsers, { name: 'one' }));
  await succeed(site.manage('POST', serviceUsers, { name: 'another' }));
  const ofUser = `${serviceUsers}/${id}`;
  const trust = {
    title: 'x',
    issuer: 'https://token.actions.githubusercontent.com',
    conditions: [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }],
  };
  for (const title of ['blue', 'green']) {
    await createServiceUserKey(site, ofUser, { title });
    await succeed(site.manage('POST', `${ofUser}/secrets`, { title }));
    await succeed(site.manage('POST', `${ofUser}/federated-credentials`, { ...trust, title }));
    await succeed(site.manage('POST', `/v1/tenants/${tenantId}/api-tokens`, { description: title }));
  }
  const lists = [
    '/v1/tenants',
    '/v1/audit-events',
    '/v1/applications',
    serviceUsers,
    `${ofUser}/keys`,
    `${ofUser}/secrets`,
    `${ofUser}/federated-credentials`,
    `/v1/tenants/${tenantId}/api-tokens`,
  ];
  for (const path of lists) {
    const { nextCursor } = await succeed<{ nextCursor: string }>(site.manage('GET', `${path}?limit=1`));
    await succeed(site.manage('GET', `${path}?limit=1&cursor=${encodeURIComponent(nextCursor)}`));
  }
  return `${lists.length} lists`;
}

/** Replaces the pepper. Secrets live on. */
export async function rotatePepper(site: Site): Promise<string> {
  const { tenantToken } = await arrangeAcme(site);
  await site.invoke('rotate-pepper');
  await site.tokenFor(tenantToken, { audience: REPORTS });
  return 'secrets live on';
}

/** For half a minute, a process signs answers, key sets and status lists with the keys that it knows. */
const KEYS_MILLISECONDS = 31_000;

/**
 * Revokes the signing keys of the deployment. The keys that Mintmark has made take their place at once, and the tokens
 * of the revoked keys end. A revoked key that Mintmark has made is then deleted.
 */
export async function revokeSigningKeys(site: Site): Promise<string> {
  await site.invoke('rotate-signing-keys');
  for (const algorithm of ['ES256', 'RS256']) {
    await revokeKey(site, algorithm, 'active');
  }
  await wait(KEYS_MILLISECONDS);
  site.renewToken();
  for (const algorithm of ['ES256', 'RS256']) await signEverywhere(site, algorithm);
  await site.invoke('rotate-signing-keys');
  for (const algorithm of ['ES256', 'RS256']) await revokeKey(site, algorithm, 'pending');
  await site.invoke('rotate-signing-keys');
  return 'new keys sign';
}

async function revokeKey(site: Site, algorithm: string, state: string): Promise<void> {
  const isWanted = (key: ShownKey) => key.algorithm === algorithm && key.state === state && key.custody === 'kms';
  const { kid } = await find(site, isWanted);
  await succeed(site.manage('POST', `/v1/signing-keys/${kid}/revoke`));
}

/** Lets KMS make wrapped keys. They sign hours later, when verifiers know them. */
export async function wrapSigningKeys(site: Site): Promise<string> {
  const change = (mode: string) => succeed(site.manage('PATCH', '/v1/settings', { signingKeys: { mode } }));
  await change('wrapped');
  await site.invoke('rotate-signing-keys');
  const { state } = await find(site, (key) => key.algorithm === 'RS256' && key.custody === 'wrapped');
  await change('kms');
  return state;
}

async function find(site: Site, isWanted: (key: ShownKey) => boolean): Promise<ShownKey> {
  const { items } = await succeed<{ items: readonly ShownKey[] }>(site.manage('GET', '/v1/signing-keys'));
  const found = items.find(isWanted);
  ok(found, `no such key among ${JSON.stringify(items)}`);
  return found;
}
