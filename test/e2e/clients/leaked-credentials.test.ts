import { beforeAll, describe, expect, test } from 'vitest';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { allowRefreshTokens, beginFamily, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { sendRaw } from '#test/support/ask/raw-http.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { openForge } from '#test/support/forge/forge.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { auditLinesOf, workspaceItems } from '#test/support/stored/table-items.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const PATH = '/v1/leaked-credentials';

const HEADERS = { 'content-type': 'application/json' };

const REFUSED = '401 invalid_client';

const world = useWorld({ onReply: assertConforms, adapters: { failures: sharedFailureCounter } });
const acme = useAcme(world);
beforeAll(async () => {
  await allowRefreshTokens(world, acme);
});

interface Report {
  readonly credential: string;
  readonly clientId?: string;
}

const report = (found: Report) => world.send('POST', PATH, { headers: HEADERS, body: JSON.stringify(found) });

const secretOf = ({ clientId, clientSecret }: Credentials): Report => ({ credential: clientSecret, clientId });

const nothing = { status: 204, text: '' };

const told = ({ status, text }: Reply) => ({ status, text });

const newClient = () => createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId] });

const secretsPath = ({ clientId }: Credentials) => `/v1/tenants/${acme.tenantId}/api-tokens/${clientId}/secrets`;

const selectorOf = ({ clientSecret }: Credentials) => clientSecret.slice(4, 10);

async function newLongLived() {
  const wish = { kind: 'access_token', description: 'of a test', roleIds: [acme.readerRoleId] };
  const { body } = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, wish);
  return body as { readonly clientId: string; readonly accessToken: string };
}

/** Outcome, target and reason of the audit lines about a report. */
async function linesAbout({ headers }: Reply) {
  const lines = await auditLinesOf(headers.get('x-request-id'));
  return lines.map(({ type, outcome, target, reason }) => ({ type, outcome, target, reason }));
}

function bothLines(target: object) {
  const common = { type: 'credential.leaked', target, reason: undefined };
  return [
    { ...common, outcome: 'attempted' },
    { ...common, outcome: 'succeeded' },
  ];
}

describe('Q10: the report of a leaked credential', () => {
  test('Q10: ends an access token, and no other access token', async () => {
    const [found, other] = [await world.tokenFor(acme.tenantToken), await world.tokenFor(acme.tenantToken)];
    const reply = await report({ credential: found });
    expect([told(reply), reply.headers.get('cache-control')]).toEqual([nothing, 'no-store']);
    expect(await introspectedScope(world, found)).toBeUndefined();
    expect(await introspectedScope(world, other)).toBe('read:reports write:reports');
    const target = { clientId: acme.tenantToken.clientId, tokenId: expect.stringMatching(/^tok_/) };
    expect(await linesAbout(reply)).toEqual(bothLines(target));
  });

  test('Q10: ends a refresh token, with the access tokens of its family', async () => {
    const family = await beginFamily(world, acme.tenantToken);
    const reply = await report({ credential: family.refresh_token });
    expect(told(reply)).toEqual(nothing);
    expect(seen(await refresh(world, acme.tenantToken, family.refresh_token))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await introspectedScope(world, family.access_token)).toBeUndefined();
    const target = { clientId: acme.tenantToken.clientId, tokenId: expect.stringMatching(/^fam_/) };
    expect(await linesAbout(reply)).toEqual(bothLines(target));
  });

  test('Q10: ends the JWT of an API token, which is disabled and still shown', async () => {
    const { clientId, accessToken } = await newLongLived();
    expect(await introspectedScope(world, accessToken)).toBe('read:reports');
    const reply = await report({ credential: accessToken });
    expect([told(reply), await introspectedScope(world, accessToken)]).toEqual([nothing, undefined]);
    const { body } = await world.manage('GET', `/v1/tenants/${acme.tenantId}/api-tokens/${clientId}`);
    expect(body).toMatchObject({ clientId, status: 'disabled' });
    expect(await linesAbout(reply)).toEqual(bothLines({ clientId, tokenId: expect.stringMatching(/^tok_/) }));
  });

  test('Q10: ends a secret with the access tokens of its client, even if it is the last secret', async () => {
    const first = await newClient();
    const second = { ...first, ...((await world.manage('POST', secretsPath(first), {})).body as object) };
    const token = await world.tokenFor(first);
    const reply = await report(secretOf(first));
    expect(told(reply)).toEqual(nothing);
    expect([await exchangeOutcome(world, first), await exchangeOutcome(world, second)]).toEqual([
      REFUSED,
      'read:reports',
    ]);
    expect(await introspectedScope(world, token)).toBeUndefined();
    expect(await linesAbout(reply)).toEqual(bothLines({ clientId: first.clientId, secretId: selectorOf(first) }));
    expect(told(await report(secretOf(second)))).toEqual(nothing);
    expect(await exchangeOutcome(world, second)).toBe(REFUSED);
  });

  test('Q10: ends the new secret of a rotation, and leaves the old one as it was before', async () => {
    const old = await newClient();
    const { body } = await world.manage('POST', `${secretsPath(old)}/rotate`, { graceSeconds: 60 });
    const added = { ...old, ...(body as object) };
    await report(secretOf(added));
    world.clock.advance(61);
    expect([await exchangeOutcome(world, added), await exchangeOutcome(world, old)]).toEqual([REFUSED, 'read:reports']);
  });

  test('Q10: tells its owner by EventBridge, without the credential', async () => {
    const found = await newClient();
    const { headers } = await report(secretOf(found));
    world.clock.advance(60);
    await world.run('publish-events');
    const requestId = headers.get('x-request-id');
    const events = world.events.filter((event) => JSON.stringify(event).includes(`${requestId}`));
    const target = { clientId: found.clientId, secretId: selectorOf(found) };
    const detail = expect.objectContaining({ outcome: 'succeeded', target });
    expect(events).toEqual([{ source: 'mintmark', detailType: 'credential.leaked', detail }]);
    expect(JSON.stringify(events)).not.toContain(found.clientSecret.slice(10));
  });
});

