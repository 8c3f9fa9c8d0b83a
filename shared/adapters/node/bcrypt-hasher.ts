import { createHmac, generateKeySync } from 'node:crypto';
import bcrypt from 'bcryptjs';
import QuickLRU from 'quick-lru';
import type { SecretHasher } from '#shared/domain/registration/ports.ts';

const COST = 10;

const REMEMBERED_MATCHES_MAX = 10_000;

/** bcrypt sees 72 bytes and silently forgets the rest. */
const SECRET_BYTES_MAX = 72;

/** What bcryptjs can compare with; it throws for some of what lies outside. */
const HASH = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** A well-formed hash of nothing, at the same cost as real ones. */
const DECOY = 'abcdefghijklmnopqrstuuNgYlVJ7TqDzQ0sNC2hUVwFpMLyeYSMW';

/**
 * bcrypt, with a memory of successes: that this secret matched this stored hash, under a key that lives and dies with
 * the process. Failures are never remembered, so every wrong secret costs the same. `onCompare` hears of every
 * comparison that is really made.
 */
export function bcryptHasher(_environment?: unknown, cost = COST, onCompare = () => {}): SecretHasher {
  const processKey = generateKeySync('hmac', { length: 256 });
  const matched = new QuickLRU<string, true>({ maxSize: REMEMBERED_MATCHES_MAX });
  const nameOf = (secret: string, hash: string) =>
    createHmac('sha256', processKey).update(`${secret}\0${hash}`).digest('base64');
  const decoyHash = `$2b$${String(cost).padStart(2, '0')}$${DECOY}`;
  return {
    decoyHash,
    hash: async (secret) => {
      if (isTooLong(secret)) throw new Error('bcrypt would not see the whole secret.');
      return bcrypt.hash(secret, cost);
    },
    remembers: (secret, hash) => matched.has(nameOf(secret, hash)),
    compare: async (secret, hash) => {
      const name = nameOf(secret, hash);
      if (matched.has(name)) return true;
      onCompare();
      const isHash = HASH.test(hash);
      const isMatch = (await bcrypt.compare(secret, isHash ? hash : decoyHash)) && isHash && !isTooLong(secret);
      if (isMatch) matched.set(name, true);
      return isMatch;
    },
  };
}

function isTooLong(secret: string): boolean {
  return Buffer.byteLength(secret) > SECRET_BYTES_MAX;
}
