import { createLocalJWKSet, decodeProtectedHeader, type JWTVerifyResult, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoneWorkspace, startLoneWorkspace } from '#test/support/arrange/lone-algorithm.ts';
import { DEFAULTS, signingKeysOf } from '#test/support/arrange/signing-keys.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { bitsSet, readList, statusOf } from '#test/support/ask/status-lists.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { type Acme, arrangeAcme, basic, REPORTS } from '#test/support/world/world.ts';

/** Later than any memory of a status list lasts. */
const LIST_SECONDS = 30;

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

describe.each(['PS256', 'ES256', 'EdDSA'] as const)('a workspace that signs with %s and nothing else', (algorithm) => {
  let workspace: LoneWorkspace;
  let acme: Acme;
  let keys: ReturnType<typeof signingKeysOf>;
  beforeAll(async () => {
    workspace = await startLoneWorkspace(engines, algorithm);
    acme = await arrangeAcme(workspace);
    keys = signingKeysOf(workspace);
    await workspace.manage('PATCH', `/v1/apis/${acme.apiId}`, { statusList: true });
  });
  afterAll(() => workspace.close());

  const issue = () => workspace.tokenFor(acme.tenantToken, { audience: REPORTS });
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;
  const isActive = (token: string) => isTokenActive(workspace, token, acme.tenantToken);
  /** Verifies with the issuer's key set, and takes only this algorithm. */
  const verify = async (jwt: string, expected = {}): Promise<JWTVerifyResult> =>
    jwtVerify(jwt, createLocalJWKSet(await keys.keySet()), {
      algorithms: [algorithm],
      issuer: workspace.url,
      currentDate: new Date(workspace.clock.nowSeconds() * 1_000),
      ...expected,
    });
  const isVerified = (token: string) =>
    verify(token, { audience: REPORTS, typ: 'at+jwt' }).then(
      () => true,
      () => false,
    );
  const verdictsOn = async (token: string) => ({
    isActive: await isActive(token),
    isVerified: await isVerified(token),
  });

  test('V9, F1: advertises this algorithm only, publishes keys for it only, and refuses an API with another algorithm', async () => {
    const { body } = await workspace.send('GET', '/.well-known/oauth-authorization-server');
    const { introspection_signing_alg_values_supported: advertised } = body as Record<string, unknown>;
    const published = (await keys.keySet()).keys.map(({ alg }) => alg);
    expect([advertised, new Set(published)]).toEqual([[algorithm], new Set([algorithm])]);
    const register = (signingAlgorithm: string) => {
      const identifier = `https://api.example.com/${signingAlgorithm}`;
      return workspace.manage('POST', '/v1/apis', { identifier, name: 'Another', permissions: [], signingAlgorithm });
    };
    expect([(await register('RS256')).status, (await register(algorithm)).status]).toEqual([400, 201]);
  });

  test('V9: issues tokens that are active at introspection and verify offline, for APIs and for its own API', async () => {
    const [token, own] = [await issue(), await workspace.tokenFor(workspace.admin)];
    expect([token, own].map((jwt) => decodeProtectedHeader(jwt))).toEqual(
      Array(2).fill({ alg: algorithm, kid: await keys.find(algorithm, 'active'), typ: 'at+jwt' }),
    );
    expect(await verdictsOn(token)).toEqual({ isActive: true, isVerified: true });
  });

  test('V9: signs answers about tokens, and status lists that say which were revoked', async () => {
    const [revoked, other] = [await issue(), await issue()];
    const { uri, idx } = statusOf(revoked);
    await workspace.post('/oauth/revoke', acme.tenantToken, { token: revoked });
    workspace.clock.advance(LIST_SECONDS);
    const list = (await readList(workspace, uri)).text;
    const answer = await workspace.send('POST', '/oauth/introspect', {
      headers: { authorization: basic(acme.tenantToken), accept: 'application/token-introspection+jwt' },
      body: new URLSearchParams({ token: other }),
    });
    const { payload } = await verify(answer.text, { typ: 'token-introspection+jwt' });
    expect(payload.token_introspection).toMatchObject({ active: true, aud: REPORTS });
    expect((await verify(list, { typ: 'statuslist+jwt', issuer: undefined })).payload.sub).toBe(uri);
    expect([bitsSet(list).includes(idx), bitsSet(list).includes(statusOf(other).idx)]).toEqual([true, false]);
  });

  test('V2: verifies older and newer tokens than a rotation', async () => {
    await keys.run();
    workspace.clock.advance(DEFAULTS.lead);
    const before = await issue();
    await keys.rotate(kidOf(before));
    const after = await issue();
    expect([kidOf(before), kidOf(after)]).toEqual([
      await keys.find(algorithm, 'retiring'),
      await keys.find(algorithm, 'active'),
    ]);
    workspace.clock.advance(1);
    const good = { isActive: true, isVerified: true };
    expect([await verdictsOn(before), await verdictsOn(after)]).toEqual([good, good]);
  });

  test('V5: takes no token of a revoked key, and signs with the next key', async () => {
    await keys.run();
    const before = await issue();
    expect((await keys.revoke(kidOf(before))).status).toBe(200);
    const after = await issue();
    workspace.clock.advance(1);
    expect([await verdictsOn(before), await verdictsOn(after)]).toEqual([
      { isActive: false, isVerified: false },
      { isActive: true, isVerified: true },
    ]);
  });
});
