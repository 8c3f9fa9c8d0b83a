import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { proofOf } from '../registration/registration.ts';
import { type AuthenticatedClient, invalidClient } from './authenticate-client.ts';

/**
 * Finds a public client by its id (RFC 6749 §2.1). The id proves no identity, so a public client gets a token only for
 * a grant that is a credential itself.
 * @throws DomainError `invalid_client`, the same for an unknown, disabled or expired client and for a client that is
 * registered with a credential
 */
export async function authenticatePublicClient(
  clientId: string,
  { records, clock }: { readonly records: RecordReader; readonly clock: Clock },
): Promise<AuthenticatedClient> {
  if (!isMadeId('cli', clientId)) throw invalidClient();
  const authenticatedAtSeconds = clock.nowSeconds();
  const look = records.open(clientId);
  const client = await look.client(clientId);
  if (client === undefined || !isLive(client, authenticatedAtSeconds)) throw invalidClient();
  if (proofOf(client) !== 'none') throw invalidClient();
  return { client, credential: undefined, look, authenticatedAtSeconds, expiresAtSeconds: client.expiresAtSeconds };
}
