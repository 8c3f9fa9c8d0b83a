import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KillSite, openKillSite } from '#test/support/faults/kill-site.ts';
import { killStories } from '#test/support/faults/kill-stories.ts';
import type { KillStory } from '#test/support/faults/kill-story.ts';
import { seededOrder } from '#test/support/faults/seeded-order.ts';
import type { KillPoint } from '#test/support/world/killable-mintmark.ts';
import type { Credentials, Reply } from '#test/support/world/world.ts';

/** How many of all possible kills are made. */
const KILLS = Number(process.env.MINTMARK_KILLS ?? 5);
/** The seed of their order. */
const SEED = Number(process.env.MINTMARK_KILL_SEED ?? 1);
const KILL_MILLISECONDS_MAX = 300_000;

interface Kill {
  readonly story: KillStory;
  readonly when: string;
  /** The point of the kill; undefined for a kill after the answer. */
  readonly point?: KillPoint;
}

/** Before and after each call of a story, and after its answer. */
function killsOf(story: KillStory): readonly Kill[] {
  const calls = Array.from({ length: story.calls }, (_, index) => index + 1);
  const kill = (call: number, side: KillPoint['side']) => ({
    story,
    when: `${side} call ${call}`,
    point: { call, side },
  });
  return [...calls.flatMap((call) => [kill(call, 'before'), kill(call, 'after')]), { story, when: 'after the answer' }];
}
const everyKill = seededOrder(killStories.flatMap(killsOf), SEED);
const kills = Array.from({ length: Math.ceil(KILLS / everyKill.length) }, () => everyKill)
  .flat()
  .slice(0, KILLS);

let shared: KillSite;
/** Credentials from all answers so far, over all starts of the process. */
const confirmed: Credentials[] = [];
beforeAll(async () => {
  shared = await openKillSite();
});
afterAll(() => shared.close());

/** Kills the process on the way, or after the act; resolves with the answer, if there was one. */
async function interrupt(site: KillSite, act: () => Promise<Reply | undefined>, point: KillPoint | undefined) {
  if (point !== undefined) await site.mintmark().dieAt(point);
  const answered = point === undefined ? await act() : await act().catch(() => undefined);
  await site.restart();
  return answered;
}

async function kill({ story, point }: Kill, site: KillSite): Promise<readonly Credentials[]> {
  const { act, check } = await story.begin(site);
  return check(await interrupt(site, act, point));
}

/** A story in a folder of its own. */
async function killAlone(what: Kill): Promise<void> {
  const site = await openKillSite();
  try {
    await kill(what, site);
  } finally {
    await site.close();
  }
}

describe(`INV1: after kill -9, seed ${SEED}`, () => {
  test.each(kills)(
    '$when of $story.name, all of it is there or nothing',
    async (what) => {
      if (what.story.isAlone) return killAlone(what);
      confirmed.push(...(await kill(what, shared)));
    },
    KILL_MILLISECONDS_MAX,
  );

  test('nothing is lost that an answer confirmed', async () => {
    for (const credentials of confirmed) expect(await shared.exchange(credentials)).toBe(200);
  });
});
