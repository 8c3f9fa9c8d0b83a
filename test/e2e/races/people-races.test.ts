import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser, formsOf, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { allowRefreshTokens, areTokensActive, granted, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { decide, ROUND_MILLISECONDS_MAX, RUNNERS, roundsEach } from '#test/support/faults/race-rounds.ts';
import { addressOf, answerIn, CodeRequest, newThirdParty, openAs } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { type Credentials, type Deployment, reach } from '#test/support/world/deployment.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Reply, unlimited } from '#test/support/world/world.ts';

/** The number of instances of the functions, which share only the engines. The world's own is the first. */
const INSTANCES = 4;

const HOUR_SECONDS = 3_600;

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
let email: string;
let instances: readonly Deployment[];
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  email = await addressOf(world, acme.userId);
  const adapters = { ...unlimited, mailQueue: () => mailbox };
  const others = await Promise.all(race(INSTANCES - 1, () => startFunctionInstance(world, adapters)));
  closing.push(...others.map(({ close }) => close));
  instances = [world, ...others.map(({ url }) => reach({ ...world, url }))];
});
afterAll(async () => {
  for (const close of closing) await close();
});

const instanceOf = (runner: number) => instances[runner % INSTANCES] ?? world;

/** The results of a round; undefined if one of them says neither yes nor no. */
async function allAtOnce<Result extends { readonly status: number }>(
  run: (runner: number) => Promise<Result>,
): Promise<readonly Result[] | undefined> {
  const results = await Promise.all(race(RUNNERS, run));
  world.dynamo.forget();
  world.kms.forget();
  return results.some(({ status }) => status === 503) ? undefined : results;
}

async function repeat(rounds: number, runRound: () => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await runRound();
}

describe(`RACE: of ${RUNNERS} redemptions of one authorization code at once, at ${INSTANCES} instances`, () => {
  const rounds = roundsEach(3);
  let application: Credentials;
  let browser: FormBrowser;
  beforeAll(async () => {
    await allowRefreshTokens(world, acme);
    application = await newThirdParty(world, acme.apiId);
    browser = new FormBrowser(world.url);
    const consent = await openAs(browser, newRequest(), { email, mailbox });
    await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] });
  });

  const newRequest = () => new CodeRequest(application.clientId, { scope: 'openid offline_access read:reports' });

  test(
    'one succeeds, and the others end what it got',
    () =>
      repeat(rounds, async () => {
        const replies = await decide(async () => {
          const request = newRequest();
          // The consent is remembered, so that the answer comes at once.
          const answer = answerIn(await browser.open(request.path));
          return allAtOnce((runner) => request.redeem(instanceOf(runner), application, answer));
        });
        expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 1, 400: RUNNERS - 1 });
        const refused = replies.filter(({ status }) => status === 400).map(({ body }) => body);
        expect(countEach(refused.map((body) => (body as { error: string }).error))).toEqual({
          invalid_grant: RUNNERS - 1,
        });
        const won = granted(replies.find(({ status }) => status === 200) as Reply);
        expect(await areTokensActive(world, won)).toEqual([false, false]);
        expect((await refresh(world, application, won.refresh_token)).status).toBe(400);
      }),
    ROUND_MILLISECONDS_MAX * rounds,
  );
});

/** The page on which a person types a code, in one browser. */
interface Asked {
  readonly browser: FormBrowser;
  readonly page: Shown;
  readonly code: string;
}

/** Lets a person ask for a code, in an hour in which nobody has asked for one. */
async function askForCode(): Promise<Asked> {
  world.clock.advance(HOUR_SECONDS);
  const browser = new FormBrowser(world.url);
  const page = await browser.submit(await browser.open('/login'), { email });
  return { browser, page, code: mailbox.codeFor(email) };
}

/** Types a code at an instance, in the person's browser. Resolves with where the browser is sent. */
async function type(code: string, { browser, page }: Asked, { url }: Deployment) {
  const [form] = formsOf(page.html);
  if (form === undefined) throw new Error(`There is no form on this page: ${page.html}`);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const body = new URLSearchParams({ ...form.hidden, code });
  const reply = await fetch(url + form.action, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
  await reply.arrayBuffer();
  const isLoggedIn = reply.headers.get('location') === '/account' && reply.headers.getSetCookie().length === 1;
  return { status: reply.status, outcome: isLoggedIn ? 'in' : (reply.headers.get('location') ?? '') };
}

describe(`RACE: of ${RUNNERS} tries of a code of a mail at once, at ${INSTANCES} instances`, () => {
  const rounds = roundsEach(3);

  test(
    'R9: the right code logs in once',
    () =>
      repeat(rounds, async () => {
        const { results, path } = await decide(async () => {
          const asked = await askForCode();
          const tried = await allAtOnce((runner) => type(asked.code, asked, instanceOf(runner)));
          return tried && { results: tried, path: asked.page.path };
        });
        expect(countEach(results.map(({ outcome }) => outcome))).toEqual({ in: 1, [path]: RUNNERS - 1 });
      }),
    ROUND_MILLISECONDS_MAX * rounds,
  );

  test(
    'R9: wrong codes that come together use up the tries, and then the right code does not log in either',
    () =>
      repeat(rounds, async () => {
        const { asked, results } = await decide(async () => {
          const wanted = await askForCode();
          const tried = await allAtOnce((runner) => type(wrongCode(runner), wanted, instanceOf(runner)));
          return tried && { asked: wanted, results: tried };
        });
        expect(countEach(results.map(({ outcome }) => outcome))).toEqual({ [asked.page.path]: RUNNERS });
        expect((await type(asked.code, asked, world)).outcome).toBe(asked.page.path);
      }),
    ROUND_MILLISECONDS_MAX * rounds,
  );
});

/** A code of the right shape that no mail has: codes have no vowels. */
function wrongCode(runner: number): string {
  return `AAAA${'BCDFGHJKMNPQRSTVWXZ23456789AEIOU'.charAt(runner)}AAA`;
}
