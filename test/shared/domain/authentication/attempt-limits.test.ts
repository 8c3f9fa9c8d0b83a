import { describe, expect, test, vi } from 'vitest';
import {
  hashLimits,
  importedSecretLimits,
  refusalLimits,
  sealedSecretLimits,
  unknownTokenLimits,
  withinLimits,
} from '#shared/domain/authentication/attempt-limits.ts';
import { authenticateClient } from '#shared/domain/authentication/authenticate-client.ts';
import { matchImportedSecret } from '#shared/domain/authentication/match-imported-secret.ts';
import type { FailureCounter, UsageReader } from '#shared/domain/authentication/ports.ts';
import { credentialKey } from '#shared/domain/authentication/usage.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { uncounted } from '#test/support/faults/failure-counters.ts';
import { openExchange } from '#test/support/ports/exchange-ports.ts';

const MINUTES_OF_A_DAY = 1_440;

const SOURCE = '192.0.2.1';

/** A counter with a fixed number of failures in these buckets, and 0 in all others. */
function fixedCounter(failures: Readonly<Record<string, number>>): FailureCounter {
  return { ...uncounted, count: (bucket) => failures[bucket] ?? 0 };
}

/** A counter in memory. */
function memoryCounter(): FailureCounter {
  const counts = new Map<string, number>();
  const add = (bucket: string, change: number) => counts.set(bucket, (counts.get(bucket) ?? 0) + change);
  return {
    ...uncounted,
    count: (bucket) => counts.get(bucket) ?? 0,
    begin: ({ bucket }) => {
      add(bucket, 1);
      return { withdraw: () => void add(bucket, -1), fail: async () => undefined };
    },
  };
}

interface Circumstances {
  readonly isRemembered?: boolean;
  readonly isEnded?: boolean;
}

/** Authenticates with a sealed secret; resolves with the outcome and the number of hash comparisons. */
async function exchangeWhile(failures: FailureCounter, { isRemembered = false, isEnded = false }: Circumstances) {
  const { adapters, clientId, clientSecret } = await openExchange();
  const look = adapters.records().open();
  const { compare, ...hasher } = adapters.hasher();
  const spy = vi.fn(compare);
  const ports = {
    clock: adapters.clock(),
    records: { open: () => (isEnded ? { ...look, client: async () => undefined } : look) },
    pepper: adapters.pepper(),
    importedSecrets: false,
    hasher: { ...hasher, compare: spy, remembers: () => isRemembered },
    usage: adapters.usage(),
    failures,
  };
  const readings = [{ clientId, secret: clientSecret }];
  const outcome = await outcomeOf(authenticateClient({ readings, source: SOURCE }, ports));
  return { outcome, comparisons: spy.mock.calls.length };
}

describe('R3: after 300 failed comparisons in a minute', () => {
  const ended = fixedCounter({ 'all ended': 300 });

  test('a process refuses secrets that have ended without comparing them', async () => {
    expect(await exchangeWhile(ended, { isEnded: true })).toEqual({
      outcome: 'rate_limited',
      comparisons: 0,
    });
  });

  test('a live secret is accepted by a process that sees it for the first time', async () => {
    expect(await exchangeWhile(ended, {})).toEqual({ outcome: 'done', comparisons: 1 });
  });

  test('a process accepts only secrets that it remembers if comparisons of live secrets failed, too', async () => {
    const failing = fixedCounter({ 'all ended': 300, 'all live': 300 });
    expect(await exchangeWhile(failing, { isRemembered: true })).toEqual({ outcome: 'done', comparisons: 0 });
    expect(await exchangeWhile(failing, {})).toEqual({ outcome: 'rate_limited', comparisons: 0 });
  });

  test('guesses at imported secrets do not slow sealed secrets', async () => {
    const guessed = fixedCounter({ 'all imported': 300, [`imported ${SOURCE}`]: 100, [`refused ${SOURCE}`]: 100 });
    expect(await exchangeWhile(guessed, {})).toEqual({ outcome: 'done', comparisons: 1 });
  });
});

describe('R3: of the comparisons of secrets that have ended', () => {
  const clock = { nowSeconds: () => 1_800_000_000 };

  /** Fails ten times with each of `secrets` secrets; resolves with the number of comparisons. */
  async function fail(clientId: string, secrets: number, failures: FailureCounter): Promise<number> {
    const compare = vi.fn(async () => undefined);
    for (let serial = 0; serial < 10 * secrets; serial += 1) {
      const sealed = { clientId, selector: `s${serial % secrets}`, isLive: false };
      await outcomeOf(withinLimits(sealedSecretLimits(sealed, SOURCE), compare, { failures, clock }));
    }
    return compare.mock.calls.length;
  }

  test('one client can use up a fifth at most, with any number of secrets', async () => {
    const failures = memoryCounter();
    expect([await fail('cli_a', 30, failures), await fail('cli_b', 1, failures)]).toEqual([60, 10]);
  });

  test('one customer with five clients can use up all, and live secrets are still accepted', async () => {
    const failures = memoryCounter();
    for (const clientId of ['cli_a', 'cli_b', 'cli_c', 'cli_d', 'cli_e']) await fail(clientId, 6, failures);
    expect([await fail('cli_f', 1, failures), await exchangeWhile(failures, {})]).toEqual([
      0,
      { outcome: 'done', comparisons: 1 },
    ]);
  });
});

