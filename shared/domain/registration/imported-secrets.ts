import type { ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Client, StoredSecret } from '../records/client.ts';
import { liveSecrets, withSecret } from './client-secrets.ts';
import { newSelector } from './secret.ts';

/**
 * Imported secrets were made by another product. Mintmark knows only their bcrypt hashes. With them, a client can move
 * to Mintmark without a new secret. They have no seal by which a guess is refused without cost. For this reason guesses
 * are limited, and imports are off unless the deployment turns them on.
 */

interface ImportRequest {
  /** A bcrypt hash. The API has checked its form. */
  readonly importedHash: string;
  readonly title?: string | undefined;
  readonly expiresAtSeconds?: number | undefined;
}

/**
 * Makes the stored form of an imported secret.
 * @throws DomainError `forbidden` for a caller that is not of the whole workspace; `conflict` if the deployment does not allow
 * imports
 */
export function importedSecret(
  caller: ManagementCaller,
  { importedHash: hash, title, expiresAtSeconds }: ImportRequest,
  ports: { readonly importedSecrets: boolean; readonly random: Random; readonly clock: Clock },
): StoredSecret {
  if (caller.scope.type !== 'workspace') {
    throw new DomainError('forbidden', 'Only callers of the whole workspace may import secrets.');
  }
  if (!ports.importedSecrets) {
    throw new DomainError('conflict', 'This deployment allows no imported secrets: see its setting importedSecrets.');
  }
  const selector = newSelector(ports.random);
  const createdAtSeconds = ports.clock.nowSeconds();
  const createdBy = caller.subject;
  return { selector, hash, lastFour: '', imported: true, title, createdBy, createdAtSeconds, expiresAtSeconds };
}

/**
 * Adds an imported secret to a client. A client has at most one imported secret: the secret has no selector in its
 * text, and a guess must cost exactly one comparison for every client.
 * @throws DomainError `conflict` if the client has a live imported secret, and as `withSecret` does
 */
export function withImportedSecret(client: Client, secret: StoredSecret, nowSeconds: number): Client {
  if (liveSecrets(client, nowSeconds).some(({ imported }) => imported)) {
    throw new DomainError('conflict', 'A client has at most one imported secret: delete it first, or rotate.');
  }
  return withSecret(client, secret, nowSeconds);
}
