import type { ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Client, StoredSecret } from '../records/client.ts';
import { liveSecrets, withSecret } from './client-secrets.ts';
import { newSelector } from './secret.ts';

/**
 * Secrets that another product made, known by their bcrypt hashes only, so that clients can move to Mintmark before
 * their secrets do. They lack the seal by which guesses at Mintmark's own secrets are refused for nothing; hence the
 * limiter, and hence the setting of the deployment without which nothing here ever runs.
 */

interface ImportRequest {
  /** A bcrypt hash; its form was checked. */
  readonly importedHash: string;
  readonly title?: string | undefined;
  readonly expiresAtSeconds?: number | undefined;
}

/**
 * A secret that is imported for a client.
 * @throws DomainError `forbidden` for callers bound to a tenant, `conflict` where the deployment takes no imports
 */
export function importedSecret(
  caller: ManagementCaller,
  { importedHash: hash, title, expiresAtSeconds }: ImportRequest,
  ports: { readonly importedSecrets: boolean; readonly random: Random; readonly clock: Clock },
): StoredSecret {
  if (caller.tenantId !== undefined) {
    throw new DomainError('forbidden', 'Only callers of the whole workspace may import secrets.');
  }
  if (!ports.importedSecrets) {
    throw new DomainError('conflict', 'This deployment takes no imported secrets: see its setting importedSecrets.');
  }
  const selector = newSelector(ports.random);
  const createdAtSeconds = ports.clock.nowSeconds();
  const createdBy = caller.subject;
  return { selector, hash, lastFour: '', imported: true, title, createdBy, createdAtSeconds, expiresAtSeconds };
}

/**
 * Adds an imported secret. A client has one at most: it does not say which secret it is, and a guess must cost one
 * comparison whoever it is aimed at.
 * @throws DomainError `conflict` where one is live, and as `withSecret` does
 */
export function withImportedSecret(client: Client, secret: StoredSecret, nowSeconds: number): Client {
  if (liveSecrets(client, nowSeconds).some(({ imported }) => imported)) {
    throw new DomainError('conflict', 'A client has at most one imported secret: delete it first, or rotate.');
  }
  return withSecret(client, secret, nowSeconds);
}