describe('R3: guesses at imported secrets', () => {
  const clock = { nowSeconds: () => 1_800_000_000 };
  const guess = (clientId: string, failures: FailureCounter) =>
    outcomeOf(withinLimits(hashLimits('imported', clientId), async () => undefined, { failures, clock }));

  test('of one client leave four fifths of the comparisons to other clients', async () => {
    const failures = memoryCounter();
    const outcomes = [];
    for (let serial = 0; serial < 61; serial += 1) outcomes.push(await guess('cli_a', failures));
    expect([outcomes.at(-2), outcomes.at(-1), await guess('cli_b', failures)]).toEqual([
      'done',
      'rate_limited',
      'done',
    ]);
  });

  const DAY_SECONDS = 86_400;

  /** Compares a right imported secret after so many guesses from elsewhere; `usedAt` is its last use from this source. */
  async function matchAfterGuesses({ isRemembered = false, isUnknown = false, usedAt = Number.NaN }) {
    const { adapters, clientId } = await openExchange();
    const client = await adapters.records().open().client(clientId);
    const imported = client && {
      ...client,
      secrets: client.secrets.map((secret) => ({ ...secret, imported: true as const })),
    };
    const look = { ...adapters.records().open(), client: async () => (isUnknown ? undefined : imported) };
    const asked: string[] = [];
    const lastUses: UsageReader['lastUses'] = async (names) => {
      asked.push(...names.map(({ selector }) => selector.replace(/^.* from/, 'from')));
      return new Map(names.map((name) => [credentialKey(name), usedAt]));
    };
    const ports = {
      clock,
      importedSecrets: true,
      records: { open: () => look },
      hasher: { ...adapters.hasher(), remembers: () => isRemembered },
      usage: { lastUses },
      failures: fixedCounter({ [`imported ${clientId}`]: 60, 'all imported': 300 }),
    };
    const readings = [{ clientId, secret: 'correct horse' }];
    const match = matchImportedSecret({ readings, source: '2001:db8::1' }, clock.nowSeconds(), ports);
    return [await outcomeOf(match), asked];
  }

  const fromHere = ['from 2001:db8:0:0::/64'];

  test.each<[string, Parameters<typeof matchAfterGuesses>[0], unknown]>([
    ['do not slow a secret that the process remembers', { isRemembered: true }, ['done', []]],
    ['slow a secret that the process sees for the first time', {}, ['rate_limited', fromHere]],
    ['slow a guess at an unknown client after as many reads', { isUnknown: true }, ['rate_limited', fromHere]],
    [
      'do not slow a secret that was right in this network a month ago',
      { usedAt: clock.nowSeconds() - 30 * DAY_SECONDS + 1 },
      ['done', fromHere],
    ],
    [
      'slow a secret that was right in this network earlier than that',
      { usedAt: clock.nowSeconds() - 30 * DAY_SECONDS },
      ['rate_limited', fromHere],
    ],
  ])('Sound 17: from many sources %s', async (_case, circumstances, expected) => {
    expect(await matchAfterGuesses(circumstances)).toEqual(expected);
  });

  test('R1: that are refused without a comparison are counted for their source, too', async () => {
    const failures = memoryCounter();
    const limits = importedSecretLimits('cli_a', SOURCE);
    const full = fixedCounter({ 'all imported': 300 });
    const guess = () => withinLimits(hashLimits('imported', 'cli_a'), async () => undefined, { failures: full, clock });
    for (let serial = 0; serial < 12; serial += 1) await outcomeOf(withinLimits(limits, guess, { failures, clock }));
    expect(failures.count(limits[0]?.bucket ?? '', clock.nowSeconds())).toBe(10);
  });
});

describe('an attempt', () => {
  const clock = { nowSeconds: () => 1_800_000_000 };

  test('that ends with an exception is not counted as a failure', async () => {
    const ends: string[] = [];
    const begin = () => ({
      withdraw: () => void ends.push('withdrawn'),
      fail: async () => void ends.push('failed'),
    });
    const failures = { ...uncounted, begin };
    const attempt = withinLimits([{ bucket: 'a', failuresMax: 1 }], () => Promise.reject(new Error('broken')), {
      failures,
      clock,
    });
    await expect(attempt).rejects.toThrow('broken');
    expect(ends).toEqual(['withdrawn']);
  });
});

describe('attempt limits', () => {
  test('R1, R2: are kept for each client and source, and for each network of IPv6 sources', () => {
    const [one, other] = ['2001:db8::1', '2001:db8::2'].map((source) => refusalLimits('cli_a', source));
    const elsewhere = refusalLimits('cli_a', '2001:db8:0:1::1');
    const buckets = (limits = elsewhere) => limits.map(({ bucket }) => bucket);
    expect(buckets(one)).toEqual(buckets(other));
    expect(buckets(one)).not.toEqual(buckets());
  });

  test('R10: give a thousand sources one chance in a thousand a day at an imported secret of 40 bits', () => {
    const sources = 1_000;
    const [{ failuresMax } = { failuresMax: Number.POSITIVE_INFINITY }] = importedSecretLimits('cli_a', SOURCE);
    expect((sources * failuresMax * MINUTES_OF_A_DAY) / 2 ** 40).toBeLessThanOrEqual(1e-3);
  });

  test('H10: count the unknown tokens of each caller apart', () => {
    expect(unknownTokenLimits('cli_a')).not.toEqual(unknownTokenLimits('cli_b'));
  });

  test('count two secrets of one client apart', () => {
    const [first, second] = ['aaaaaa', 'bbbbbb'].map(
      (selector) => sealedSecretLimits({ clientId: 'cli_a', selector, isLive: false }, SOURCE)[0],
    );
    expect(first?.bucket).not.toBe(second?.bucket);
  });
});
