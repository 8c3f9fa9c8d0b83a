import { createHmac, generateKeySync } from 'node:crypto';
import bcrypt from 'bcryptjs';
import QuickLRU from 'quick-lru';
import type { SecretHasher } from '#shared/domain/registration/ports.ts';

const COST = 10;

const REMEMBERED_MATCHES_MAX = 10_000;

/** bcrypt reads the first 72 bytes of a secret and silently ignores the rest. */
const SECRET_BYTES_MAX = 72;

/** bcrypt repeats a secret, with NUL at its end, until it has 72 bytes: `S` and `S NUL S` would have the same hash. */
const END_OF_SECRET = '\0';

/** The hashes that bcryptjs can compare with: cost 4 to 31. It throws for some other texts. */
const HASH = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** Salt and hash of a decoy: well formed, but no known secret matches it. */
const DECOY = 'abcdefghijklmnopqrstuuNgYlVJ7TqDzQ0sNC2hUVwFpMLyeYSMW';

/**
 * Hashes and compares secrets with bcrypt, and remembers successful comparisons. The memory holds no secret, but an
 * HMAC of secret and hash under a key that exists only in this process. Failures are not remembered, so that every
 * wrong secret takes the same time. `hash` rejects with an Error if the secret is longer than 72 bytes.
 * @param cost bcrypt's cost: the binary logarithm of the number of rounds
 * @param onCompare is called before each real bcrypt comparison, for tests and measurements
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
      if (isTooLong(secret)) throw new Error('The secret is longer than the 72 bytes that bcrypt reads.');
      return bcrypt.hash(secret, cost);
    },
    remembers: (secret, hash) => matched.has(nameOf(secret, hash)),
    compare: async (secret, hash) => {
      const name = nameOf(secret, hash);
      if (matched.has(name)) return true;
      onCompare();
      const isHash = HASH.test(hash);
      const isMatch = (await bcrypt.compare(secret, isHash ? hash : decoyHash)) && isHash && isWhole(secret);
      if (isMatch) matched.set(name, true);
      return isMatch;
    },
  };
}

/** Whether bcrypt reads all of a secret, once. */
function isWhole(secret: string): boolean {
  return !isTooLong(secret) && !secret.includes(END_OF_SECRET);
}

function isTooLong(secret: string): boolean {
  return Buffer.byteLength(secret) > SECRET_BYTES_MAX;
}
