import { beforeAll, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { race } from '#test/support/ask/concurrent-calls.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { decide, ROUND_MILLISECONDS_MAX, RUNNERS, roundsEach } from '#test/support/faults/race-rounds.ts';
import { addressOf, newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS, type Reply } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const manage = (method: string, path: string, body?: object) => world.manage(method, path, body);
beforeAll(() => allowRefreshTokens(world, acme));

const ROUNDS = roundsEach();

/** The number of refreshes that begin before the withdrawal. */
const HEAD_START = RUNNERS / 2;

/** A person withdraws while the application refreshes. Returns how many of the tokens are active afterwards. */
async function withdrawUnderWay(): Promise<{ readonly refreshed: number; readonly active: number } | undefined> {
  // An address gets ten codes an hour.
  world.clock.advance(3_600);
  const application = await newThirdParty(world, acme.apiId);
  const email = await addressOf(world, acme.userId);
  const terms = { application, email, mailbox, permissions: ['read:reports'], resource: REPORTS };
  const first = await tokensByCode(world, { ...terms, scope: 'openid read:reports offline_access' });
  const path = `/v1/users/${acme.userId}/consents`;
  const { items } = await succeed<{ items: { id: string; clientId: string }[] }>(manage('GET', path));
  const consent = items.find(({ clientId }) => clientId === application.clientId);
  const refresh = () =>
    world.post('/oauth/token', application, {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token ?? '',
    });
  const early = race(HEAD_START, refresh);
  const withdrawal = manage('DELETE', `${path}/${consent?.id}`);
  const replies: readonly Reply[] = await Promise.all([...early, ...race(RUNNERS - HEAD_START, refresh)]);
  await succeed(withdrawal);
  if (replies.some(({ status }) => status === 503)) return undefined;
  const tokens = replies.filter(({ status }) => status === 200).flatMap(({ body }) => tokensIn(body));
  const answers = await Promise.all(tokens.map((token) => introspection(world, token)));
  return { refreshed: tokens.length, active: answers.filter(({ active }) => active).length };
}

function tokensIn(body: unknown): readonly string[] {
  const { access_token: token = '', refresh_token: refreshToken = '' } = body as Record<string, string>;
  return [token, refreshToken];
}

test(
  `RACE: of ${RUNNERS} refreshes at the time of a withdrawal none leaves an active token`,
  async () => {
    let refreshed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const result = await decide(withdrawUnderWay);
      expect(result.active).toBe(0);
      refreshed += result.refreshed;
    }
    // Without a token from before the withdrawal nothing was at stake.
    expect(refreshed).toBeGreaterThan(0);
  },
  ROUNDS * ROUND_MILLISECONDS_MAX,
);
