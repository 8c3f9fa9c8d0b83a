import { DomainError } from '../errors.ts';
import type { ApplicationRegistration, TokenEndpointAuthMethod } from '../records/registration.ts';
import { hasKeys, isKnownByName, proofBy, suits } from './authentication-methods.ts';
import { certificateNames, flawOfNames } from './certificate-names.ts';
import { isFetchableUrl } from './issuer-urls.ts';
import type { TrustedKeys } from './ports.ts';
import { assertRedirectUris } from './redirect-uris.ts';
import { DEFAULT_REGISTRATION } from './registration.ts';

/** Members of a registration as a request names them: null removes what may be missing. */
export type RequestedRegistration = {
  readonly [Name in keyof ApplicationRegistration]?:
    | ApplicationRegistration[Name]
    | (undefined extends ApplicationRegistration[Name] ? null : never)
    | undefined;
};

interface Ports {
  readonly trustedKeys: TrustedKeys;
}

/**
 * What a new application is registered with.
 * @throws DomainError as `changedRegistration` does
 */
export function newRegistration(requested: RequestedRegistration, ports: Ports): ApplicationRegistration {
  const { tokenEndpointAuthMethod: method = DEFAULT_REGISTRATION.tokenEndpointAuthMethod } = requested;
  const grantTypes = DEFAULT_REGISTRATION.grantTypes.filter((grantType) => suits(grantType, method));
  return changedRegistration({ ...DEFAULT_REGISTRATION, grantTypes }, requested, ports);
}

/**
 * What an application is registered with after a change. Keys that its new method has no use for go.
 * @throws DomainError `invalid_request` for what cannot be a redirect URI, for keys that are weak, missing, without use
 * or nowhere to be fetched from, for not exactly one name of a certificate where one
 * is needed (RFC 8705 §2.1.2), and for a grant that the method is not good for (RFC 7591 §2)
 */
export function changedRegistration(
  before: ApplicationRegistration,
  requested: RequestedRegistration,
  ports: Ports,
): ApplicationRegistration {
  if (requested.redirectUris !== undefined) assertRedirectUris(requested.redirectUris);
  const { tokenEndpointAuthMethod: method = before.tokenEndpointAuthMethod } = requested;
  const after = {
    ...mergedMembers(before, requested, method),
    party: requested.party ?? before.party,
    tokenEndpointAuthMethod: method,
    grantTypes: requested.grantTypes ?? before.grantTypes,
    redirectUris: requested.redirectUris ?? before.redirectUris,
  };
  assertGrantsSuit(after);
  assertKeys(after, ports);
  assertNames(after);
  return after;
}

/** Members that some methods have use for and others not. */
const methodMembers = ['jwks', 'jwksUri', 'tokenEndpointAuthSigningAlg', ...certificateNames] as const;

/** Members about the client's tokens, whichever method it authenticates by. */
const bindingMembers = ['dpopBoundAccessTokens', 'tlsClientCertificateBoundAccessTokens'] as const;

/** Which of the former this method has use for. */
function usableMembers(method: TokenEndpointAuthMethod): readonly string[] {
  return [
    ...(hasKeys(method) ? ['jwks', 'jwksUri'] : []),
    ...(proofBy(method) === 'assertion' ? ['tokenEndpointAuthSigningAlg'] : []),
    ...(isKnownByName(method) ? certificateNames : []),
  ];
}

/**
 * The members that may be missing, after a merge patch (RFC 7396).
 * @throws DomainError `invalid_request` for one that the method has no use for
 */
function mergedMembers(
  before: ApplicationRegistration,
  requested: RequestedRegistration,
  method: TokenEndpointAuthMethod,
): Partial<ApplicationRegistration> {
  const usable = usableMembers(method);
  const misplaced = methodMembers.find((member) => requested[member] && !usable.includes(member));
  if (misplaced !== undefined) {
    throw refused(misplaced, `A client that authenticates by ${method} is registered with no ${misplaced}.`);
  }
  const kept = [...methodMembers.filter((member) => usable.includes(member)), ...bindingMembers];
  const merged = kept.map((member) => [member, requested[member] === undefined ? before[member] : requested[member]]);
  return Object.fromEntries(merged.filter(([, value]) => value !== null && value !== undefined));
}

function assertGrantsSuit({ grantTypes, tokenEndpointAuthMethod: method }: ApplicationRegistration): void {
  const unsuited = grantTypes.find((grantType) => !suits(grantType, method));
  if (unsuited === undefined) return;
  throw refused('grantTypes', `A client that authenticates by ${method} cannot use the grant ${unsuited}.`);
}

function assertKeys(registration: ApplicationRegistration, { trustedKeys }: Ports): void {
  const { tokenEndpointAuthMethod: method, jwks, jwksUri } = registration;
  if (!hasKeys(method)) return;
  if ((jwks === undefined) === (jwksUri === undefined)) {
    throw refused('jwks', `A client that authenticates by ${method} has either jwks or jwksUri.`);
  }
  if (jwksUri !== undefined && !isFetchableUrl(jwksUri)) {
    throw refused('jwksUri', 'Keys are fetched by https from public names, at the usual port.');
  }
  if (jwks === undefined || jwks.every((jwk) => trustedKeys.isStrong(jwk))) return;
  throw refused('jwks', 'Mintmark takes public keys of RSA with 2048 to 4096 bits, P-256 and Ed25519.');
}

function assertNames(registration: ApplicationRegistration): void {
  const flaw = isKnownByName(registration.tokenEndpointAuthMethod) ? flawOfNames(registration) : undefined;
  if (flaw !== undefined) throw refused('tlsClientAuthSubjectDn', flaw);
}

function refused(field: string, description: string): DomainError {
  return new DomainError('invalid_request', description, { field });
}
