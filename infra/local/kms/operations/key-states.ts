import * as z from 'zod';
import { keyArn } from '../arns.ts';
import { invalidState } from '../errors.ts';
import { assertNotPendingDeletion } from '../key-use.ts';
import { keyIdMember, operation } from './operation.ts';

const secondsPerDay = 86_400;

const EnableKey = operation(z.object({ KeyId: keyIdMember }), ({ KeyId }, store) => {
  const key = store.keyByIdOrArn(KeyId);
  assertNotPendingDeletion(key);
  store.putKey({ ...key, state: 'Enabled' });
  return undefined;
});

const DisableKey = operation(z.object({ KeyId: keyIdMember }), ({ KeyId }, store) => {
  const key = store.keyByIdOrArn(KeyId);
  assertNotPendingDeletion(key);
  store.putKey({ ...key, state: 'Disabled' });
  return undefined;
});

const ScheduleKeyDeletion = operation(
  z.object({ KeyId: keyIdMember, PendingWindowInDays: z.int().min(7).max(30).default(30) }),
  ({ KeyId, PendingWindowInDays }, store) => {
    const key = store.keyByIdOrArn(KeyId);
    assertNotPendingDeletion(key);
    const deletedAtSeconds = Date.now() / 1000 + PendingWindowInDays * secondsPerDay;
    store.putKey({ ...key, state: 'PendingDeletion', deletedAtSeconds });
    return { KeyId: keyArn(key.id), DeletionDate: deletedAtSeconds, KeyState: 'PendingDeletion', PendingWindowInDays };
  },
);

const CancelKeyDeletion = operation(z.object({ KeyId: keyIdMember }), ({ KeyId }, store) => {
  const key = store.keyByIdOrArn(KeyId);
  if (key.state !== 'PendingDeletion') throw invalidState(`${keyArn(key.id)} is not pending deletion.`);
  store.putKey({ ...key, state: 'Disabled', deletedAtSeconds: undefined });
  return { KeyId: keyArn(key.id) };
});

/** The operations that enable and disable keys, and schedule or cancel their deletion. */
export const keyStateOperations = { EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion };
