import type { Clock, Random } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { RecordWriter } from './change-record.ts';
import type { Deleted } from './lifecycle.ts';
import type { Look } from './look.ts';
import { exists, membershipKey } from './principals.ts';

/** Where such notes go. */
export type RemovalNotes = Pick<RecordWriter<'removal'>, 'insert'>;

/**
 * Notes that something is about to be deleted, so that its rows are removed later. It comes before the deletion itself:
 * whatever breaks off between the two leaves a note that turns out to be about nothing.
 */
export async function noteRemoval(
  deleted: Deleted,
  ports: { readonly directory: RemovalNotes; readonly clock: Clock; readonly random: Random },
): Promise<void> {
  const id = newId('rem', ports.random);
  await ports.directory.insert('removal', id, {
    id,
    deleted,
    createdAtSeconds: ports.clock.nowSeconds(),
    version: 1,
  });
}

/** Whether something stands although its deletion was noted: the deletion broke off or lost a race. */
export async function stillStands(deleted: Deleted, look: Look): Promise<boolean> {
  switch (deleted.type) {
    case 'tenant':
      return exists(await look.find('tenant', deleted.tenantId));
    case 'user':
      return exists(await look.find('user', deleted.userId));
    case 'membership': {
      const membership = await look.find('membership', membershipKey(deleted.tenantId, deleted.userId));
      return membership?.id === deleted.membershipId;
    }
    case 'serviceUser':
      return (await look.find('serviceUser', deleted.serviceUserId)) !== undefined;
    case 'application':
      return (await look.client(deleted.clientId)) !== undefined;
    case 'api':
      return (await look.find('api', deleted.apiId)) !== undefined;
  }
}
