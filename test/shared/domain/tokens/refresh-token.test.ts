import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBase62 } from '#shared/domain/base62.ts';
import { parseSecret } from '#shared/domain/registration/secret.ts';
import { generationOf } from '#shared/domain/tokens/live-family.ts';
import { readRefreshToken, writeRefreshToken } from '#shared/domain/tokens/refresh-token.ts';
import type { TokenFamily } from '#shared/domain/tokens/token-family.ts';

const FAMILY = `fam_${'a'.repeat(22)}`;

const pepper = pepperOf('the pepper of this workspace');

function pepperOf(key: string) {
  const sealOf = (message: string) => toBase62(createHmac('sha256', key).update(message).digest(), 8);
  return {
    seal: async (message: string) => sealOf(message),
    isSealed: async (message: string, seal: string) => sealOf(message) === seal,
  };
}

const write = (familyId = FAMILY, of = pepper) => writeRefreshToken(familyId, randomBytes(32), of);

describe('a refresh token', () => {
  test('Q1: has its own prefix, 190 random bits and a checksum, and does not parse as a client secret', async () => {
    const { value, body } = await write();
    expect(value).toMatch(/^mmr_a{22}[0-9A-Za-z]{46}$/);
    expect([body, parseSecret(value)]).toEqual([value.slice(0, 58), undefined]);
    expect(32 * Math.log2(62)).toBeGreaterThanOrEqual(160);
  });

  test('is read with the same parts as it was written with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (entropy) => {
        const { value, ...parts } = await writeRefreshToken(FAMILY, entropy, pepper);
        expect(await readRefreshToken(value, pepper)).toEqual(parts);
      }),
    );
  });

  test('Q2: is refused with any character changed', async () => {
    const { value } = await write();
    const changed = [...value].map(
      (letter, at) => value.slice(0, at) + (letter === 'A' ? 'B' : 'A') + value.slice(at + 1),
    );
    const read = await Promise.all(changed.map((text) => readRefreshToken(text, pepper)));
    expect(read.filter((parts) => parts !== undefined)).toEqual([]);
  });

  test.each([
    ['made with another pepper', async () => (await write(FAMILY, pepperOf('a guess'))).value],
    ['without its last character', async () => (await write()).value.slice(0, -1)],
    ['with a line feed behind it', async () => `${(await write()).value}\n`],
    ['of no characters', async () => ''],
  ])('%s is refused', async (_case, text) => {
    expect(await readRefreshToken(await text(), pepper)).toBeUndefined();
  });
});

describe('generationOf', () => {
  const rotation = { previous: 'before', salt: 'salt', atSeconds: 1_000 };
  const family: TokenFamily = {
    id: FAMILY,
    clientId: 'cli_export',
    audience: 'https://api.example.com/reports',
    scope: 'read:reports',
    current: 'now',
    rotation,
    createdAtSeconds: 0,
    idleUntilSeconds: 2_000,
    expiresAtSeconds: 2_000,
    version: 2,
  };

  test.each([
    ['now', 10, 1_999, { is: 'current' }],
    ['now', 0, 1_000, { is: 'current' }],
    ['before', 10, 1_000, { is: 'previous', rotation }],
    ['before', 10, 1_009, { is: 'previous', rotation }],
    ['before', 10, 1_010, { is: 'replayed' }],
    ['before', 0, 1_000, { is: 'replayed' }],
    ['older', 30, 1_000, { is: 'replayed' }],
  ])('N5: places the token "%s" with a grace of %d s at second %d', (digest, graceSeconds, nowSeconds, generation) => {
    expect(generationOf(family, digest, { graceSeconds, nowSeconds })).toEqual(generation);
  });

  test('N5: treats every token but the current one as a replay before the first rotation', () => {
    const first = { ...family, rotation: undefined };
    expect(generationOf(first, 'before', { graceSeconds: 30, nowSeconds: 0 })).toEqual({ is: 'replayed' });
  });
});
