import { expect, test } from 'vitest';
import {
  CODES_OF_A_SOURCE_MAX,
  countCodeOfSource,
  MAILS_OF_A_DAY_MAX,
  MAILS_OF_AN_ADDRESS_MAX,
  MAILS_TO_NEWCOMERS_OF_A_DAY_MAX,
  type MailReader,
  mayMail,
} from '#shared/domain/login/mail-limits.ts';
import type { TokenQuota } from '#shared/domain/records/client.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** The ports at one moment, with counters that keep what they counted and note each call. */
function counting(nowSeconds = 1_000 * DAY) {
  const counts = new Map<string, number>();
  const calls: { readonly bucket: string; readonly quota: TokenQuota }[] = [];
  const time = { nowSeconds };
  const add = (key: string, more = 1) => {
    counts.set(key, (counts.get(key) ?? 0) + more);
    return counts.get(key) ?? 0;
  };
  const period = (bucket: string, seconds: number) => `${bucket} ${seconds} ${Math.floor(time.nowSeconds / seconds)}`;
  return {
    time,
    calls,
    /** Counts mails of the day before the test sends its own. */
    countedToday: (bucket: string, mails: number) => add(period(bucket, DAY), mails),
    clock: { nowSeconds: () => time.nowSeconds },
    digests: { digest: (text: string) => `digest of ${text}`, derive: () => Buffer.alloc(0) },
    issuance: {
      count: async (bucket: string, quota: TokenQuota) => {
        calls.push({ bucket, quota });
        return { isCounted: true, inHour: add(period(bucket, HOUR)), inDay: add(period(bucket, DAY)) };
      },
    },
  };
}

const known: { readonly email: string; readonly reader: MailReader } = { email: 'ada@example.com', reader: 'known' };

/** How many of `count` requests at once are answered with `true`. */
async function allowed(count: number, ports: ReturnType<typeof counting>, mail = known): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => mayMail(mail, ports)));
  return answers.filter(Boolean).length;
}

test('an address gets ten mails in an hour, also of 32 that are asked for at once, and ten more in the next', async () => {
  const ports = counting();
  expect(await allowed(32, ports)).toBe(MAILS_OF_AN_ADDRESS_MAX);
  ports.time.nowSeconds += HOUR;
  expect(await allowed(32, ports)).toBe(MAILS_OF_AN_ADDRESS_MAX);
});

test('the limit of one address leaves the others alone', async () => {
  const ports = counting();
  await allowed(32, ports);
  expect(await mayMail({ email: 'bob@example.com', reader: 'known' }, ports)).toBe(true);
});

test('the workspace sends no more mails in a day than its limit, and sends again on the next day', async () => {
  const ports = counting();
  ports.countedToday('mails/workspace', MAILS_OF_A_DAY_MAX - 1);
  expect(await allowed(2, ports)).toBe(1);
  ports.time.nowSeconds += DAY;
  expect(await allowed(1, ports)).toBe(1);
});

test('mails that nobody gets leave the day of the workspace to the others', async () => {
  const ports = counting();
  ports.countedToday('mails/workspace', MAILS_OF_A_DAY_MAX - 1);
  expect(await mayMail({ email: 'nobody@example.com', reader: 'nobody' }, ports)).toBe(false);
  expect(await mayMail(known, ports)).toBe(true);
});

test.each<[string, typeof known, number]>([
  ['an address that nobody has', { email: 'nobody@example.com', reader: 'nobody' }, 0],
  ['an address beyond its limit', known, MAILS_OF_AN_ADDRESS_MAX],
  ['a newcomer beyond the limit of the address', { ...known, reader: 'newcomer' }, MAILS_OF_AN_ADDRESS_MAX],
])('S7: %s costs the same calls as one that gets a mail, and the calls refuse nothing', async (_, mail, before) => {
  const ports = counting();
  await allowed(before, ports, mail);
  ports.calls.length = 0;
  expect(await mayMail(mail, ports)).toBe(false);
  expect(ports.calls.map(({ quota }) => quota)).toEqual(Array(2).fill({ perHour: null, perDay: null, enforce: false }));
});

test('counters hold no address', async () => {
  const ports = counting();
  await mayMail(known, ports);
  expect(ports.calls.map(({ bucket }) => bucket)).toEqual([
    'mails/address/digest of mails to ada@example.com',
    'mails/workspace',
  ]);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
])(
  'a network that asks for too many codes has to wait until the hour is over: %s and %s',
  async (source, neighbour) => {
    const ports = counting(1_000 * DAY + 600);
    for (let count = 0; count < CODES_OF_A_SOURCE_MAX; count += 1) await countCodeOfSource(source, ports);
    await expect(countCodeOfSource(neighbour, ports)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: HOUR - 600,
    });
    await expect(countCodeOfSource('2001:db8:1:3::1', ports)).resolves.toBeUndefined();
    ports.time.nowSeconds += HOUR - 600;
    await expect(countCodeOfSource(neighbour, ports)).resolves.toBeUndefined();
  },
);

test('a counter that does not answer sends nothing and says so', async () => {
  const down = new Error('the table does not answer');
  const ports = { ...counting(), issuance: { count: () => Promise.reject(down) } };
  await expect(mayMail(known, ports)).rejects.toBe(down);
  await expect(countCodeOfSource('203.0.113.7', ports)).rejects.toBe(down);
});

test('S7: newcomers do not use up the mails of users, and have a limit of their own', async () => {
  const ports = counting();
  const newcomer = (index: number) => ({ email: `new${index}@example.com`, reader: 'newcomer' as const });
  const answers = [];
  for (let index = 0; index <= MAILS_TO_NEWCOMERS_OF_A_DAY_MAX; index += 1) {
    answers.push(await mayMail(newcomer(index), ports));
  }
  expect(answers.filter(Boolean)).toHaveLength(MAILS_TO_NEWCOMERS_OF_A_DAY_MAX);
  expect(await mayMail(known, ports)).toBe(true);
});
