import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KillSite, openKillSite } from '#test/support/kill-site.ts';
import { type KillStory, killStories } from '#test/support/kill-stories.ts';
import type { KillPoint } from '#test/support/killable-mintmark.ts';
import { seededOrder } from '#test/support/seeded-order.ts';
import type { Credentials, Reply } from '#test/support/world.ts';

/** How many kills there are; `MINTMARK_KILLS=100` is every one there can be, some of them twice. */
const KILLS = Number(process.env.MINTMARK_KILLS ?? 5);
/** Which come first. */
const SEED = Number(process.env.MINTMARK_KILL_SEED ?? 1);
const KILL_MILLISECONDS_MAX = 30_000;

interface Kill {
  readonly story: KillStory;
  readonly point: KillPoint;
}

/** Before and after each call of a story, and after its answer, as if there were one call more. */
function killsOf(story: KillStory): readonly Kill[] {
  const sides = Array.from({ length: story.calls }, (_, index) => [
    { call: index + 1, side: 'before' as const },
    { call: index + 1, side: 'after' as const },
  ]);
  return [...sides.flat(), { call: story.calls + 1, side: 'before' as const }].map((point) => ({ story, point }));
}
const everyKill = seededOrder(killStories.flatMap(killsOf), SEED);
const kills = Array.from({ length: Math.ceil(KILLS / everyKill.length) }, () => everyKill)
  .flat()
  .slice(0, KILLS);

let site: KillSite;
/** Credentials that somebody was told of, in any of the lives of the process. */
const confirmed: Credentials[] = [];
beforeAll(async () => {
  site = await openKillSite();
});
afterAll(() => site.close());

/** Has the process die on the way, or else when all is done. */
async function interrupt(act: () => Promise<Reply | undefined>, point: KillPoint) {
  await site.mintmark().dieAt(point);
  const outcome = await act().then(
    (answered) => ({ answered, isDone: true }),
    () => ({ answered: undefined, isDone: false }),
  );
  await site.restart();
  return outcome;
}

describe(`INV1: after kill -9, seed ${SEED}`, () => {
  test.each(kills)(
    '$point.side call $point.call of $story.name, all of it is there or nothing',
    async (kill) => {
      const { story, point } = kill;
      const { act, check } = await story.begin(site);
      const { answered, isDone } = await interrupt(act, point);
      if (point.call > story.calls) expect(isDone).toBe(true);
      confirmed.push(...(await check(answered)));
    },
    KILL_MILLISECONDS_MAX,
  );

  test('nothing is lost that anybody was told', async () => {
    for (const credentials of confirmed) expect(await site.exchange(credentials)).toBe(200);
  });
});
