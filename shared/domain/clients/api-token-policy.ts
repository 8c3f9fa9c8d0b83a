import { DomainError } from '../errors.ts';
import type { ApiTokenKind } from '../records/client.ts';
import type { WorkspaceSettings } from '../records/settings.ts';

/** What the workspace's settings say about API tokens. */
type Policy = WorkspaceSettings['apiTokens'];

/** @throws DomainError `forbidden` for a kind that this sort of owner may not create */
export function assertKindAllowed(kind: ApiTokenKind, owner: keyof Policy['kinds'], { kinds }: Policy): void {
  if (kinds[owner].includes(kind)) return;
  throw new DomainError('forbidden', `In this workspace a ${owner} may not create API tokens of kind ${kind}.`, {
    field: 'kind',
  });
}

/**
 * When a new API token ends: as asked, else as the settings say; undefined for never.
 * @throws DomainError `invalid_request` for never where every token has to expire, and for too late
 */
export function expiryOfNew(
  requestedSeconds: number | null | undefined,
  policy: Policy,
  nowSeconds: number,
): number | undefined {
  const lifetimeSeconds = requestedSeconds === undefined ? policy.lifetimeSeconds : requestedSeconds;
  if (lifetimeSeconds === null && policy.maxLifetimeSeconds === null) return undefined;
  if (lifetimeSeconds === null) throw tooLate("API tokens of this workspace have to expire: send 'expiresInSeconds'.");
  assertLifetimeAllowed(lifetimeSeconds, policy);
  return nowSeconds + lifetimeSeconds;
}

/** @throws DomainError `invalid_request` for a lifetime above the settings' maximum */
export function assertLifetimeAllowed(lifetimeSeconds: number, { maxLifetimeSeconds }: Policy): void {
  if (maxLifetimeSeconds === null || lifetimeSeconds <= maxLifetimeSeconds) return;
  throw tooLate(`API tokens of this workspace live at most ${maxLifetimeSeconds} seconds.`);
}

function tooLate(description: string): DomainError {
  return new DomainError('invalid_request', description, { field: 'expiresInSeconds' });
}
