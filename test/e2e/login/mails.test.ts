import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { codeIn, localMails } from '#infra/local/demo/people/local-mails.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import type { IssuanceCounter } from '#shared/domain/access/token-quota.ts';
import { unavailable } from '#shared/domain/errors.ts';
import { CODES_OF_A_SOURCE_MAX, MAILS_OF_AN_ADDRESS_MAX } from '#shared/domain/login/mail-limits.ts';
import type { WaitingMail } from '#shared/domain/login/mail-queue.ts';
import { useWorld } from '#test/support/world/use-world.ts';

/** What the queue was asked to take: the recipient, or `nobody`. */
const asked: string[] = [];
let isQueueDown = false;

/** The real queue, which notes what it is asked and can be down. */
const mailQueue = (environment: Parameters<typeof sqsMailQueue>[0]) => {
  const queue = sqsMailQueue(environment);
  return {
    ...queue,
    enqueue: async (mail: WaitingMail | undefined) => {
      asked.push(mail?.to ?? 'nobody');
      if (isQueueDown) throw unavailable(new Error('down'));
      await queue.enqueue(mail);
    },
  };
};

/** The codes that every source has asked for in this hour already. */
let codesBefore = 0;

const issuance = (environment: Parameters<typeof dynamoIssuance>[0]): IssuanceCounter => {
  const counter = dynamoIssuance(environment);
  return {
    count: async (bucket, quota, nowSeconds) => {
      const counted = await counter.count(bucket, quota, nowSeconds);
      return bucket.startsWith('mails/source/') ? { ...counted, inHour: counted.inHour + codesBefore } : counted;
    },
  };
};

const world = useWorld({ adapters: { mailQueue, issuance } });

const HOUR_SECONDS = 3_600;

let serial = 0;

/** A user that nobody wrote to yet. */
async function newAddress(): Promise<string> {
  serial += 1;
  const email = `person${serial}@example.com`;
  expect(await world.manage('POST', '/v1/users', { email })).toMatchObject({ status: 201 });
  return email;
}

/** Asks for a code in a new browser, and returns the page after that. */
async function askFor(email: string, browser = new FormBrowser(world.url)): Promise<Shown> {
  return browser.submit(await browser.open('/login'), { email });
}

const mailsTo = async (email: string) => (await localMails(world.url)).filter(({ to }) => to === email);

/** A page without what differs between two interactions and two addresses. */
const withoutIds = ({ status, html }: Shown, email: string) => ({
  status,
  html: html
    .replaceAll(email, 'the address')
    .replaceAll(/itx_\w+/g, 'itx')
    .replaceAll(/name="csrf" value="[^"]*"/g, 'csrf'),
});

beforeEach(() => {
  // A new hour, in which no source and no address has asked for a code.
  world.clock.advance(HOUR_SECONDS);
  asked.length = 0;
  isQueueDown = false;
  codesBefore = 0;
});

test('a code comes by mail, says where it was asked for, and logs in', async () => {
  const email = await newAddress();
  const browser = new FormBrowser(world.url);
  const page = await askFor(email, browser);
  const mails = await mailsTo(email);
  expect(mails).toEqual([
    {
      to: email,
      subject: expect.stringMatching(/^Your code for /),
      text: expect.any(String),
      receivedAt: expect.any(String),
    },
  ]);
  expect(mails[0]?.text).toContain('An unknown browser, 127.0.0.1');
  const account = await browser.submit(page, { code: codeIn(mails[0]) });
  expect(account).toMatchObject({ status: 200, path: '/account' });
});

describe('an address that nobody has', () => {
  test('S7: gets the same page, by the same calls, as an address that gets a code', async () => {
    const email = await newAddress();
    const costOf = async (address: string) => {
      const browser = new FormBrowser(world.url);
      const page = await browser.open('/login');
      world.dynamo.forget();
      const shown = await browser.submit(page, { email: address });
      return { page: withoutIds(shown, address), calls: [...world.dynamo.calls] };
    };
    const known = await costOf(email);
    expect(await costOf('stranger@example.com')).toEqual(known);
    expect(asked).toEqual([email, 'nobody']);
    expect(await mailsTo('stranger@example.com')).toEqual([]);
  });
});

