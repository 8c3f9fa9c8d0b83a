import * as z from 'zod';
import type { TrustedJwk } from '#shared/domain/records/registration.ts';
import { number, usage } from './public-jwk.ts';

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

function kept(jwk: object): TrustedJwk {
  return Object.fromEntries(
    Object.entries(jwk).flatMap(([name, value]) => (KEPT.includes(name) ? [[name, String(value)]] : [])),
  );
}

/** A public key of a trusted issuer, as its key set has it. */
export const trustedJwk = z
  .discriminatedUnion('kty', [rsa, z.discriminatedUnion('crv', [p256, p384]), ed25519])
  .transform(kept);

/** A public key that an application is registered with. */
export const registeredJwk = z.discriminatedUnion('kty', [rsa, p256, ed25519]).transform(kept);
