import { describe, expect, test, vi } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';

/** `MINTMARK_REVOCATIONS=10000` makes so many; a plain run makes a sample. */
const REVOCATIONS = Number(process.env.MINTMARK_REVOCATIONS ?? 15);
const POLLERS = 8;

vi.setConfig({ testTimeout: 300_000 + REVOCATIONS * 1_000 });

const world = useWorld();
const acme = useAcme(world);
const guarded = opened(() => startGuardedApi(world, { mode: 'online' }));

/** One answer about a token: the time of its request, and whether the token was active. */
interface Observation {
  readonly startedAt: number;
  readonly isYes: boolean;
}

/** Introspects a token again and again, the last time after the end. */
async function poll(isYes: () => Promise<boolean>, hasEnded: () => boolean): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  for (let isLast = false; !isLast; ) {
    isLast = hasEnded();
    const startedAt = performance.now();
    observations.push({ startedAt, isYes: await isYes() });
  }
  return observations;
}

const isActive = (token: string) => isTokenActive(world, token, acme.tenantToken);
const isLetIn = async (token: string) =>
  (await guarded.visit('GET', '/rest/reports', `Bearer ${token}`)).status === 200;

/** Revokes a token while several clients introspect it. */
async function revokeUnderWay() {
  const token = await world.tokenFor(acme.tenantToken);
  let revokedAt = Number.POSITIVE_INFINITY;
  const hasEnded = () => revokedAt < Number.POSITIVE_INFINITY;
  const pollers = Array.from({ length: POLLERS }, (_, number) =>
    poll(() => (number % 2 === 0 ? isActive(token) : isLetIn(token)), hasEnded),
  );
  const { status } = await world.post('/oauth/revoke', acme.tenantToken, { token });
  revokedAt = performance.now();
  const observations = (await Promise.all(pollers)).flat();
  const after = observations.filter(({ startedAt }) => startedAt > revokedAt);
  return { status, yesBefore: observations.length - after.length, yesAfter: after.filter(({ isYes }) => isYes).length };
}

describe('INV2: eight callers that introspect a token while it is revoked', () => {
  test('I8: get no yes to a request that began after the 200', async () => {
    let asked = 0;
    for (let round = 0; round < REVOCATIONS; round += 1) {
      const { status, yesBefore, yesAfter } = await revokeUnderWay();
      expect([status, yesAfter]).toEqual([200, 0]);
      asked += yesBefore;
    }
    // Without an active answer every request came too late to prove anything.
    expect(asked).toBeGreaterThan(REVOCATIONS);
  });
});
