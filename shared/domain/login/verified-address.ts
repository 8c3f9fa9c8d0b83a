import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { exists, type User, userKey } from '../records/principals.ts';

/**
 * Notes that a user has shown a code that was sent to the user's address. A user whose address was changed meanwhile
 * stays as it is.
 */
export async function noteVerifiedAddress(
  { userId, email }: { readonly userId: string; readonly email: string },
  { records, users }: { readonly records: RecordReader; readonly users: RecordWriter<'user'> },
): Promise<void> {
  const key = userKey(userId);
  const user = await records.open(userId).find(key);
  if (user === undefined || user.email !== email || user.isEmailVerified === true) return;
  const change = (before: User): User | undefined => {
    if (!exists(before)) return undefined;
    return before.email === email ? { ...before, isEmailVerified: true } : before;
  };
  await changeRecord({ key, change }, { records, directory: users });
}
