import { describe, expect, test } from 'vitest';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { secretHasherContract } from './contracts/secret-hasher.ts';

const LOWEST_COST = 4;

describe('SecretHasher', () => {
  secretHasherContract(() => {
    let comparisons = 0;
    const hasher = bcryptHasher(undefined, LOWEST_COST, () => {
      comparisons += 1;
    });
    return { hasher, comparisons: () => comparisons };
  });
});

describe('bcrypt', () => {
  test('Sound 22, B17: a text with NUL is another secret than the part before it', async () => {
    const hasher = bcryptHasher(undefined, LOWEST_COST);
    const hash = await hasher.hash('S');
    expect([await hasher.compare('S', hash), await hasher.compare('S\0S', hash)]).toEqual([true, false]);
  });

  test('hashes with cost 10 by default', async () => {
    const hasher = bcryptHasher();
    expect([await hasher.hash('secret'), hasher.decoyHash].map((hash) => hash.slice(0, 7))).toEqual([
      '$2b$10$',
      '$2b$10$',
    ]);
  });
});
