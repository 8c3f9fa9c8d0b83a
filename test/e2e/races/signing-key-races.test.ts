import type { JSONWebKeySet } from 'jose';
import { decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { race } from '#test/support/ask/concurrent-calls.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const QUARTER_SECONDS = 90 * 86_400;
const LEAD_SECONDS = 3 * 3_600;
const RUNNERS = 8;

const world = useWorld();

const rotateAtOnce = () => Promise.allSettled(race(RUNNERS, () => world.run('rotate-signing-keys')));

/** How many keys of each algorithm are published. */
async function published(): Promise<readonly number[]> {
  const { keys } = (await world.send('GET', '/.well-known/jwks.json')).body as JSONWebKeySet;
  return [...Map.groupBy(keys, ({ alg }) => alg).values()].map(({ length }) => length);
}

const kidNow = async () => decodeProtectedHeader(await world.tokenFor(world.admin)).kid;

test('V4: of rotations at once one wins, and one key of an algorithm signs', async () => {
  await world.run('rotate-signing-keys');
  const before = await published();
  const first = await kidNow();
  world.clock.advance(QUARTER_SECONDS);
  await rotateAtOnce();
  expect(await published()).toEqual(before.map((keys) => keys + 1));
  world.clock.advance(LEAD_SECONDS);
  await rotateAtOnce();
  const kids = new Set(await Promise.all(race(RUNNERS, kidNow)));
  expect([kids.size, kids.has(first)]).toEqual([1, false]);
  expect(await published()).toEqual(before.map((keys) => keys + 1));
});
