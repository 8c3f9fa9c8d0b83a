import { DomainError } from '../errors.ts';
import type { AuditEventType } from '../records/audit.ts';
import type { ManagementCaller } from './authority.ts';

/** How old a login may be for a change of a credential, role, application or identity. */
export const FRESH_LOGIN_SECONDS = 600;

/** Changes that make a credential, give it another secret, or let it do more: it lasts longer than a consent. */
const makingCredentials: readonly AuditEventType[] = [
  'api_token.created',
  'api_token.updated',
  'client.created',
  'client.updated',
  'client_grant.set',
  'client.secret.created',
  'client.secret.rotation_started',
  'client.secret.rotated',
  'client.secret.rotation_cancelled',
  'client.key.created',
  'federated_credential.created',
  'api.signing_secret.created',
];

/** All changes of credentials, roles, applications and identities. An address is an identity, and an invitation brings roles. */
const needingFreshLogin: readonly AuditEventType[] = [
  ...makingCredentials,
  'api_token.revoked',
  'client.deleted',
  'client_grant.deleted',
  'client.secret.revoked',
  'client.key.revoked',
  'federated_credential.deleted',
  'api.signing_secret.deleted',
  'signing_key.rotated',
  'signing_key.revoked',
  'signing_key.updated',
  'service_user.created',
  'service_user.updated',
  'service_user.deleted',
  'role.created',
  'role.updated',
  'role.deleted',
  'member.set',
  'member.deleted',
  'invitation.created',
  'invitation.sent_again',
  'invitation.withdrawn',
  'workspace_member.updated',
  'workspace_member.deleted',
  'user.updated',
  'user.deleted',
  'identity.removed',
  'identity_provider.created',
  'identity_provider.updated',
  'identity_provider.deleted',
];

/** Whether a change needs a person who logged in a moment ago, if its caller is a person in a browser. */
export function needsFreshLogin(change: AuditEventType): boolean {
  return needingFreshLogin.includes(change);
}

/**
 * Checks what a change needs besides the permission. A token that depends on a session needs a login of the last ten
 * minutes for a change of a credential, role, application or identity (RFC 9470); tokens of machines need none. A
 * third-party application that acts for a user makes no credential, because the credential would outlast the consent.
 * @throws DomainError `insufficient_user_authentication`; `forbidden`
 */
export function assertMayChange(caller: ManagementCaller, change: AuditEventType, nowSeconds: number): void {
  if (makingCredentials.includes(change) && isThirdPartyForUser(caller)) throw outlastsConsent();
  if (needsFreshLogin(change) && !isLoggedInFreshly(caller, nowSeconds)) throw needsLogin();
}

function isThirdPartyForUser({ registration, userId }: ManagementCaller): boolean {
  return registration?.party === 'third' && userId !== undefined;
}

function isLoggedInFreshly({ login }: ManagementCaller, nowSeconds: number): boolean {
  return login === undefined || isFreshLogin(login, nowSeconds);
}

/** Whether a person has proved who they are in the last ten minutes. */
export function isFreshLogin(
  { authenticatedAtSeconds }: { readonly authenticatedAtSeconds?: number | undefined },
  nowSeconds: number,
): boolean {
  return authenticatedAtSeconds !== undefined && authenticatedAtSeconds + FRESH_LOGIN_SECONDS > nowSeconds;
}

function needsLogin(): DomainError {
  const description =
    'This change needs a login of the last ten minutes. Ask the person to log in again, with max_age.';
  return new DomainError('insufficient_user_authentication', description, { maxAgeSeconds: FRESH_LOGIN_SECONDS });
}

function outlastsConsent(): DomainError {
  const description = 'A third-party application that acts for a user makes and changes no credentials.';
  return new DomainError('forbidden', description);
}
