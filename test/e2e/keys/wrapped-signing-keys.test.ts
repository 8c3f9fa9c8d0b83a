import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { apiTables as tables } from '#shared/api/tables.ts';
import { HOUR_SECONDS, signingKeysOf } from '#test/support/arrange/signing-keys.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { itemsOf, workspaceItems } from '#test/support/stored/table-items.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const keys = signingKeysOf(world);
let firstExchange: Awaited<ReturnType<typeof costOf>>;
beforeAll(async () => {
  await keys.wrap();
  firstExchange = await costOf(world, issue);
});

const issue = () => world.tokenFor(acme.tenantToken, { audience: REPORTS });
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const isActive = (token: string) => isTokenActive(world, token, acme.tenantToken);

describe('a workspace that signs with wrapped keys', () => {
  test('V7: unwraps a key once for a process, and then signs without asking anybody', async () => {
    const warm = { reads: 1, writes: 0, kms: [], comparisons: 0 };
    expect([firstExchange, await costOf(world, issue)]).toEqual([expect.objectContaining({ kms: ['Decrypt'] }), warm]);
  });

  test.each(ALGORITHMS)('signs %s tokens that everybody verifies', async (signingAlgorithm) => {
    await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { signingAlgorithm });
    const token = await issue();
    expect(kidOf(token)).toBe(await keys.find(signingAlgorithm, 'active', 'wrapped'));
    const currentDate = new Date(world.clock.nowSeconds() * 1_000);
    const verified = await jwtVerify(token, createLocalJWKSet(await keys.keySet()), { currentDate });
    expect([verified.payload.aud, await isActive(token)]).toEqual([REPORTS, true]);
    await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { signingAlgorithm: 'RS256' });
  });

  test('signs long-lived tokens and answers about tokens with a key that stays in KMS', async () => {
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const request = { description: 'for years', kind: 'access_token', roleIds: [acme.readerRoleId], audience: REPORTS };
    const made = (await world.manage('POST', path, request)).body as { accessToken: string };
    expect(kidOf(made.accessToken)).toBe(await keys.find('RS256', 'active', 'kms'));
  });

  test('V2: publishes the next key for hours before it signs, and no key that signs is older than a day', async () => {
    const published = new Map<string, number>();
    const ages: number[] = [];
    for (let hour = 0; hour < 60; hour += 1) {
      await keys.run();
      const now = world.clock.nowSeconds();
      const kids = (await keys.keySet()).keys.map(({ kid = '' }) => kid);
      for (const kid of kids.filter((known) => !published.has(known))) published.set(kid, now);
      ages.push(now - (published.get(kidOf(await issue()) ?? '') ?? now));
      world.clock.advance(HOUR_SECONDS);
    }
    expect(Math.max(...ages)).toBeLessThan(24 * HOUR_SECONDS);
    expect(Math.min(...ages.slice(24))).toBeGreaterThanOrEqual(3 * HOUR_SECONDS);
    expect((await keys.list()).filter(({ custody, state }) => custody === 'wrapped' && state === 'retired')).toEqual(
      [],
    );
  });

  test('V2: signs by KMS if no run has made the next key in time', async () => {
    world.clock.advance(25 * HOUR_SECONDS);
    expect(kidOf(await issue())).toBe(await keys.find('RS256', 'active', 'kms'));
    await keys.run();
    world.clock.advance(3 * HOUR_SECONDS);
    await keys.run();
    expect(kidOf(await issue())).toBe(await keys.find('RS256', 'active', 'wrapped'));
  });

  test('V5: signs by KMS at once if a wrapped key is revoked, and treats the tokens of that key as inactive', async () => {
    const token = await issue();
    await keys.revoke(kidOf(token));
    const next = await issue();
    expect([kidOf(next), await isActive(next), await isActive(token)]).toEqual([
      await keys.find('RS256', 'active', 'kms'),
      true,
      false,
    ]);
  });

  test('V7: is unavailable, and signs nothing, if KMS does not unwrap the key or unwraps another key', async () => {
    const post = () =>
      world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials', audience: REPORTS });
    await keys.run();
    world.clock.advance(3 * HOUR_SECONDS);
    await keys.run();
    const refuse = (operation: string) => (operation === 'Decrypt' ? denied() : undefined);
    expect((await whileFailing(world.kms, refuse, post)).status).toBe(503);
    const Plaintext = await unwrap('ES256');
    const other = (operation: string) =>
      operation === 'Decrypt' ? ({ kind: 'answer', body: { Plaintext } } as const) : undefined;
    expect((await whileFailing(world.kms, other, post)).status).toBe(503);
    expect((await post()).status).toBe(200);
  });

  test('V7: stores no private half in the clear', async () => {
    const stored = (await workspaceItems()).join();
    const der = Buffer.from(await unwrap('ES256'), 'base64');
    for (const spelling of ['base64', 'base64url', 'hex'] as const) {
      expect(stored).not.toContain(der.subarray(36, 68).toString(spelling).slice(2, -4));
    }
    expect(stored).not.toMatch(/"(?:d|p|q|dp|dq|qi)":"|PRIVATE KEY/);
  });

  test('V7: lets the exchange alone unwrap them', () => {
    const may = tables.filter(({ grants }) => (grants as readonly string[]).includes('tokens:issue'));
    expect(may.map(({ name }) => name)).toEqual(['exchange']);
  });
});

/** The answer of KMS about the wrapped key of an algorithm, with its encryption context (base64 of PKCS#8). */
async function unwrap(algorithm: string): Promise<string> {
  const item = (await itemsOf('directory')).find(({ key }) => key === 'signingKeys#workspace');
  const stored = item?.record as { keys: { algorithm: string; custody: Record<string, string> }[] } | undefined;
  const custody = stored?.keys.find((key) => key.algorithm === algorithm && key.custody.type === 'wrapped')?.custody;
  const { Plaintext = new Uint8Array() } = await new KMSClient({}).send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(custody?.ciphertext ?? '', 'base64'),
      EncryptionContext: { mintmark: 'signing-key', issuer: world.url, slot: custody?.slot ?? '' },
    }),
  );
  return Buffer.from(Plaintext).toString('base64');
}
