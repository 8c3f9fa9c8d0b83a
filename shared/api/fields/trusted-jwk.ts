import * as z from 'zod';
import type { TrustedJwk } from '#shared/domain/records/registration.ts';
import { unique } from './fields.ts';
import { noPrivateMembers, number, PRIVATE_MEMBERS, usage } from './public-jwk.ts';

const KEYS_MAX = 10;

/** The members that are kept of a key. Other members, such as certificates, are dropped. */
const KEPT = ['kty', 'n', 'e', 'crv', 'x', 'y', 'kid', 'alg'];

const kid = z.string().min(1).max(512).optional();

const rsa = z.object({ kty: z.literal('RSA'), n: number, e: z.literal('AQAB'), kid, ...usage('RS256', 'PS256') });

const p256 = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: number, y: number, kid, ...usage('ES256') });

const p384 = z.object({ kty: z.literal('EC'), crv: z.literal('P-384'), x: number, y: number, kid, ...usage('ES384') });

const ed25519 = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: number,
  kid,
  ...usage('EdDSA', 'Ed25519'),
});

/** Members that say that a key is for encryption (RFC 7517 §4.2, §4.4). One of them is needed. */
const encrypting = (...algorithms: readonly [string, ...string[]]) => ({
  kid,
  alg: z.literal(algorithms).optional(),
  use: z.literal('enc').optional(),
  ...noPrivateMembers,
});

const encryptionRsa = z.object({ kty: z.literal('RSA'), n: number, e: number, ...encrypting('RSA-OAEP-256') });

const encryptionP256 = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: number,
  y: number,
  ...encrypting('ECDH-ES', 'ECDH-ES+A256KW'),
});

/** A public key to which answers are encrypted. The domain checks whether the application uses it. */
const encryptionJwk = z
  .discriminatedUnion('kty', [encryptionRsa, encryptionP256])
  .refine(({ use, alg }) => use !== undefined || alg !== undefined, 'must be for encryption')
  .transform((jwk): TrustedJwk => ({ ...kept(jwk), use: 'enc' }));

/** The members that say what a key is (RFC 7517 §4). */
const keyMembers = z.looseObject({
  kty: z.string(),
  crv: z.string().optional(),
  alg: z.string().optional(),
  use: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
});

function kept(jwk: object): TrustedJwk {
  return Object.fromEntries(
    Object.entries(jwk).flatMap(([name, value]) => (KEPT.includes(name) ? [[name, String(value)]] : [])),
  );
}

/** A public key of a trusted issuer, as its key set has it. */
const trustedJwk = z
  .discriminatedUnion('kty', [rsa, z.discriminatedUnion('crv', [p256, p384]), ed25519])
  .transform(kept);

/** A public key that an application is registered with. */
const registeredJwk = z.discriminatedUnion('kty', [rsa, p256, ed25519]).transform(kept);

/** The keys that are used of a set. */
interface Understood {
  readonly curves: readonly string[];
  readonly algorithms: readonly string[];
}

const ofApplications = { curves: ['P-256', 'Ed25519'], algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] };

const ofIssuers = {
  curves: [...ofApplications.curves, 'P-384'],
  algorithms: [...ofApplications.algorithms, 'ES384'],
};

/** The public keys of a trusted issuer (RFC 7517 §5). Keys that are not understood are passed over. */
export const trustedJwks = z.preprocess(understoodOf(ofIssuers), z.array(trustedJwk).min(1).max(KEYS_MAX));

/**
 * The public keys that an application is registered with (RFC 7517 §5): keys for signatures, and keys for encryption with
 * `use`. Keys that are not understood are passed over.
 */
export const registeredJwks = z.preprocess(
  usableByApplications,
  unique(z.array(z.union([registeredJwk, encryptionJwk])).min(1), nameOf)
    .refine(
      (keys) => keys.filter(isForSignatures).length <= KEYS_MAX,
      `must have at most ${KEYS_MAX} keys for signatures`,
    )
    .refine(haveNames, 'must each have a kid if there are several'),
);

/** What the documents of the API say about keys of applications that are passed over. */
export const PASSED_OVER_OF_APPLICATIONS =
  'Keys of other types, curves and algorithms are passed over, and so are keys for encryption, except the first key ' +
  'that fits introspectionEncryptedResponseAlg';

/** What the documents of the API say about keys that are passed over. */
export const PASSED_OVER = 'Keys of other types, curves and algorithms, and keys for encryption, are passed over';

/** Leaves out foreign keys, and all but the first key for encryption of each type and algorithm: no other is used. */
function usableByApplications(keys: unknown): unknown {
  if (!Array.isArray(keys)) return keys;
  const seen = new Set<string>();
  return keys.filter((jwk) => {
    const { data } = encryptionJwk.safeParse(jwk);
    if (data === undefined) return !isForeign(jwk, ofApplications);
    const isFirst = !seen.has(nameOf(data));
    seen.add(nameOf(data));
    return isFirst;
  });
}

function isForSignatures({ use }: TrustedJwk): boolean {
  return use !== 'enc';
}

/** The name that no other key of the set may have. Keys for encryption are found by type and algorithm. */
function nameOf(jwk: TrustedJwk): string {
  return isForSignatures(jwk) ? `sig ${jwk.kid ?? ''}` : `enc ${jwk.kty} ${jwk.alg ?? ''}`;
}

function haveNames(keys: readonly TrustedJwk[]): boolean {
  const signing = keys.filter(isForSignatures);
  return signing.length < 2 || signing.every(({ kid: name }) => name !== undefined);
}

function understoodOf(understood: Understood) {
  return (keys: unknown) => (Array.isArray(keys) ? keys.filter((jwk) => !isForeign(jwk, understood)) : keys);
}

/**
 * Whether a key is for something else than the signatures that are accepted here. A key with a private member is never
 * foreign, because its sender must learn that it sent a secret; and a key without a type is a mistake.
 */
function isForeign(jwk: unknown, { curves, algorithms }: Understood): boolean {
  const { data } = keyMembers.safeParse(jwk);
  if (data === undefined || PRIVATE_MEMBERS.some((name) => name in data)) return false;
  const { kty, crv, alg, use, key_ops: operations } = data;
  return (
    !['RSA', 'EC', 'OKP'].includes(kty) ||
    (kty !== 'RSA' && crv !== undefined && !curves.includes(crv)) ||
    (alg !== undefined && !algorithms.includes(alg)) ||
    (use !== undefined && use !== 'sig') ||
    (operations !== undefined && !operations.includes('verify'))
  );
}
