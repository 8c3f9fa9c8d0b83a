import { DomainError } from '../errors.ts';
import {
  type ApplicationRegistration,
  AUTHORIZATION_CODE,
  type TokenEndpointAuthMethod,
  type TrustedJwk,
} from '../records/registration.ts';
import { acceptsMethod, hasKeys, isKnownByName, proofBy } from './authentication-methods.ts';
import { certificateNames, flawOfNames } from './certificate-names.ts';
import { signingKeysIn, usedKeys } from './encryption-keys.ts';
import { flawOfIntrospection, type IntrospectionPorts, introspectionMembers } from './introspection-answers.ts';
import { isFetchableUrl } from './issuer-urls.ts';
import { assertRedirectUris } from './redirect-uris.ts';
import { DEFAULT_REGISTRATION } from './registration.ts';

/** The members of a registration in a request. An absent member stays as it is; null removes an optional member. */
export type RequestedRegistration = {
  readonly [Name in keyof ApplicationRegistration]?:
    | ApplicationRegistration[Name]
    | (undefined extends ApplicationRegistration[Name] ? null : never)
    | undefined;
};

/** The ports that examine a registration. */
export type RegistrationPorts = IntrospectionPorts;

/**
 * Makes the registration of a new application.
 * @throws DomainError as `changedRegistration` does
 */
export function newRegistration(requested: RequestedRegistration, ports: RegistrationPorts): ApplicationRegistration {
  const { tokenEndpointAuthMethod: method = DEFAULT_REGISTRATION.tokenEndpointAuthMethod } = requested;
  const grantTypes = DEFAULT_REGISTRATION.grantTypes.filter((grantType) => acceptsMethod(grantType, method));
  return changedRegistration({ ...DEFAULT_REGISTRATION, grantTypes }, requested, ports);
}

/**
 * Applies a change to the registration of an application. Members that the new method does not use are removed, and so
 * are keys without a use.
 * @throws DomainError `invalid_request` for an invalid redirect URI, and for redirect URIs without `party`; for codes
 * without a redirect URI; for keys that are weak, missing or not used by the
 * method; for a URL that keys cannot be fetched from; for a method that needs exactly one name of a certificate and
 * does not get it (RFC 8705 §2.1.2); for a grant that does not accept the method (RFC 7591 §2); for a signature that
 * the workspace has no key for; and for a content encryption without an algorithm (RFC 9701 §6)
 */
export function changedRegistration(
  before: ApplicationRegistration,
  requested: RequestedRegistration,
  ports: RegistrationPorts,
): ApplicationRegistration {
  assertRedirectUris(requested.redirectUris ?? []);
  assertRedirectUris(requested.postLogoutRedirectUris ?? [], 'postLogoutRedirectUris');
  if ((requested.redirectUris ?? []).length > 0) assertPartySaid(requested);
  const { tokenEndpointAuthMethod: method = before.tokenEndpointAuthMethod } = requested;
  const merged = {
    ...mergedMembers(before, requested, method),
    party: requested.party ?? before.party,
    tokenEndpointAuthMethod: method,
    grantTypes: requested.grantTypes ?? before.grantTypes,
    redirectUris: requested.redirectUris ?? before.redirectUris,
    postLogoutRedirectUris: requested.postLogoutRedirectUris ?? before.postLogoutRedirectUris,
  };
  const { jwks: _all, ...others } = merged;
  const jwks = usedKeys(merged);
  const after = { ...others, ...(jwks && { jwks }) };
  assertGrantsSuit(after);
  assertRedirects(after);
  assertKeys(after, ports);
  assertIntrospection(after, ports);
  assertNames(after);
  return after;
}

/**
 * Checks that the request says whose application it is. Users need not consent to an application of the workspace, so
 * nobody may become one by leaving the member out.
 */
function assertPartySaid({ party }: RequestedRegistration): void {
  if (party !== undefined) return;
  throw refused('party', "Say 'party' together with redirectUris: first for your own application, third for others'.");
}

/** An application with codes has a place to which users are sent back with them (RFC 7591 §2). */
function assertRedirects({ grantTypes, redirectUris }: ApplicationRegistration): void {
  if (!grantTypes.includes(AUTHORIZATION_CODE) || redirectUris.length > 0) return;
  throw refused('redirectUris', `A client with the grant ${AUTHORIZATION_CODE} needs a redirect URI.`);
}

/** The members about the assertions of a client. */
const assertionMembers = ['tokenEndpointAuthSigningAlg', 'tokenEndpointAudienceAllowed'] as const;