describe('an address that is bombed', () => {
  test('gets ten mails in an hour of twelve that are asked for at once, and every page is the same', async () => {
    const email = await newAddress();
    const pages = await Promise.all(Array.from({ length: 12 }, () => askFor(email)));
    expect(await mailsTo(email)).toHaveLength(MAILS_OF_AN_ADDRESS_MAX);
    expect(asked.toSorted()).toEqual([...Array(2).fill('nobody'), ...Array(MAILS_OF_AN_ADDRESS_MAX).fill(email)]);
    const [first, ...others] = pages.map((page) => withoutIds(page, email));
    expect(first).toMatchObject({ status: 200 });
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('a source that asks for too many codes', () => {
  test('has to wait, is told until when, and goes on in the next hour', async () => {
    const email = await newAddress();
    codesBefore = CODES_OF_A_SOURCE_MAX - 2;
    expect(await askFor(email)).toMatchObject({ status: 200 });
    expect(await askFor('stranger@example.com')).toMatchObject({ status: 200 });
    for (const refused of [await askFor(email), await askFor('stranger@example.com')]) {
      expect({ status: refused.status, wait: Number(refused.headers.get('retry-after')) }).toEqual({
        status: 429,
        wait: HOUR_SECONDS - (world.clock.nowSeconds() % HOUR_SECONDS),
      });
    }
    expect(asked).toEqual([email, 'nobody']);
    codesBefore = 0;
    world.clock.advance(HOUR_SECONDS);
    expect(await askFor(email)).toMatchObject({ status: 200 });
  });
});

test('U4: a code is in the audit log only within the limit of its source, so that a flood does not fill the log', async () => {
  const from = new Date(world.clock.nowSeconds() * 1_000).toISOString();
  codesBefore = CODES_OF_A_SOURCE_MAX - 1;
  for (let asking = 0; asking < 4; asking += 1) await askFor('stranger@example.com');
  const query = new URLSearchParams({ type: 'login.code_sent', from });
  const { body } = await world.manage('GET', `/v1/audit-events?${query}`);
  const { items } = body as { readonly items: readonly { readonly outcome: string }[] };
  expect(items.map(({ outcome }) => outcome).toSorted()).toEqual(['attempted', 'succeeded']);
});

describe('a queue that takes nothing', () => {
  test.each(['stranger@example.com', 'known'])('is 503 and never a silent success: %s', async (who) => {
    const email = who === 'known' ? await newAddress() : who;
    isQueueDown = true;
    expect(await askFor(email)).toMatchObject({ status: 503 });
    expect(await mailsTo(email)).toEqual([]);
  });

  test('is 503 if the counters of mails do not answer', async () => {
    const email = await newAddress();
    const browser = new FormBrowser(world.url);
    const page = await browser.open('/login');
    world.dynamo.injectFault((operation) =>
      operation === 'UpdateItem' ? { kind: 'error', name: 'InternalServerError', status: 500 } : undefined,
    );
    const shown = await browser.submit(page, { email });
    world.dynamo.injectFault(undefined);
    expect(shown.status).toBe(503);
    expect(asked).toEqual([]);
  });
});

test.each([
  'ada@example.com\r\nBcc: eve@evil.example',
  'ada@example.com,eve@evil.example',
  'ada\0@example.com',
  'Ada <ada@example.com>',
])('S10: an address that is not one address gets the form again, and nothing is sent: %j', async (email) => {
  const shown = await askFor(email);
  expect(shown.path).toMatch(/^\/login\/itx_\w+$/);
  expect(asked).toEqual([]);
});
