import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { succeed } from '../arrange/manage.ts';
import { DEFAULTS, type ShownKey } from '../arrange/signing-keys.ts';
import type { Credentials } from '../world/world.ts';
import type { KillSite } from './kill-site.ts';
import { arrangeTenant, type InterruptedStory, type KillStory } from './kill-story.ts';

/** Longer than whoever began to make a key is left alone with it. */
const ABANDONED_SECONDS = 121;

const run = ({ mintmark }: KillSite) => mintmark().run('rotate-signing-keys');
const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? '';

/** The keys that sign for the API of these stories, and those that did or will. */
async function keysOf({ manage }: KillSite): Promise<readonly ShownKey[]> {
  const { items } = await succeed<{ items: readonly ShownKey[] }>(manage('GET', '/v1/signing-keys'));
  return items.filter(({ algorithm }) => algorithm === 'ES256');
}
const kidsIn = (keys: readonly ShownKey[], state: string) =>
  keys.filter((key) => key.state === state).map(({ kid }) => kid);
const stateOf = (keys: readonly ShownKey[], kid: string) => keys.find((key) => key.kid === kid)?.state;

/** What introspection and a verifier with the key set say of a token. */
async function verdictsOn(site: KillSite, credentials: Credentials, token: string) {
  const currentDate = new Date((decodeJwt(token).iat ?? 0) * 1_000);
  const isVerified = await jwtVerify(token, createLocalJWKSet(await site.keySet()), { currentDate }).then(
    () => true,
    () => false,
  );
  return { isActive: await site.isActive(credentials, token), isVerified };
}
const everything = { isActive: true, isVerified: true };
const nothing = { isActive: false, isVerified: false };

/** One key signs, which is the one that the record says does. */
async function assertOneSigns(site: KillSite, credentials: Credentials): Promise<string> {
  const token = await site.tokenFor(credentials);
  expect(kidsIn(await keysOf(site), 'active')).toEqual([kidOf(token)]);
  expect(await verdictsOn(site, credentials, token)).toEqual(everything);
  return kidOf(token);
}

/** The next run, and one when whoever was killed must have ended, finish everything: no key is missing, none is stray. */
async function assertFinishes(site: KillSite, credentials: Credentials): Promise<void> {
  await run(site);
  await site.advance(ABANDONED_SECONDS);
  await run(site);
  await assertOneSigns(site, credentials);
  expect(kidsIn(await keysOf(site), 'pending')).toHaveLength(1);
  const { recorded, inKms } = await site.mintmark().signingKeys();
  expect(inKms).toEqual(recorded);
}

/** Somebody whose tokens are by a key that has a successor which everybody knows. */
async function arrangeKeys(site: KillSite): Promise<Credentials> {
  await run(site);
  await site.advance(DEFAULTS.lead);
  return (await arrangeTenant(site)).credentials;
}

/** Lets the successor take over: at once if everybody knows it, else in the first run after that. */
async function demandSuccessor(site: KillSite): Promise<void> {
  const [active] = kidsIn(await keysOf(site), 'active');
  await succeed(site.manage('POST', `/v1/signing-keys/${active}/rotate`));
}

/** A run that has a successor to let take over, another one to make, and a key to give up. */
async function scheduledRotation(site: KillSite): Promise<InterruptedStory> {
  const credentials = await arrangeKeys(site);
  // The first that goes may be the deployment's, which is nobody's to give up; the next one was made by a run.
  await demandSuccessor(site);
  await run(site);
  await site.advance(DEFAULTS.retention);
  await run(site);
  await demandSuccessor(site);
  await run(site);
  await demandSuccessor(site);
  await site.advance(DEFAULTS.retention);
  const token = await site.tokenFor(credentials);
  return {
    act: async () => {
      await run(site);
      return undefined;
    },
    check: async () => {
      await assertOneSigns(site, credentials);
      expect(await verdictsOn(site, credentials, token)).toEqual(everything);
      await assertFinishes(site, credentials);
      expect(stateOf(await keysOf(site), kidOf(token))).toBe('retiring');
      expect(await verdictsOn(site, credentials, token)).toEqual(everything);
      return [credentials];
    },
  };
}

/** A key is revoked with its successor signing, or trusted as before. */
async function emergencyRevocation(site: KillSite): Promise<InterruptedStory> {
  const credentials = await arrangeKeys(site);
  const token = await site.tokenFor(credentials);
  const revoke = () => site.manage('POST', `/v1/signing-keys/${kidOf(token)}/revoke`);
  await keysOf(site);
  return {
    act: revoke,
    check: async (answered) => {
      const isRevoked = stateOf(await keysOf(site), kidOf(token)) === 'revoked';
      if (answered !== undefined) expect([answered.status, isRevoked]).toEqual([200, true]);
      expect(await verdictsOn(site, credentials, token)).toEqual(isRevoked ? nothing : everything);
      expect(await assertOneSigns(site, credentials)).toEqual(
        isRevoked ? expect.not.stringMatching(kidOf(token)) : kidOf(token),
      );
      expect((await revoke()).status).toBe(200);
      await assertFinishes(site, credentials);
      expect(await verdictsOn(site, credentials, token)).toEqual(nothing);
      return [credentials];
    },
  };
}

/** What is killed while signing keys change. */
export const signingKeyKillStories: readonly KillStory[] = [
  { name: 'a run that rotates a signing key', calls: 14, begin: scheduledRotation },
  { name: 'the revocation of a signing key', calls: 7, begin: emergencyRevocation },
];
