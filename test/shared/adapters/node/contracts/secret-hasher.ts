import { expect, test } from 'vitest';
import type { SecretHasher } from '#shared/domain/registration/ports.ts';

const SECRET = 'mms_aqQyD59YactsKXOLX6LJTqkGxc9lYS9j0UzbPparXlUvlv0ARO8f';

interface Subject {
  readonly hasher: SecretHasher;
  /** How many hashes bcrypt has compared so far. */
  comparisons(): number;
}

/** The contract of `SecretHasher`: a hash does not reveal its secret, and each guess costs a comparison. */
export function secretHasherContract(open: () => Subject): void {
  test('matches the secret that was hashed, and no other', async () => {
    const { hasher } = open();
    const hash = await hasher.hash(SECRET);
    const guesses = [SECRET, `${SECRET}x`, SECRET.slice(0, -1), SECRET.toLowerCase(), ''];
    expect(await Promise.all(guesses.map((guess) => hasher.compare(guess, hash)))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test('hashes the same secret differently each time, and the hash does not contain the secret', async () => {
    const { hasher } = open();
    const [first, second] = [await hasher.hash(SECRET), await hasher.hash(SECRET)];
    expect(first).not.toBe(second);
    expect(first).not.toContain(SECRET.slice(0, 8));
    expect([await hasher.compare(SECRET, first), await hasher.compare(SECRET, second)]).toEqual([true, true]);
  });

  test.each([
    ['72 bytes of ASCII', 'a'.repeat(72)],
    ['72 bytes of UTF-8', '€'.repeat(24)],
  ])('B16: compares all of %s', async (_name, secret) => {
    const { hasher } = open();
    const hash = await hasher.hash(secret);
    expect([await hasher.compare(secret, hash), await hasher.compare(`${secret.slice(0, -1)}b`, hash)]).toEqual([
      true,
      false,
    ]);
  });

  test.each([
    ['73 bytes of ASCII', 'a'.repeat(73)],
    ['75 bytes of UTF-8', '€'.repeat(25)],
  ])('B16: refuses to hash %s, because bcrypt would ignore the end', async (_name, secret) => {
    await expect(open().hasher.hash(secret)).rejects.toThrow(Error);
  });

  test('B16: refuses, after a comparison, a secret that only begins with the hashed secret', async () => {
    const { hasher, comparisons } = open();
    const hash = await hasher.hash('a'.repeat(72));
    expect(await hasher.compare(`${'a'.repeat(72)}RIGHT`, hash)).toBe(false);
    expect(comparisons()).toBe(1);
  });

  test('B14: never matches the decoy, and compares with it every time', async () => {
    const { hasher, comparisons } = open();
    const guesses = [SECRET, SECRET, '', 'password'];
    expect(await Promise.all(guesses.map((guess) => hasher.compare(guess, hasher.decoyHash)))).toEqual(
      guesses.map(() => false),
    );
    expect(comparisons()).toBe(guesses.length);
  });

  test('B14: gives the decoy the cost of a real hash', async () => {
    const { hasher } = open();
    const costOf = (hash: string) => hash.slice(0, 7);
    expect(costOf(hasher.decoyHash)).toBe(costOf(await hasher.hash(SECRET)));
    expect(hasher.decoyHash).toHaveLength(60);
  });

  test.each([
    '',
    'garbage',
    'x'.repeat(60),
    `$2b$99$${'a'.repeat(53)}`,
    `$2b$04$${'!'.repeat(53)}`,
    `$1$04$${'a'.repeat(54)}`,
  ])('B19: matches no secret with the stored hash %o, and does not throw', async (hash) => {
    const { hasher, comparisons } = open();
    expect(await Promise.all([hasher.compare(SECRET, hash), hasher.compare('', hash)])).toEqual([false, false]);
    expect(comparisons()).toBe(2);
  });

  test('remembers a match, so that the next one needs no comparison', async () => {
    const { hasher, comparisons } = open();
    const hash = await hasher.hash(SECRET);
    expect([await hasher.compare(SECRET, hash), await hasher.compare(SECRET, hash)]).toEqual([true, true]);
    expect(comparisons()).toBe(1);
  });

  test('B14: remembers no mismatch, so that every guess costs the same', async () => {
    const { hasher, comparisons } = open();
    const hash = await hasher.hash(SECRET);
    for (let guess = 0; guess < 3; guess += 1) await hasher.compare('wrong', hash);
    expect(comparisons()).toBe(3);
  });

  test('remembers a match for one hash only: a rotated secret is compared again', async () => {
    const { hasher, comparisons } = open();
    const [before, after] = [await hasher.hash(SECRET), await hasher.hash('successor')];
    expect([await hasher.compare(SECRET, before), await hasher.compare(SECRET, after)]).toEqual([true, false]);
    expect(comparisons()).toBe(2);
  });
}