describe('Q10: a report at the same time as a deletion', () => {
  const tokens = () => `/v1/tenants/${acme.tenantId}/api-tokens`;
  const prepared = {
    'a secret': async () => {
      const client = await newClient();
      return { found: secretOf(client), path: `${tokens()}/${client.clientId}` };
    },
    'a JWT': async () => {
      const { clientId, accessToken } = await newLongLived();
      return { found: { credential: accessToken }, path: `${tokens()}/${clientId}` };
    },
  };

  test.each(Object.entries(prepared))(
    'of %s is answered like every report, and the deletion is made',
    async (_what, prepare) => {
      const rounds = Array.from({ length: 8 }, async () => {
        const { found, path } = await prepare();
        const [reported, deleted] = await Promise.all([report(found), world.manage('DELETE', path)]);
        return [told(reported), deleted.status, (await world.manage('GET', path)).status];
      });
      for (const round of await Promise.all(rounds)) expect(round).toEqual([nothing, 204, 404]);
    },
  );
});

describe('Q10: a report changes nothing', () => {
  const forged = async (claims: (now: number) => Record<string, unknown>) => {
    const forge = openForge(await world.tokenFor(acme.tenantToken));
    return forge.vary({ claims: claims(world.clock.nowSeconds()) }).finally(() => forge.close());
  };
  const byForeignKey = async () => {
    const forge = openForge(await world.tokenFor(acme.tenantToken));
    return forge.vary({ signer: await forge.foreignKey() }).finally(() => forge.close());
  };

  test.each<readonly [string, () => Promise<Report>]>([
    ['junk', async () => ({ credential: 'junk' })],
    ["another issuer's", async () => ({ credential: await forged(() => ({ iss: 'https://auth.example.com' })) })],
    ['signed by another key', async () => ({ credential: await byForeignKey() })],
    ['expired', async () => ({ credential: await forged((now) => ({ exp: now - 1, iat: now - 60, nbf: now - 60 })) })],
    ['a secret without its client', async () => ({ credential: acme.tenantToken.clientSecret })],
    ["a secret beside another's id", async () => ({ ...secretOf(acme.tenantToken), clientId: world.admin.clientId })],
    [
      'a refresh token with one character changed',
      async () => {
        const { refresh_token: token } = await beginFamily(world, acme.tenantToken);
        return { credential: token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) };
      },
    ],
  ])('Q10: at no cost and with the same answer, if the reported text is %s', async (_name, prepare) => {
    const genuine = await report({ credential: await world.tokenFor(acme.tenantToken) });
    const found = await prepare();
    const before = await workspaceItems();
    const reply = await report(found);
    expect(wholeReply(reply)).toEqual(wholeReply(genuine));
    expect(await linesAbout(reply)).toEqual([]);
    expect(await workspaceItems()).toEqual(before);
    expect(await costOf(world, () => report(found))).toEqual(FREE);
  });

  test.each<readonly [string, () => Promise<Report>]>([
    ['an access token', async () => ({ credential: await world.tokenFor(acme.tenantToken) })],
    ['a refresh token', async () => ({ credential: (await beginFamily(world, acme.tenantToken)).refresh_token })],
    ['a JWT', async () => ({ credential: (await newLongLived()).accessToken })],
    ['a secret', async () => secretOf(await newClient())],
  ])('Q10: when %s is reported for the second time', async (_name, prepare) => {
    const found = await prepare();
    const first = await report(found);
    const before = await workspaceItems();
    const second = await report(found);
    expect([wholeReply(second), await linesAbout(second)]).toEqual([wholeReply(first), []]);
    expect(await workspaceItems()).toEqual(before);
  });

  test("Q10: if it is the administrator's last secret, but is written down", async () => {
    const reply = await report(secretOf(world.admin));
    expect(told(reply)).toEqual(nothing);
    expect(await world.tokenFor(world.admin)).toMatch(/^eyJ/);
    expect(await linesAbout(reply)).toEqual([
      expect.objectContaining({ outcome: 'attempted' }),
      expect.objectContaining({ outcome: 'refused', reason: 'conflict' }),
    ]);
  });

  test.each(['BatchGetItem', 'PutItem'])('Q10: if %s fails, and answers 503', async (failing) => {
    const client = await newClient();
    const fail = (called: string) => (called === failing ? denied() : undefined);
    const reply = await whileFailing(world.dynamo, fail, () => report(secretOf(client)));
    expect(seen(reply)).toEqual(problem(503, 'temporarily_unavailable'));
    expect(await exchangeOutcome(world, client)).toBe('read:reports');
  });

  test('Q10: if its source has reported a hundred unknown credentials in this minute', async () => {
    world.clock.advance(60);
    const found = await world.tokenFor(acme.tenantToken);
    const reportFrom = (localAddress: string, credential: string) =>
      sendRaw(world.url, {
        target: PATH,
        headers: Object.entries(HEADERS),
        body: JSON.stringify({ credential }),
        localAddress,
      });
    const replies: Reply[] = [];
    for (let count = 0; count < 100; count += 1) replies.push(await reportFrom('127.0.2.1', 'junk'));
    const late = await reportFrom('127.0.2.1', found);
    expect([new Set(replies.map(({ status }) => status)), late.status]).toEqual([new Set([204]), 429]);
    expect(await introspectedScope(world, found)).toBeDefined();
    expect((await reportFrom('127.0.2.2', found)).status).toBe(204);
    expect(await introspectedScope(world, found)).toBeUndefined();
  });
});
