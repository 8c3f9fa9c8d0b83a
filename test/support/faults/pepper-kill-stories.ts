import { expect } from 'vitest';
import type { KillSite } from './kill-site.ts';
import { arrangeTenant, type InterruptedStory, type KillStory } from './kill-story.ts';

/** After so long every process knows which peppers there are. */
const KNOWN_SECONDS = 300;

/** How many peppers there are beside the current one. */
interface Peppers {
  readonly overlapping: number;
}

const newCredentials = async (site: KillSite) => (await arrangeTenant(site)).credentials;
const rotate = async ({ mintmark }: KillSite, finish: boolean) => (await mintmark().rotatePepper(finish)) as Peppers;

/** The new pepper exists or not, and older secrets work in both cases. */
async function pepperRotation(site: KillSite): Promise<InterruptedStory> {
  const old = await newCredentials(site);
  return {
    act: async () => {
      await rotate(site, false);
      return undefined;
    },
    check: async () => {
      const next = await newCredentials(site);
      expect([await site.exchange(old), await site.exchange(next)]).toEqual([200, 200]);
      expect((await rotate(site, false)).overlapping).toBeOneOf([1, 2]);
      await site.advance(KNOWN_SECONDS);
      const last = await newCredentials(site);
      expect(await rotate(site, true)).toMatchObject({ overlapping: 0 });
      await site.advance(KNOWN_SECONDS);
      expect([await site.exchange(old), await site.exchange(next), await site.exchange(last)]).toEqual([401, 401, 200]);
      return [];
    },
  };
}

/** Secrets under the older pepper all work or all fail, and secrets under the current pepper always work. */
async function pepperRetirement(site: KillSite): Promise<InterruptedStory> {
  const olds = [await newCredentials(site), await newCredentials(site)];
  await rotate(site, false);
  await site.advance(KNOWN_SECONDS);
  const next = await newCredentials(site);
  return {
    act: async () => {
      await rotate(site, true);
      return undefined;
    },
    check: async () => {
      const outcomes = await Promise.all([...olds, next].map((credentials) => site.exchange(credentials)));
      expect(outcomes).toBeOneOf([
        [200, 200, 200],
        [401, 401, 200],
      ]);
      expect(await rotate(site, true)).toMatchObject({ overlapping: 0 });
      await site.advance(KNOWN_SECONDS);
      const after = await Promise.all([...olds, next].map((credentials) => site.exchange(credentials)));
      expect(after).toEqual([401, 401, 200]);
      return [];
    },
  };
}

/** The stories of a changing pepper. At their end the administrator's secret is refused too. */
export const pepperKillStories: readonly KillStory[] = [
  { name: 'a rotation of the pepper', calls: 5, isAlone: true, begin: pepperRotation },
  { name: 'the end of a rotation of the pepper', calls: 4, isAlone: true, begin: pepperRetirement },
];
