import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { proofOf } from '../registration/registration.ts';
import { type AuthenticatedClient, invalidClient } from './authenticate-client.ts';

/**
 * A public client (RFC 6749 §2.1) says who it is and cannot prove it, so that it gets no further than a grant which
 * proves something by itself.
 * @throws DomainError `invalid_client`, the same for unknown, disabled, expired and for clients that have to prove it
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
