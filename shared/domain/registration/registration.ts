import { DomainError } from '../errors.ts';
import type { Client } from '../records/client.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import {
  type ApplicationRegistration,
  CLIENT_CREDENTIALS,
  type GrantType,
  JWT_BEARER,
  REFRESH_TOKEN,
} from '../records/registration.ts';
import { type AssertionAlgorithm, assertionAlgorithms, type ClientProof, proofBy } from './authentication-methods.ts';
import { signingKeysIn } from './encryption-keys.ts';
import type { AssertionKeys, RegisteredKeys } from './ports.ts';

/** The registration of an application that was created with a name only (defaults of RFC 7591 §2). */
export const DEFAULT_REGISTRATION: ApplicationRegistration = {
  party: 'first',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: [CLIENT_CREDENTIALS],
  redirectUris: [],
  postLogoutRedirectUris: [],
};

/** Returns the registration of an application, or the default registration. */
export function registrationOf({ registration }: Pick<Client, 'registration'>): ApplicationRegistration {
  return registration ?? DEFAULT_REGISTRATION;
}

/**
 * Whether pages vouch for an application to the people whom it asks: it is the workspace's own. Of an application of
 * others, registered by an administrator or by a developer, they say that nobody has checked who made it.
 */
export function isVerified(client: Client): boolean {
  return registrationOf(client).party === 'first' && client.ownerUserId === undefined;
}

/**
 * Returns the only proof that a client can show (RFC 7591 §2); undefined if tokens of another issuer authenticate it.
 */
export function proofOf(client: Client): ClientProof | undefined {
  if (client.subject.type === 'application') return proofBy(registrationOf(client).tokenEndpointAuthMethod);
  if (client.trust !== undefined) return undefined;
  return client.key === undefined ? 'secret' : 'assertion';
}

/** Returns the grants of a client: an application is registered with them; for other clients the credential decides. */
export function grantTypesOf(client: Client): readonly GrantType[] {
  if (client.subject.type === 'application') return registrationOf(client).grantTypes;
  if (client.trust !== undefined) return [JWT_BEARER];
  const withCredentials = [CLIENT_CREDENTIALS, REFRESH_TOKEN] as const;
  return client.key === undefined ? withCredentials : [...withCredentials, JWT_BEARER];
}

/** Checks that a client may use a grant. @throws DomainError `unauthorized_client` (RFC 6749 §5.2) */
export function assertMayUse(grantType: GrantType, client: Client): void {
  if (grantTypesOf(client).includes(grantType)) return;
  throw new DomainError('unauthorized_client', `The client may not use the grant ${grantType}.`);
}

/** Returns the keys that verify a client's assertions; undefined for a client that authenticates in another way. */
export function assertionKeysOf(client: Client): AssertionKeys | undefined {
  const { id: issuer, key } = client;
  if (proofOf(client) !== 'assertion') return undefined;
  if (key !== undefined) return { issuer, algorithms: [key.algorithm], jwks: [{ ...key.jwk, kid: issuer }] };
  const { tokenEndpointAuthSigningAlg: only } = registrationOf(client);
  return { ...registeredKeysOf(client), algorithms: only === undefined ? assertionAlgorithms : namesOf(only) };
}

/** Returns the names that an algorithm has in the header of an assertion (RFC 9864 §2.2). */
function namesOf(algorithm: SigningAlgorithm): readonly AssertionAlgorithm[] {
  return algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm];
}

/** Returns the signing keys that an application is registered with, or the URL at which it publishes them. */
export function registeredKeysOf(client: Client): RegisteredKeys {
  const { jwks, jwksUri } = registrationOf(client);
  return { issuer: client.id, jwks: jwks && signingKeysIn(jwks), jwksUri };
}
