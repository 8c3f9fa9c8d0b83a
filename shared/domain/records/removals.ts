import type { Clock, Random } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { RecordWriter } from './change-record.ts';
import type { Versioned } from './lifecycle.ts';
import type { RecordKey, RecordList } from './record-key.ts';

/** A deleted record, with the ids by which the rows that belonged to it are found. */
export type Deleted =
  | { readonly type: 'tenant'; readonly tenantId: string }
  | { readonly type: 'user'; readonly userId: string; readonly email: string }
  | { readonly type: 'membership'; readonly tenantId: string; readonly userId: string; readonly membershipId: string }
  | { readonly type: 'workspaceMember'; readonly userId: string; readonly membershipId: string }
  | { readonly type: 'serviceUser'; readonly tenantId: string; readonly serviceUserId: string }
  | { readonly type: 'application'; readonly clientId: string }
  | { readonly type: 'api'; readonly apiId: string };

/**
 * The note of a deletion: rows that belonged to the deleted record may still exist. It is removed after the last row.
 */
export interface Removal extends Versioned {
  readonly id: string;
  readonly deleted: Deleted;
}

/** Names the note of a deletion. */
export function removalKey(id: string): RecordKey<'removal', Removal> {
  return { kind: 'removal', id };
}

/** Names the list of all notes of deletions. */
export const removalList: RecordList<'removal', Removal> = { kind: 'removal', owner: undefined };

/** Writes notes of deletions. */
export type RemovalNotes = Pick<RecordWriter<'removal'>, 'insert'>;

/**
 * Notes a deletion, so that a later run removes the rows that belong to it. The note is written before the deletion. If
 * the deletion then fails, the run finds that the record still exists and removes only the note.
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
