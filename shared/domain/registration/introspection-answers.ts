import type { SigningAlgorithm } from '../records/permissions.ts';
import type { ApplicationRegistration } from '../records/registration.ts';
import { encryptionKeyIn } from './encryption-keys.ts';
import type { TrustedKeys } from './ports.ts';

/**
 * The members of a registration about signed and encrypted answers of introspection (RFC 9701 §6). Only clients that
 * prove their identity can have them.
 */
export const introspectionMembers = [
  'introspectionSignedResponseAlg',
  'introspectionEncryptedResponseAlg',
  'introspectionEncryptedResponseEnc',
] as const;

/** The ports that examine these members. */
export interface IntrospectionPorts {
  readonly trustedKeys: TrustedKeys;
  /** The algorithms for which this workspace has signing keys. */
  readonly verifier: { readonly algorithms: readonly SigningAlgorithm[] };
}

/** A member that is wrong, and what is wrong with it. */
interface Flaw {
  readonly member: string;
  readonly description: string;
}

/** Finds what is wrong with the members about answers of introspection; undefined if nothing is. */
export function flawOfIntrospection(
  registration: ApplicationRegistration,
  { trustedKeys, verifier }: IntrospectionPorts,
): Flaw | undefined {
  const { introspectionSignedResponseAlg: signature, jwks = [] } = registration;
  const { introspectionEncryptedResponseAlg: encryption, introspectionEncryptedResponseEnc: content } = registration;
  if (signature !== undefined && !verifier.algorithms.includes(signature)) {
    const description = `This workspace can only sign with ${verifier.algorithms.join(', ')}.`;
    return { member: 'introspectionSignedResponseAlg', description };
  }
  if (encryption === undefined) {
    if (content === undefined) return undefined;
    const description = 'A content encryption needs introspectionEncryptedResponseAlg beside it.';
    return { member: 'introspectionEncryptedResponseEnc', description };
  }
  const key = encryptionKeyIn(jwks, encryption);
  if (key !== undefined && trustedKeys.isStrong(key)) return undefined;
  const needed = encryption === 'RSA-OAEP-256' ? 'RSA with 2048 to 4096 bits' : 'P-256';
  const description = `Encryption with ${encryption} needs a public key of ${needed} in jwks, with "use": "enc".`;
  return { member: 'jwks', description };
}
