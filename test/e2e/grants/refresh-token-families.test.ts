import { beforeAll, describe, expect, test } from 'vitest';
import {
  allowRefreshTokens,
  areTokensActive,
  askOffline,
  beginFamily,
  changeRefreshTokens,
  granted,
  type Refreshable,
  refresh,
} from '#test/support/arrange/refresh-tokens.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { exchangeWith, newProofKey, type ProofKey, proofOutcome, tokenProof } from '#test/support/clients/dpop.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
let acme: Acme;
beforeAll(async () => {
  acme = await arrangeAcme(world);
  await allowRefreshTokens(world, acme);
});

const isActive = (token: string) => isTokenActive(world, token);
const areActive = (family: Refreshable) => areTokensActive(world, family);
const begin = () => beginFamily(world, acme.tenantToken);
const revoke = ({ refresh_token: token }: Refreshable) => world.post('/oauth/revoke', acme.tenantToken, { token });

describe('the limit of families of refresh tokens', () => {
  /** Each test has a client of its own. */
  const limitTo = async (maxLivePerClient: number) => {
    acme = await arrangeAcme(world);
    await changeRefreshTokens(world, { maxLivePerClient });
  };

  test('holds for each client by itself', async () => {
    await limitTo(1);
    const others = await beginFamily(world, acme.personalToken);
    const [old, fresh] = [await begin(), await begin()];
    expect([await areActive(old), await areActive(fresh), await areActive(others)]).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  test('does not count families that were revoked, or have ended', async () => {
    await limitTo(2);
    const [oldest, revoked] = [await begin(), await begin()];
    await revoke(revoked);
    const third = await begin();
    expect([await areActive(oldest), await areActive(third)]).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  test('is kept, however many families begin at once', async () => {
    await limitTo(3);
    const families = await Promise.all(Array.from({ length: 6 }, begin));
    const live = await Promise.all(families.map(({ refresh_token: token }) => isActive(token)));
    expect(live.filter(Boolean).length).toBe(3);
  });

  test('is kept if the beginning of a family breaks off: the oldest family ends before its place is free', async () => {
    await limitTo(1);
    const first = await begin();
    let writes = 0;
    const fail = (operation: string) => (operation === 'PutItem' && ++writes > 1 ? denied() : undefined);
    const failed = await whileFailing(world.dynamo, fail, () => askOffline(world, acme.tenantToken));
    expect([failed.status, await areActive(first)]).toEqual([503, [false, false]]);
    expect(await areActive(await begin())).toEqual([true, true]);
  });
});

describe('N7: a refresh token that is bound to a key', () => {
  let key: ProofKey;
  let other: ProofKey;
  let family: Refreshable;
  const scope = 'offline_access read:reports';
  beforeAll(async () => {
    [key, other] = await Promise.all([newProofKey(), newProofKey()]);
    const proof = await tokenProof(world, key);
    family = granted(await exchangeWith(world, acme.tenantToken, proof, { audience: REPORTS, scope }));
  });
  const refreshWith = async (of: ProofKey) =>
    exchangeWith(world, acme.tenantToken, await tokenProof(world, of), {
      grant_type: 'refresh_token',
      refresh_token: family.refresh_token,
    });

  test('is not rotated: with proofs by that key it continues to work', async () => {
    for (const _ of [1, 2, 3]) {
      const next = granted(await refreshWith(key));
      expect(next).toEqual({ ...family, access_token: expect.any(String) });
      world.clock.advance(60);
    }
    expect(await areActive(family)).toEqual([true, true]);
  });

  test('is shown with its key by introspection', async () => {
    const { body } = await world.post('/oauth/introspect', acme.tenantToken, { token: family.refresh_token });
    expect(body).toMatchObject({ active: true, cnf: { jkt: key.thumbprint } });
  });

  test('E6: is refused without a proof or with a proof by another key, and continues to work', async () => {
    const refused = [await refresh(world, acme.tenantToken, family.refresh_token), await refreshWith(other)];
    expect(refused.map(proofOutcome)).toEqual(Array(2).fill('400 invalid_dpop_proof'));
    expect(proofOutcome(await refreshWith(key))).toBe('DPoP');
  });

  test('lives for as long as it is used, and no longer', async () => {
    world.clock.advance(13 * 86_400);
    expect(proofOutcome(await refreshWith(key))).toBe('DPoP');
    world.clock.advance(13 * 86_400);
    expect(proofOutcome(await refreshWith(key))).toBe('DPoP');
    world.clock.advance(14 * 86_400);
    expect(proofOutcome(await refreshWith(key))).toBe('400 invalid_grant');
  });
});
