import type { Clock, Random } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { RecordWriter } from './change-record.ts';
import type { Versioned } from './lifecycle.ts';
import type { Look } from './look.ts';
import { apiRecordKey } from './permissions.ts';
import { exists, membershipKey, serviceUserKey, tenantKey, userKey } from './principals.ts';
import type { RecordKey, RecordList } from './record-key.ts';

/** What a deletion was about: enough to find what belonged to it. */
export type Deleted =
  | { readonly type: 'tenant'; readonly tenantId: string }
  | { readonly type: 'user'; readonly userId: string; readonly email: string }
  | { readonly type: 'membership'; readonly tenantId: string; readonly userId: string; readonly membershipId: string }
  | { readonly type: 'serviceUser'; readonly tenantId: string; readonly serviceUserId: string }
  | { readonly type: 'application'; readonly clientId: string }
  | { readonly type: 'api'; readonly apiId: string };

/** Says that rows of something deleted may still be there. It goes last, when all of them are gone. */
export interface Removal extends Versioned {
  readonly id: string;
  readonly deleted: Deleted;
}

/** Names the note of a deletion among the directory's records. */
export function removalKey(id: string): RecordKey<'removal', Removal> {
  return { kind: 'removal', id };
}

/** Lists the notes of all deletions. */
export const removalList: RecordList<'removal', Removal> = { kind: 'removal', owner: undefined };

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
  await ports.directory.insert(removalKey(id), {
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
      return exists(await look.find(tenantKey(deleted.tenantId)));
    case 'user':
      return exists(await look.find(userKey(deleted.userId)));
    case 'membership': {
      const membership = await look.find(membershipKey(deleted.tenantId, deleted.userId));
      return membership?.id === deleted.membershipId;
    }
    case 'serviceUser':
      return (await look.find(serviceUserKey(deleted.serviceUserId))) !== undefined;
    case 'application':
      return (await look.client(deleted.clientId)) !== undefined;
    case 'api':
      return (await look.find(apiRecordKey(deleted.apiId))) !== undefined;
  }
}
