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
import type { AssertionKeys, RegisteredKeys } from './ports.ts';

/** RFC 7591 §2 and the workspace's own choices, for an application that says nothing else. */
export const DEFAULT_REGISTRATION: ApplicationRegistration = {
  party: 'first',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: [CLIENT_CREDENTIALS],
  redirectUris: [],
};

/** What an application is registered with. */
export function registrationOf({ registration }: Pick<Client, 'registration'>): ApplicationRegistration {
  return registration ?? DEFAULT_REGISTRATION;
}

/** The one proof that a client is recognised by (RFC 7591 §2); undefined where another issuer has to vouch for it. */
export function proofOf(client: Client): ClientProof | undefined {
  if (client.subject.type === 'application') return proofBy(registrationOf(client).tokenEndpointAuthMethod);
  if (client.trust !== undefined) return undefined;
  return client.key === undefined ? 'secret' : 'assertion';
}

/** What a client may trade for an access token: an application what it is registered for, others what they have. */
export function grantTypesOf(client: Client): readonly GrantType[] {
  if (client.subject.type === 'application') return registrationOf(client).grantTypes;
  if (client.trust !== undefined) return [JWT_BEARER];
  const withCredentials = [CLIENT_CREDENTIALS, REFRESH_TOKEN] as const;
  return client.key === undefined ? withCredentials : [...withCredentials, JWT_BEARER];
}

/** @throws DomainError `unauthorized_client` (RFC 6749 §5.2) */
export function assertMayUse(grantType: GrantType, client: Client): void {
  if (grantTypesOf(client).includes(grantType)) return;
  throw new DomainError('unauthorized_client', `The client may not use the grant ${grantType}.`);
}

/** The keys that a client signs its assertions with; undefined for one that is not recognised by assertions. */
export function assertionKeysOf(client: Client): AssertionKeys | undefined {
  const { id: issuer, key } = client;
  if (proofOf(client) !== 'assertion') return undefined;
  if (key !== undefined) return { issuer, algorithms: [key.algorithm], jwks: [{ ...key.jwk, kid: issuer }] };
  const { tokenEndpointAuthSigningAlg: only } = registrationOf(client);
  return { ...registeredKeysOf(client), algorithms: only === undefined ? assertionAlgorithms : namesOf(only) };
}

function namesOf(algorithm: SigningAlgorithm): readonly AssertionAlgorithm[] {
  return algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm];
}

/** The keys that an application is registered with, wherever they are. */
export function registeredKeysOf(client: Client): RegisteredKeys {
  const { jwks, jwksUri } = registrationOf(client);
  return { issuer: client.id, jwks, jwksUri };
}
