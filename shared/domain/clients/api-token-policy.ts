import { DomainError } from '../errors.ts';
import type { ApiTokenKind } from '../records/client.ts';
import type { WorkspaceSettings } from '../records/settings.ts';

/** The settings of the workspace for API tokens. */
type Policy = WorkspaceSettings['apiTokens'];

/** Checks that tenants, or users, may create API tokens of a kind. @throws DomainError `forbidden` */
export function assertKindAllowed(kind: ApiTokenKind, owner: keyof Policy['kinds'], { kinds }: Policy): void {
  if (kinds[owner].includes(kind)) return;
  throw new DomainError('forbidden', `In this workspace a ${owner} must not create API tokens of kind ${kind}.`, {
    field: 'kind',
  });
}

/**
 * Decides when a new API token expires, in seconds since 1970; undefined for never. A requested lifetime of null means
 * never, and undefined means the default of the settings.
 * @throws DomainError `invalid_request` for a lifetime above the maximum, and for null if there is a maximum
 */
export function expiryOfNewToken(
  requestedSeconds: number | null | undefined,
  policy: Policy,
  nowSeconds: number,
): number | undefined {
  const lifetimeSeconds = requestedSeconds === undefined ? policy.lifetimeSeconds : requestedSeconds;
  if (lifetimeSeconds === null && policy.maxLifetimeSeconds === null) return undefined;
  if (lifetimeSeconds === null) throw expiryError("API tokens of this workspace must expire: send 'expiresInSeconds'.");
  assertLifetimeAllowed(lifetimeSeconds, policy);
  return nowSeconds + lifetimeSeconds;
}

/** Checks that a lifetime is not above the maximum of the settings. @throws DomainError `invalid_request` */
export function assertLifetimeAllowed(lifetimeSeconds: number, { maxLifetimeSeconds }: Policy): void {
  if (maxLifetimeSeconds === null || lifetimeSeconds <= maxLifetimeSeconds) return;
  throw expiryError(`API tokens of this workspace must expire within ${maxLifetimeSeconds} seconds.`);
}

function expiryError(description: string): DomainError {
  return new DomainError('invalid_request', description, { field: 'expiresInSeconds' });
}
