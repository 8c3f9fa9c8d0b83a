import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { succeed } from '../arrange/manage.ts';
import { DEFAULTS, type ShownKey } from '../arrange/signing-keys.ts';
import type { Credentials } from '../world/world.ts';
import type { KillSite } from './kill-site.ts';
import { arrangeTenant, type InterruptedStory, type KillStory } from './kill-story.ts';

/** Longer than a run stops other runs from finishing a key that it began to make. */
const ABANDONED_SECONDS = 121;

const run = ({ mintmark }: KillSite) => mintmark().run('rotate-signing-keys');
const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? '';

/** The keys of the API of these stories: of the past, the present and the future. */
async function keysOf({ manage }: KillSite): Promise<readonly ShownKey[]> {
  const { items } = await succeed<{ items: readonly ShownKey[] }>(manage('GET', '/v1/signing-keys'));
  return items.filter(({ algorithm }) => algorithm === 'ES256');
}
const kidsIn = (keys: readonly ShownKey[], state: string) =>
  keys.filter((key) => key.state === state).map(({ kid }) => kid);
const stateOf = (keys: readonly ShownKey[], kid: string) => keys.find((key) => key.kid === kid)?.state;

/** The verdicts of introspection and of a verifier with the key set on a token. */
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

/** One key signs: the key that the record names. */
async function assertOneSigns(site: KillSite, credentials: Credentials): Promise<string> {
  const token = await site.tokenFor(credentials);
  expect(kidsIn(await keysOf(site), 'active')).toEqual([kidOf(token)]);
  expect(await verdictsOn(site, credentials, token)).toEqual(everything);
  return kidOf(token);
}

/** The next run, and one after the killed run must have ended, finish everything: every key is there, and no other. */
async function assertFinishes(site: KillSite, credentials: Credentials): Promise<void> {
  await run(site);
  await site.advance(ABANDONED_SECONDS);
  await run(site);
  await assertOneSigns(site, credentials);
  expect(kidsIn(await keysOf(site), 'pending')).toHaveLength(1);
  const { recorded, inKms } = await site.mintmark().signingKeys();
  expect(inKms).toEqual(recorded);
}

/** A client whose tokens are signed with a key that has a published successor. */
async function arrangeKeys(site: KillSite): Promise<Credentials> {
  await run(site);
  await site.advance(DEFAULTS.lead);
  return (await arrangeTenant(site)).credentials;
}

/** Lets the successor take over: at once if it has been published long enough, else in the first run after that. */
async function demandSuccessor(site: KillSite): Promise<void> {
  const [active] = kidsIn(await keysOf(site), 'active');
  await succeed(site.manage('POST', `/v1/signing-keys/${active}/rotate`));
}

/** A run that puts a successor in charge, makes another one, and gives up a key. */
async function scheduledRotation(site: KillSite): Promise<InterruptedStory> {
  const credentials = await arrangeKeys(site);
  // The first key may be that of the deployment, which no run gives up; a run made the next one.
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

/** The key is revoked and its successor signs, or the key is trusted as before. */
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

/** The stories of changing signing keys. */
export const signingKeyKillStories: readonly KillStory[] = [
  { name: 'a run that rotates a signing key', calls: 14, begin: scheduledRotation },
  { name: 'the revocation of a signing key', calls: 7, begin: emergencyRevocation },
];
