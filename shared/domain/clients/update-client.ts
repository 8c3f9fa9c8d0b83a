import { changedOwnQuota, type TokenQuotaChange } from '../access/token-quota.ts';
import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { type JsonObject, patchedMember } from '../json.ts';
import { mergeMetadata } from '../metadata.ts';
import type { ClientChanger } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { movedMark } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import type { ApplicationRegistration } from '../records/registration.ts';
import { withUsableSecrets } from '../registration/client-secrets.ts';
import { type ClientAccess, changeOwnClient } from './client-ownership.ts';

/** A change to a client. A member that is undefined stays as it is. The expiry can only become earlier. */
export interface ClientPatch {
  readonly description?: string | undefined;
  readonly metadata?: JsonObject | null | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly expiresInSeconds?: number | undefined;
  readonly tokenLifetimeSeconds?: number | null | undefined;
  readonly tokenQuota?: TokenQuotaChange | null | undefined;
  /** Every token of the client that was issued up to this moment is inactive from now on. */
  readonly tokensRevokedUntilSeconds?: number | undefined;
  /** Makes the new registration from the registration before. */
  readonly register?: ((before: ApplicationRegistration | undefined) => ApplicationRegistration) | undefined;
}

/** Changes a client. @throws DomainError as `changeOwnClient` does; `invalid_request` for a later expiry */
export async function updateClient(
  access: ClientAccess,
  patch: ClientPatch,
  ports: { readonly records: RecordReader; readonly clientChanger: ClientChanger; readonly clock: Clock },
): Promise<Client> {
  const now = ports.clock.nowSeconds();
  return changeOwnClient(access, (before) => withChanges(before, patch, now), ports);
}

/** Returns the client after a change. @throws DomainError `invalid_request` for a later expiry */
export function withChanges(before: Client, patch: ClientPatch, nowSeconds: number): Client {
  return withUsableSecrets({
    ...before,
    description: patch.description ?? before.description,
    metadata: mergeMetadata(before.metadata, patch.metadata),
    status: patch.status ?? before.status,
    isPausedByOwner: patch.status === undefined ? before.isPausedByOwner : undefined,
    expiresAtSeconds: earlierExpiry(before, patch.expiresInSeconds, nowSeconds),
    tokenLifetimeSeconds: patchedMember(before.tokenLifetimeSeconds, patch.tokenLifetimeSeconds),
    tokenQuota: changedOwnQuota(before.tokenQuota, patch.tokenQuota),
    revokedBeforeSeconds: movedMark(before.revokedBeforeSeconds, patch.tokensRevokedUntilSeconds, nowSeconds),
    registration: patch.register?.(before.registration) ?? before.registration,
  });
}

function earlierExpiry({ expiresAtSeconds }: Client, expiresInSeconds: number | undefined, nowSeconds: number) {
  if (expiresInSeconds === undefined) return expiresAtSeconds;
  const requested = nowSeconds + expiresInSeconds;
  if (expiresAtSeconds === undefined || requested <= expiresAtSeconds) return requested;
  throw new DomainError('invalid_request', 'The expiry can only become earlier: create a new credential.', {
    field: 'expiresInSeconds',
  });
}
