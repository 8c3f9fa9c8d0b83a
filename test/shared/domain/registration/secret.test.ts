import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBase62 } from '#shared/domain/base62.ts';
import type { Pepper } from '#shared/domain/keys/ports.ts';
import { isGenuine, newSecret, parseSecret } from '#shared/domain/registration/secret.ts';

const SHAPE = /^mms_[0-9A-Za-z]{52}$/;

const LETTERS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];

const CLIENT = 'cli_export';

const request = { clientId: CLIENT, createdBy: 'cli_admin' };

const NOW_SECONDS = 1_800_000_000;

const pepper = pepperOf('the pepper of this workspace');

const ports = {
  pepper,
  random: { bytes: (length: number) => randomBytes(length) },
  clock: { nowSeconds: () => NOW_SECONDS },
  hasher: {
    hash: async (secret: string) => `hash of ${secret}`,
    compare: async () => false,
    remembers: () => false,
    decoyHash: '',
  },
};

let secret: string;
beforeAll(async () => {
  secret = (await newSecret(request, ports)).value;
});

describe('a new secret', () => {
  test('Q1: has the documented format and comes with its stored form', async () => {
    const { value, stored } = await newSecret(request, ports);
    expect(value).toMatch(SHAPE);
    expect(stored).toEqual({
      selector: value.slice(4, 10),
      hash: `hash of ${value}`,
      lastFour: value.slice(-4),
      createdBy: 'cli_admin',
      createdAtSeconds: NOW_SECONDS,
    });
  });

  test('B16: fits into the 72 bytes that bcrypt sees', () => {
    expect(Buffer.byteLength(secret)).toBe(56);
  });

  test('B18: is hashed alone, never together with other text', async () => {
    const hashed: string[] = [];
    const hasher = { ...ports.hasher, hash: async (text: string) => String(hashed.push(text)) };
    const { value } = await newSecret(request, { ...ports, hasher });
    expect(hashed).toEqual([value]);
  });

  test('B20: has at least 160 random bits besides the selector', async () => {
    const asked: number[] = [];
    const random = { bytes: (length: number) => randomBytes(asked.push(length) && length) };
    await newSecret(request, { ...ports, random });
    expect(asked).toEqual([16, 32]);
    expect(32 * Math.log2(62)).toBeGreaterThanOrEqual(160);
  });

  test('B20: has every letter at every place of its random part', async () => {
    const secrets = await Promise.all(Array.from({ length: 2_000 }, () => newSecret(request, ports)));
    const lettersAt = Array.from({ length: 38 }, (_, at) => new Set(secrets.map(({ value }) => value[4 + at])).size);
    expect(lettersAt).toEqual(Array(38).fill(62));
    expect(new Set(secrets.map(({ value }) => value)).size).toBe(2_000);
  });
});

describe('parseSecret', () => {
  test('reads the parts of a new secret, which is genuine for its client', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (clientId) => {
        const { value, stored } = await newSecret({ clientId, createdBy: 'cli_admin' }, ports);
        const parts = parseSecret(value);
        expect(parts).toEqual({ selector: stored.selector, body: value.slice(0, 42), seal: value.slice(42, 50) });
        expect(parts && (await isGenuine(clientId, parts, pepper))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('Q2: refuses every change of a single character', () => {
    const changes = [...secret].flatMap((letter, at) =>
      [...LETTERS, '_', '-', ' ', 'é', '']
        .filter((other) => other !== letter)
        .map((other) => replaceAt(secret, at, other)),
    );
    expect(changes.length).toBeGreaterThan(3_600);
    expect(changes.filter((changed) => parseSecret(changed) !== undefined)).toEqual([]);
  });

  test('Q2: refuses every insertion and every swap of neighbours', () => {
    const insertions = [...secret].flatMap((_, at) =>
      LETTERS.map((letter) => secret.slice(0, at) + letter + secret.slice(at)),
    );
    const swaps = [...secret].map((letter, at) =>
      replaceAt(replaceAt(secret, at, secret[at + 1] ?? ''), at + 1, letter),
    );
    const changed = [...insertions, ...swaps].filter((text) => text !== secret);
    expect(changed.filter((text) => parseSecret(text) !== undefined)).toEqual([]);
  });

  test('Q3: accepts none of 100,000 random strings of the right shape', () => {
    const letters = () => [...randomBytes(52)].map((byte) => LETTERS[byte % 62]).join('');
    const taken = Array.from({ length: 100_000 }, () => `mms_${letters()}`).filter(parseSecret);
    expect(taken).toEqual([]);
  });

  test('refuses any text of another shape', () => {
    const near = fc.tuple(
      fc.constantFrom('', 'mms_', 'MMS_', 'mms-', ' mms_'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          near.map((parts) => parts.join('')),
        ),
        (text) => {
          expect(parseSecret(text)).toBeUndefined();
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['the empty text', () => ''],
    ['the prefix alone', () => 'mms_'],
    ['a line feed after the secret', () => `${secret}\n`],
    ['NUL after the secret', () => `${secret}\0`],
    ['a space before the secret', () => ` ${secret}`],
    ['the secret twice', () => secret + secret],
    ['the secret in capitals', () => secret.toUpperCase()],
  ])('B17, B19: refuses %s', (_what, text) => {
    expect(parseSecret(text())).toBeUndefined();
  });
});

describe('isGenuine', () => {
  test('B22: refuses a secret that was sealed with another pepper, also with a right checksum', async () => {
    const forged = (await newSecret(request, { ...ports, pepper: pepperOf('a guess') })).value;
    const parts = parseSecret(forged);
    expect(parts && (await isGenuine(CLIENT, parts, pepper))).toBe(false);
  });

  test('B22: refuses every changed letter in the sealed text, also with a right checksum', async () => {
    const changes = Array.from({ length: 46 }, (_, index) => 4 + index).flatMap((at) =>
      LETTERS.filter((letter) => letter !== secret[at]).map((letter) => withChecksum(replaceAt(secret, at, letter))),
    );
    const parts = changes.map(parseSecret).filter((found) => found !== undefined);
    expect(parts).toHaveLength(46 * 61);
    const genuine = await Promise.all(parts.map((found) => isGenuine(CLIENT, found, pepper)));
    expect(genuine.filter(Boolean)).toEqual([]);
  });

  test('B13: refuses the secret of one client under the id of another', async () => {
    const parts = parseSecret(secret);
    expect(parts && (await isGenuine('cli_other', parts, pepper))).toBe(false);
  });
});

function pepperOf(key: string): Pepper {
  const seal = (message: string) => toBase62(createHmac('sha256', key).update(message).digest(), 8);
  return { seal: async (message) => seal(message), isSealed: async (message, sealed) => seal(message) === sealed };
}

function replaceAt(text: string, at: number, letter: string): string {
  return text.slice(0, at) + letter + text.slice(at + 1);
}

/** Replaces the checksum by the right checksum of the other characters, which anybody can compute. */
function withChecksum(text: string): string {
  const sealed = text.slice(0, -6);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(sealed));
  return sealed + toBase62(sum, 6);
}
