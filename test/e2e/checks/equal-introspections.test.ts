import { beforeAll, describe, expect, test } from 'vitest';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { allowRefreshTokens, beginFamily } from '#test/support/arrange/refresh-tokens.ts';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { headStart } from '#test/support/faults/failure-counters.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

/** Enough for the other tests of this file, little enough to be reached. */
const UNKNOWN_TOKENS_MAX = 40;

const world = useWorld({ adapters: { failures: headStart('unknown ', 3_000 - UNKNOWN_TOKENS_MAX) } });
const acme = useAcme(world);
const globex = useAcme(world);
beforeAll(() => allowRefreshTokens(world, acme));

const newClient = () => createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId] });

/** A token of Acme that works, and a token of the same kind that does not work any more. */
const kinds: Readonly<Record<string, () => Promise<readonly [works: string, ended: string]>>> = {
  'a revoked access token': async () => {
    const [works, ended] = [await world.tokenFor(acme.tenantToken), await world.tokenFor(acme.tenantToken)];
    await world.post('/oauth/revoke', acme.tenantToken, { token: ended });
    return [works, ended];
  },
  'an access token of a deleted client': async () => {
    const [stays, goes] = [await newClient(), await newClient()];
    const tokens = [await world.tokenFor(stays), await world.tokenFor(goes)] as const;
    await world.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${goes.clientId}`);
    return tokens;
  },
  'a revoked refresh token': async () => {
    const [works, ended] = [await beginFamily(world, acme.tenantToken), await beginFamily(world, acme.tenantToken)];
    await world.post('/oauth/revoke', acme.tenantToken, { token: ended.refresh_token });
    return [works.refresh_token, ended.refresh_token];
  },
};

describe('Sound 16: introspection by a party that may not learn about a token', () => {
  const outsider = prepared(async (): Promise<Credentials> => globex.tenantToken);
  const ask = (token: string) => world.post('/oauth/introspect', outsider, { token });

  test.each(Object.entries(kinds))(
    'Sound 16: takes the same work for an active token as for %s',
    async (_name, make) => {
      const [works, ended] = await make();
      for (const token of [works, ended]) expect((await ask(token)).text).toBe('{"active":false}');
      expect(await costOf(world, () => ask(works))).toEqual(await costOf(world, () => ask(ended)));
    },
  );

  test('Sound 16: counts an active token like an inactive token, so that the limit tells nothing', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const scan = (text: string) => world.post('/oauth/introspect', globex.personalToken, { token: text });
    const replies = await repeat(UNKNOWN_TOKENS_MAX, () => scan(token));
    expect(new Set(replies.map(({ text }) => text))).toEqual(new Set(['{"active":false}']));
    expect([(await scan(token)).status, (await scan('unknown')).status]).toEqual([429, 429]);
  });
});
