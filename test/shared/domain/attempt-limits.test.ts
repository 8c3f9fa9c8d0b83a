import { describe, expect, test, vi } from 'vitest';
import {
  attempt,
  importedSecretLimits,
  refusalLimits,
  sealedSecretLimits,
  unknownTokenLimits,
} from '#shared/domain/attempt-limits.ts';
import { authenticateClient } from '#shared/domain/authenticate-client.ts';
import type { FailureCounter } from '#shared/domain/ports.ts';
import { openExchange } from '#test/support/exchange-ports.ts';
import { uncounted } from '#test/support/failure-counters.ts';
import { outcomeOf } from '#test/support/outcomes.ts';

const MINUTES_OF_A_DAY = 1_440;
const SOURCE = '192.0.2.1';

/** So many failures have happened in these buckets, and none elsewhere. */
function counted(failures: Readonly<Record<string, number>>): FailureCounter {
  return { ...uncounted, count: (bucket) => failures[bucket] ?? 0 };
}

/** What becomes of the right secret, and how often it is compared. */
async function exchangeWhile(failures: FailureCounter, { isRemembered }: { isRemembered: boolean }) {
  const { adapters, clientId, clientSecret } = await openExchange();
  const { compare, ...hasher } = adapters.hasher();
  const spy = vi.fn(compare);
  const ports = {
    clock: adapters.clock(),
    standing: adapters.standing(),
    pepper: adapters.pepper(),
    importedSecrets: false,
    hasher: { ...hasher, compare: spy, remembers: () => isRemembered },
    failures,
  };
  const readings = [{ clientId, secret: clientSecret }];
  const outcome = await outcomeOf(authenticateClient({ readings, source: SOURCE }, ports));
  return { outcome, comparisons: spy.mock.calls.length };
}

describe('R3: once a process has compared 300 wrong secrets in a minute', () => {
  const saturated = counted({ 'all sealed': 300 });

  test('it compares no more of them, and says so without hashing', async () => {
    expect(await exchangeWhile(saturated, { isRemembered: false })).toEqual({
      outcome: 'rate_limited',
      comparisons: 0,
    });
  });

  test('those that it has let in before go on', async () => {
    expect(await exchangeWhile(saturated, { isRemembered: true })).toEqual({ outcome: 'done', comparisons: 0 });
  });

  test('guesses at imported secrets stand in the way of no others', async () => {
    const guessed = counted({ 'all imported': 300, [`imported ${SOURCE}`]: 100, [`refused ${SOURCE}`]: 100 });
    expect(await exchangeWhile(guessed, { isRemembered: false })).toEqual({ outcome: 'done', comparisons: 1 });
  });
});

describe('an attempt', () => {
  const clock = { nowSeconds: () => 1_800_000_000 };

  test('that breaks off has not failed', async () => {
    const ends: string[] = [];
    const begin = () => ({
      withdraw: () => void ends.push('withdrawn'),
      fail: async () => void ends.push('failed'),
    });
    const failures = { count: () => 0, begin };
    const broken = attempt([{ bucket: 'a', failuresMax: 1 }], () => Promise.reject(new Error('broken')), {
      failures,
      clock,
    });
    await expect(broken).rejects.toThrow('broken');
    expect(ends).toEqual(['withdrawn']);
  });
});

describe('limits', () => {
  test('R1, R2: name client and source, and of IPv6 sources the network', () => {
    const [one, other] = ['2001:db8::1', '2001:db8::2'].map((source) => refusalLimits('cli_a', source));
    const elsewhere = refusalLimits('cli_a', '2001:db8:0:1::1');
    const buckets = (limits = elsewhere) => limits.map(({ bucket }) => bucket);
    expect(buckets(one)).toEqual(buckets(other));
    expect(buckets(one)).not.toEqual(buckets());
  });

  test('R10: leave a thousand sources that guess all day one chance in a thousand at an imported secret of 40 bits', () => {
    const sources = 1_000;
    const [{ failuresMax } = { failuresMax: Number.POSITIVE_INFINITY }] = importedSecretLimits('cli_a', SOURCE);
    expect((sources * failuresMax * MINUTES_OF_A_DAY) / 2 ** 40).toBeLessThanOrEqual(1e-3);
  });

  test('H10: count the unknown tokens of one caller together', () => {
    expect(unknownTokenLimits('cli_a')).not.toEqual(unknownTokenLimits('cli_b'));
  });

  test('keep two secrets of one client apart', () => {
    const [first, second] = ['aaaaaa', 'bbbbbb'].map((selector) => sealedSecretLimits('cli_a', selector, SOURCE)[0]);
    expect(first?.bucket).not.toBe(second?.bucket);
  });
});
