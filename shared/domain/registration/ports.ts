import type { Trust, TrustedJwk } from '../records/registration.ts';
import type { AssertionAlgorithm } from './authentication-methods.ts';

/** bcrypt, with the work it does the same for every answer it gives. */
export interface SecretHasher {
  /** Rejects secrets of more than 72 bytes, of which bcrypt would silently see a part only. */
  hash(secret: string): Promise<string>;
  compare(secret: string, hash: string): Promise<boolean>;
  /** Whether this process has seen that they match, so that comparing them again costs nothing. */
  remembers(secret: string, hash: string): boolean;
  /** The hash of nothing: comparing with it costs what a real comparison costs and never matches. */
  readonly decoyHash: string;
}

/** The keys that a client is registered with: these, or those that it publishes. */
export interface RegisteredKeys extends Pick<Trust, 'jwks' | 'jwksUri'> {
  /** The client, who is the issuer of its assertions (RFC 7523 §3). */
  readonly issuer: string;
}

/** The keys that a client's assertions are verified with. */
export interface AssertionKeys extends RegisteredKeys {
  readonly algorithms: readonly AssertionAlgorithm[];
}

/** Examines public keys of other issuers. */
export interface TrustedKeys {
  isStrong(jwk: TrustedJwk): boolean;
}
