import { expect, test } from 'vitest';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const PEPPERS_MAX = 4;

/** How long every process has been running. */
let uptimeMilliseconds = 0;
/** After five minutes every process knows which peppers there are. */
function letAllKnow(): void {
  uptimeMilliseconds += 300_000;
}

const world = useWorld({ adapters: { pepper: (environment) => kmsPepper(environment, () => uptimeMilliseconds) } });
const acme = useAcme(world);

const createToken = () => createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId] });
const exchange = async (credentials: Credentials) =>
  (await world.post('/oauth/token', credentials, { grant_type: 'client_credentials' })).status;
const nowIso = () => new Date(world.clock.nowSeconds() * 1_000).toISOString();
const peppers = async () => {
  const item = (await itemsOf('directory')).find(({ key }) => key === 'pepper#workspace');
  return (item as unknown as { peppers: readonly object[] }).peppers;
};

test('a rotation of the pepper that breaks off at any call changes nothing', async () => {
  const before = await peppers();
  const outcomes = [];
  for (const engine of [world.kms, world.dynamo]) {
    outcomes.push(await whileFailing(engine, denied, () => outcomeOf(world.rotatePepper())));
  }
  const failPut = (operation: string, body: string) =>
    operation === 'PutItem' && body.includes('pepper#workspace') ? denied() : undefined;
  outcomes.push(await whileFailing(world.dynamo, failPut, () => outcomeOf(world.rotatePepper())));
  expect(outcomes).toEqual(Array(3).fill('temporarily_unavailable'));
  expect(await peppers()).toEqual(before);
});

test('of several rotations of the pepper at once, each is made as a whole or has to be repeated', async () => {
  const outcomes = countEach(await Promise.all(race(3, () => outcomeOf(world.rotatePepper()))));
  expect(await peppers()).toHaveLength(1 + (outcomes.done ?? 0));
  expect((outcomes.done ?? 0) + (outcomes.conflict ?? 0)).toBe(3);
});

test('older secrets work beside new secrets after each rotation of the pepper, until there are too many peppers', async () => {
  const tokens = [acme.tenantToken, acme.personalToken];
  while ((await peppers()).length < PEPPERS_MAX) {
    await world.rotatePepper();
    letAllKnow();
    tokens.push(await createToken());
  }
  expect(await outcomeOf(world.rotatePepper())).toBe('conflict');
  expect(await Promise.all(tokens.map(exchange))).toEqual(tokens.map(() => 200));
});

test('after the rotation of the pepper is finished, secrets under older peppers are refused, and each change is on record', async () => {
  const [old, next] = [acme.tenantToken, await createToken()];
  const [current] = await peppers();
  expect(await world.rotatePepper({ finish: true })).toEqual({ createdAt: expect.any(String), overlapping: 0 });
  expect(await peppers()).toEqual([current]);
  letAllKnow();
  expect([await exchange(old), await exchange(next)]).toEqual([401, 200]);

  expect(await world.rotatePepper()).toEqual({ createdAt: nowIso(), overlapping: 1 });
  const lines = (await itemsOf('audit')).filter(({ type }) => String(type).startsWith('pepper.'));
  const seen = new Set(lines.map(({ type, outcome }) => `${type} ${outcome}`));
  expect(seen).toEqual(
    new Set([
      'pepper.rotation_started attempted',
      'pepper.rotation_started succeeded',
      'pepper.rotated attempted',
      'pepper.rotated succeeded',
    ]),
  );
});
