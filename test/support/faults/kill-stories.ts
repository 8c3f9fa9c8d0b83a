import { expect } from 'vitest';
import { succeed } from '../arrange/manage.ts';
import type { ShownSecrets } from '../clients/secret-owners.ts';
import type { Credentials } from '../world/world.ts';
import type { KillSite } from './kill-site.ts';
import { arrangeTenant, clientOf, type InterruptedStory, type KillStory } from './kill-story.ts';
import { pepperKillStories } from './pepper-kill-stories.ts';
import { signingKeyKillStories } from './signing-key-kill-stories.ts';

/** The age at which the rows of a deletion are removed. */
const SETTLE_SECONDS = 61;
/** The time after which a creation that broke off no longer blocks its `Idempotency-Key`. */
const ABANDONED_SECONDS = 31;

/** How the three states of a rotation show: which secrets end some day, and whether the old one works. */
const rotationStates = {
  none: { endings: [false], old: 200 },
  overlap: { endings: [true, false], old: 200 },
  over: { endings: [false], old: 401 },
} as const;

/** A rotation is made as a whole, or not at all. */
function rotation(graceSeconds: number): KillStory['begin'] {
  return async (site) => {
    const { path, credentials } = await arrangeTenant(site);
    const token = `${path}/api-tokens/${credentials.clientId}`;
    const rotate = (grace: number) => site.manage('POST', `${token}/secrets/rotate`, { graceSeconds: grace });
    const show = () => succeed<ShownSecrets>(site.manage('GET', token));
    return {
      act: () => rotate(graceSeconds),
      check: async (answered) => {
        const { secrets, version } = await show();
        const made = graceSeconds > 0 ? 'overlap' : 'over';
        const state = version === 2 ? made : 'none';
        const endings = secrets.map(({ expiresAt }) => expiresAt !== null);
        expect({ endings, old: await site.exchange(credentials) }).toEqual(rotationStates[state]);
        if (answered !== undefined) {
          const rotated = clientOf(answered.body as Credentials);
          expect([answered.status, state, await site.exchange(rotated)]).toEqual([201, made, 200]);
        }
        if (state === 'overlap') await succeed(site.manage('POST', `${token}/secrets/rotate/cancel`));
        const next = clientOf(await succeed<Credentials>(rotate(0)));
        expect([await site.exchange(credentials), (await show()).secrets.length]).toEqual([401, 1]);
        return [next];
      },
    };
  };
}

/** A tenant works with all its records, or with none; then no row of it stays. */
async function tenantDeletion(site: KillSite): Promise<InterruptedStory> {
  const { id, path, credentials } = await arrangeTenant(site);
  const remove = () => site.manage('DELETE', path);
  const look = async () => [
    (await site.manage('GET', path)).status,
    (await site.manage('GET', `${path}/api-tokens`)).status,
    (await site.manage('GET', `${path}/api-tokens/${credentials.clientId}`)).status,
    await site.exchange(credentials),
  ];
  return {
    act: remove,
    check: async (answered) => {
      const seen = await look();
      const isGone = seen[0] === 404;
      expect(seen).toEqual(isGone ? [404, 404, 404, 401] : [200, 200, 200, 200]);
      if (answered !== undefined) expect([answered.status, isGone]).toEqual([204, true]);
      expect((await remove()).status).toBe(isGone ? 404 : 204);
      expect(await look()).toEqual([404, 404, 404, 401]);
      await assertRemoved(site, id);
      return [];
    },
  };
}

/** The next run continues a run that broke off, and meanwhile nobody sees a deleted record. */
async function removalRun(site: KillSite): Promise<InterruptedStory> {
  const { id, path, createToken, credentials } = await arrangeTenant(site);
  const other = await succeed<Credentials>(createToken());
  await succeed(site.manage('DELETE', path));
  await site.advance(SETTLE_SECONDS);
  return {
    act: async () => {
      await site.mintmark().run('remove-deleted');
      return undefined;
    },
    check: async () => {
      expect((await site.manage('GET', path)).status).toBe(404);
      expect([await site.exchange(credentials), await site.exchange(other)]).toEqual([401, 401]);
      await assertRemoved(site, id);
      return [];
    },
  };
}

/** A creation without an answer can be repeated, and leaves at most one token, whose secret nobody has. */
async function tokenCreation(site: KillSite): Promise<InterruptedStory> {
  const { path, createToken, credentials } = await arrangeTenant(site);
  const create = () => createToken({ 'idempotency-key': path });
  const list = async () => {
    const { items } = await succeed<{ items: readonly Credentials[] }>(site.manage('GET', `${path}/api-tokens`));
    return items.map(({ clientId }) => clientId);
  };
  return {
    act: create,
    check: async (answered) => {
      expect(await site.exchange(credentials)).toBe(200);
      const first = await list();
      expect(first.length).toBeLessThanOrEqual(2);
      expect((await create()).status).toBeOneOf(answered === undefined ? [201, 409] : [201]);
      await site.advance(ABANDONED_SECONDS);
      const again = await succeed<Partial<Credentials>>(create());
      const clientId = again.clientId ?? '';
      const after = await list();
      expect(after.filter((id) => !first.includes(id) && id !== clientId)).toEqual([]);
      expect(after).toContain(clientId);
      if (answered !== undefined) {
        const made = clientOf(answered.body as Credentials);
        expect([answered.status, made.clientId, again.clientSecret]).toEqual([201, clientId, undefined]);
        return [made, credentials];
      }
      return [credentials, await obtain(site, `${path}/api-tokens/${clientId}`, again)];
    },
  };
}

/** The credentials of a creation. A token whose secret nobody has seen gets a new secret. */
async function obtain(site: KillSite, token: string, { clientId = '', clientSecret }: Partial<Credentials>) {
  if (clientSecret !== undefined) return { clientId, clientSecret };
  const rotated = site.manage('POST', `${token}/secrets/rotate`, { graceSeconds: 0 });
  return clientOf(await succeed<Credentials>(rotated));
}

/** A deleted tenant leaves only the mark that keeps its id from being given again. */
async function assertRemoved(site: KillSite, tenantId: string): Promise<void> {
  await site.advance(SETTLE_SECONDS);
  await site.mintmark().run('remove-deleted');
  expect(await site.mintmark().keysNaming(tenantId)).toEqual([`tenant#${tenantId}`]);
}

/** The stories whose process is killed at each call. */
export const killStories: readonly KillStory[] = [
  { name: 'a rotation', calls: 8, begin: rotation(3_600) },
  { name: 'a rotation without grace', calls: 8, begin: rotation(0) },
  { name: 'the deletion of a tenant', calls: 7, begin: tenantDeletion },
  { name: 'the removal of what a tenant had', calls: 11, begin: removalRun },
  { name: 'the creation of an API token', calls: 7, begin: tokenCreation },
  ...signingKeyKillStories,
  ...pepperKillStories,
];