/** The members that only some methods use. */
const methodMembers = [...introspectionMembers, 'jwks', 'jwksUri', ...assertionMembers, ...certificateNames] as const;

/** The members about the client's requests and tokens, which every method allows. */
const commonMembers = [
  'requirePushedAuthorizationRequests',
  'dpopBoundAccessTokens',
  'tlsClientCertificateBoundAccessTokens',
] as const;

/** Returns the members among `methodMembers` that a method uses, with or without encrypted answers. */
function usableMembers(method: TokenEndpointAuthMethod, isEncrypting: boolean): readonly string[] {
  const mayIntrospect = proofBy(method) !== 'none';
  return [
    ...(mayIntrospect ? introspectionMembers : []),
    ...(hasKeys(method) || (mayIntrospect && isEncrypting) ? ['jwks'] : []),
    ...(hasKeys(method) ? ['jwksUri'] : []),
    ...(proofBy(method) === 'assertion' ? assertionMembers : []),
    ...(isKnownByName(method) ? certificateNames : []),
  ];
}

/**
 * Applies a merge patch (RFC 7396) to the optional members.
 * @throws DomainError `invalid_request` for a member that the method does not use
 */
function mergedMembers(
  before: ApplicationRegistration,
  requested: RequestedRegistration,
  method: TokenEndpointAuthMethod,
): Partial<ApplicationRegistration> {
  const isEncrypting = Boolean(patched(before, requested, 'introspectionEncryptedResponseAlg'));
  const usable = usableMembers(method, isEncrypting);
  const misplaced = methodMembers.find((member) => requested[member] && !usable.includes(member));
  if (misplaced !== undefined) {
    throw refused(misplaced, `A client that authenticates by ${method} cannot have ${misplaced}.`);
  }
  const kept = [...methodMembers.filter((member) => usable.includes(member)), ...commonMembers];
  const base = isEncrypting ? before : { ...before, introspectionEncryptedResponseEnc: undefined };
  const merged = kept.map((member) => [member, patched(base, requested, member)] as const);
  return Object.fromEntries(merged.filter(([, value]) => value !== null && value !== undefined));
}

function patched<Name extends keyof ApplicationRegistration>(
  before: ApplicationRegistration,
  requested: RequestedRegistration,
  member: Name,
) {
  return requested[member] === undefined ? before[member] : requested[member];
}

function assertGrantsSuit({ grantTypes, tokenEndpointAuthMethod: method }: ApplicationRegistration): void {
  const unsuited = grantTypes.find((grantType) => !acceptsMethod(grantType, method));
  if (unsuited === undefined) return;
  throw refused('grantTypes', `A client that authenticates by ${method} cannot use the grant ${unsuited}.`);
}

function assertKeys(registration: ApplicationRegistration, { trustedKeys }: RegistrationPorts): void {
  const { tokenEndpointAuthMethod: method, jwks = [], jwksUri } = registration;
  if (!hasKeys(method)) return;
  const keys = signingKeysIn(jwks);
  const hasNone = keys.length === 0 && jwksUri === undefined;
  if (hasNone || (jwks.length > 0 && jwksUri !== undefined)) {
    throw refused('jwks', `A client that authenticates by ${method} must have either jwks or jwksUri.`);
  }
  if (jwksUri !== undefined && !isFetchableUrl(jwksUri)) {
    throw refused('jwksUri', 'The URL must be https, with a public domain name and the default port.');
  }
  if (keys.every((jwk) => isForApplications(jwk) && trustedKeys.isStrong(jwk))) return;
  throw refused('jwks', 'Mintmark accepts public keys of RSA with 2048 to 4096 bits, P-256 and Ed25519.');
}

/** Whether an application can use the key. Only other issuers sign with P-384: it would need ES384 (RFC 7518 §3.4). */
function isForApplications({ crv }: TrustedJwk): boolean {
  return crv !== 'P-384';
}

function assertIntrospection(registration: ApplicationRegistration, ports: RegistrationPorts): void {
  const flaw = flawOfIntrospection(registration, ports);
  if (flaw !== undefined) throw refused(flaw.member, flaw.description);
}

function assertNames(registration: ApplicationRegistration): void {
  const flaw = isKnownByName(registration.tokenEndpointAuthMethod) ? flawOfNames(registration) : undefined;
  if (flaw !== undefined) throw refused('tlsClientAuthSubjectDn', flaw);
}

function refused(field: string, description: string): DomainError {
  return new DomainError('invalid_request', description, { field });
}
