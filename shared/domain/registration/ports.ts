import type { Trust, TrustedJwk } from '../records/registration.ts';
import type { AssertionAlgorithm } from './authentication-methods.ts';

/** Hashes secrets with bcrypt. A comparison takes the same work whether or not the secret matches. */
export interface SecretHasher {
  /** Rejects secrets of more than 72 bytes, because bcrypt would silently ignore the rest. */
  hash(secret: string): Promise<string>;
  compare(secret: string, hash: string): Promise<boolean>;
  /** Whether this process has already seen that the secret matches the hash. It then need not compare them again. */
  remembers(secret: string, hash: string): boolean;
  /** A hash that no secret matches. A comparison with it costs as much as a real comparison. */
  readonly decoyHash: string;
}

/** The public keys of a client: keys that it is registered with, or the URL at which it publishes its keys. */
export interface RegisteredKeys extends Pick<Trust, 'jwks' | 'jwksUri'> {
  /** The client id, because the client is the issuer of its assertions (RFC 7523 §3). */
  readonly issuer: string;
}

/** The keys that a client's assertions are verified with. */
export interface AssertionKeys extends RegisteredKeys {
  readonly algorithms: readonly AssertionAlgorithm[];
}

/** Examines public keys of clients and of other issuers. */
export interface TrustedKeys {
  /** Whether a key is RSA with 2048 to 4096 bits, P-256, P-384 or Ed25519. */
  isStrong(jwk: TrustedJwk): boolean;
}
