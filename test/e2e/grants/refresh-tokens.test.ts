import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, REPORTS, type Reply } from '#test/support/world/world.ts';

const SHAPE = /^mmr_[0-9A-Za-z]{68}$/;
const EVERYTHING = 'read:reports write:reports';
const REFUSED = oauthError(400, 'invalid_grant');

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let family: Refreshable;
beforeAll(() => allowRefreshTokens(world, acme));
beforeEach(async () => {
  family = await beginFamily(world, acme.tenantToken);
});

const use = (refreshToken: string, parameters: Record<string, string> = {}) =>
  refresh(world, acme.tenantToken, refreshToken, parameters);
const outcome = async (replying: Promise<Reply>) => seen(await replying);
const isActive = (token: string) => isTokenActive(world, token, acme.tenantToken);
const areActive = (one: Refreshable) => areTokensActive(world, one, acme.tenantToken);

describe('C2: a refresh token', () => {
  test('is given to a client that asks for offline_access, which is no permission of the token', async () => {
    expect(family).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: `${EVERYTHING} offline_access`,
      refresh_token: expect.stringMatching(SHAPE),
    });
    expect(decodeJwt(family.access_token)).toMatchObject({ scope: EVERYTHING, permissions: EVERYTHING.split(' ') });
    const narrow = await beginFamily(world, acme.tenantToken, { scope: 'offline_access read:reports' });
    expect(narrow.scope).toBe('read:reports offline_access');
  });

  test('is given to no other client', async () => {
    const form = { grant_type: 'client_credentials', audience: REPORTS };
    const { body } = await world.post('/oauth/token', acme.tenantToken, form);
    expect(body).not.toHaveProperty('refresh_token');
    expect(decodeJwt((body as Refreshable).access_token)).toMatchObject({ depends_on: [acme.apiId] });
  });

  test('is refused if its API allows none, also if it was issued before', async () => {
    await allowRefreshTokens(world, acme, false);
    const refused = [await outcome(askOffline(world, acme.tenantToken)), await outcome(use(family.refresh_token))];
    const known = await isActive(family.refresh_token);
    await allowRefreshTokens(world, acme);
    expect([refused, known]).toEqual([[oauthError(400, 'invalid_scope'), REFUSED], false]);
    expect((await use(family.refresh_token)).status).toBe(200);
  });

  test('is never given for the management API', async () => {
    const form = { audience: `${world.url}/v1/` };
    expect(await outcome(askOffline(world, world.admin, form))).toEqual(oauthError(400, 'invalid_scope'));
  });
});

