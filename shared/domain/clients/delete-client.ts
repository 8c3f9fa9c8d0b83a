import { assertVersion, notFound, preconditionFailed } from '../errors.ts';
import type { ClientRemover } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { type ClientAccess, getClient } from './client-ownership.ts';

/**
 * Deletes a client. From now on it gets no tokens, and its access tokens are inactive. If several requests delete it at
 * once, one succeeds.
 * @throws DomainError `not_found`; `precondition_failed` for another version than expected
 */
export async function deleteClient(
  { caller, owner, clientId, expectedVersion }: ClientAccess,
  ports: { readonly records: RecordReader; readonly clientRemover: ClientRemover },
): Promise<void> {
  assertVersion(await getClient(caller, owner, clientId, ports), expectedVersion);
  const removal = await ports.clientRemover.remove(clientId, expectedVersion);
  if (removal === 'missing') throw notFound();
  if (removal === 'changed') throw preconditionFailed();
}