describe('N1: a refresh token that was exchanged', () => {
  test('is refused, and its successor works', async () => {
    const second = granted(await use(family.refresh_token));
    expect(second).toEqual({
      ...family,
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(SHAPE),
    });
    expect(second.refresh_token).not.toBe(family.refresh_token);
    const third = granted(await use(second.refresh_token));
    expect(await Promise.all([family, second, third].map(({ access_token: token }) => isActive(token)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await isActive(family.refresh_token)).toBe(false);
  });

  test('N1, I7: ends the whole family with all access tokens if it comes back after the grace', async () => {
    const second = granted(await use(family.refresh_token));
    world.clock.advance(10);
    expect(await outcome(use(family.refresh_token))).toEqual(REFUSED);
    expect([await areActive(family), await areActive(second)]).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(await outcome(use(second.refresh_token))).toEqual(REFUSED);
  });

  test('ends the family at once if its successor was exchanged already', async () => {
    const second = granted(await use(family.refresh_token));
    const third = granted(await use(second.refresh_token));
    expect(await outcome(use(family.refresh_token))).toEqual(REFUSED);
    expect(await areActive(third)).toEqual([false, false]);
  });

  test('leaves the other families of its client alone', async () => {
    const other = await beginFamily(world, acme.tenantToken);
    granted(await use(granted(await use(family.refresh_token)).refresh_token));
    await use(family.refresh_token);
    expect(await areActive(other)).toEqual([true, true]);
  });
});

describe('N5: within the grace for a repeated refresh token', () => {
  test('the token before gets the same successor, once more and again', async () => {
    const successors = [await use(family.refresh_token), await use(family.refresh_token)].map(granted);
    world.clock.advance(9);
    successors.push(granted(await use(family.refresh_token)));
    expect(new Set(successors.map(({ refresh_token: token }) => token)).size).toBe(1);
    expect(new Set(successors.map(({ access_token: token }) => token)).size).toBe(3);
    expect((await use(successors[0]?.refresh_token ?? '')).status).toBe(200);
  });

  test('a lost reply of the table makes no difference', async () => {
    const lost = loseFirstReplyTo('PutItem');
    const second = granted(await whileFailing(world.dynamo, lost, () => use(family.refresh_token)));
    expect((await use(second.refresh_token)).status).toBe(200);
  });

  test('a repeat ends the family if the grace is set to zero', async () => {
    await changeRefreshTokens(world, { graceSeconds: 0 });
    const second = granted(await use(family.refresh_token));
    const repeated = await outcome(use(family.refresh_token));
    const rest = await areActive(second);
    await changeRefreshTokens(world, { graceSeconds: 10 });
    expect([repeated, rest]).toEqual([REFUSED, [false, false]]);
  });

  test.each(['BatchGetItem', 'PutItem'])('a failing %s uses up nothing', async (failing) => {
    const fail = (operation: string) => (operation === failing ? denied() : undefined);
    const failed = await whileFailing(world.dynamo, fail, () => use(family.refresh_token));
    expect(seen(failed)).toEqual(oauthError(503, 'temporarily_unavailable'));
    world.clock.advance(60);
    expect((await use(family.refresh_token)).status).toBe(200);
  });

  test('a failing signature uses up nothing', async () => {
    const failed = await whileFailing(world.kms, denied, () => use(family.refresh_token));
    expect(failed.status).toBe(503);
    world.clock.advance(60);
    expect((await use(family.refresh_token)).status).toBe(200);
  });
});

describe('N2: a refresh token is for its client', () => {
  test('and is refused to every other client like an unknown token, also to clients of its tenant', async () => {
    const unknown = await refresh(world, acme.personalToken, 'unknown');
    const { tenantToken: foreigner } = await arrangeAcme(world);
    for (const client of [acme.personalToken, foreigner]) {
      const reply = await refresh(world, client, family.refresh_token);
      expect([seen(reply), wholeReply(reply)]).toEqual([REFUSED, wholeReply(unknown)]);
    }
    expect(await areActive(family)).toEqual([true, true]);
  });

  test('which has to authenticate', async () => {
    const nobody = { ...acme.tenantToken, clientSecret: acme.personalToken.clientSecret };
    expect(await outcome(refresh(world, nobody, family.refresh_token))).toEqual(oauthError(401, 'invalid_client'));
    const form = { grant_type: 'refresh_token', refresh_token: family.refresh_token };
    const { clientId: client_id } = acme.tenantToken;
    expect((await world.post('/oauth/token', undefined, { ...form, client_id })).status).toBe(401);
  });
});

describe('N3: the scope of a refresh', () => {
  test('can be narrowed for one access token, and the next access token has everything again', async () => {
    const second = granted(await use(family.refresh_token, { scope: 'read:reports' }));
    const third = granted(await use(second.refresh_token, { scope: 'offline_access write:reports' }));
    const fourth = granted(await use(third.refresh_token));
    expect([second, third, fourth].map(({ scope }) => scope)).toEqual([
      'read:reports',
      'write:reports offline_access',
      `${EVERYTHING} offline_access`,
    ]);
  });

  test.each(['write:reports', 'read:reports write:reports', 'delete', 'read:reports  write:reports'])(
    'cannot be widened: "%s", and nothing is used up',
    async (scope) => {
      const narrow = await beginFamily(world, acme.tenantToken, { scope: 'offline_access read:reports' });
      expect(await outcome(use(narrow.refresh_token, { scope }))).toEqual(oauthError(400, 'invalid_scope'));
      expect(granted(await use(narrow.refresh_token)).scope).toBe('read:reports offline_access');
    },
  );

  test.each(['https://api.example.com/ledger', `${REPORTS}/`])('is about no other audience: %s', async (audience) => {
    expect(await outcome(use(family.refresh_token, { audience }))).toEqual(oauthError(400, 'invalid_target'));
    expect((await use(family.refresh_token, { audience: REPORTS })).status).toBe(200);
  });
});

describe('N9, Q1, Q4: a refresh token', () => {
  test('is stored in no table, and neither is its secret part', async () => {
    const second = granted(await use(family.refresh_token));
    const stored = JSON.stringify(await itemsOf('tokens')) + world.dynamo.bodies.join('\n');
    for (const { refresh_token: token } of [family, second]) expect(stored).not.toContain(token.slice(26, 58));
    expect(stored).toContain(family.refresh_token.slice(4, 26));
  });

  test.each([
    ['of any text', () => 'refresh'],
    ['of the right shape', () => `mmr_${'A'.repeat(68)}`],
    ['with a character changed', () => family.refresh_token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['that is a secret', () => acme.tenantToken.clientSecret],
    ['that is an access token', () => family.access_token],
  ])('Q2: is refused at the cost of reading the client: %s', async (_name, forge) => {
    const forged = forge();
    await use(forged);
    expect(await costOf(world, () => use(forged))).toEqual({ reads: 1, writes: 0, kms: [], comparisons: 0 });
    expect(await outcome(use(forged))).toEqual(REFUSED);
  });

  test('costs two reads, one conditional write and one signature', async () => {
    const second = granted(await use(family.refresh_token));
    const cost = await costOf(world, () => use(second.refresh_token));
    expect(cost).toEqual({ reads: 2, writes: 1, kms: ['Sign'], comparisons: 0 });
  });

  test('makes the request invalid if it is missing', async () => {
    const reply = await world.post('/oauth/token', acme.tenantToken, { grant_type: 'refresh_token' });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_request'));
  });
});
