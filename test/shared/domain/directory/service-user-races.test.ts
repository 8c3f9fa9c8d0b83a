import { expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { updateServiceUser } from '#shared/domain/directory/service-users.ts';
import { serviceUserKey } from '#shared/domain/records/principals.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { memoryRecords } from '#test/support/ports/memory-records.ts';
import { aRole, aServiceUser, aTenant } from '#test/support/ports/records.ts';

const weak = aRole({ id: 'rol_weak', level: 100 });

const strong = aRole({ id: 'rol_strong', level: 10 });

const disabled = aServiceUser({ roleIds: [weak.id], status: 'disabled' });

const path = { tenantId: disabled.tenantId, serviceUserId: disabled.id };

const manager: ManagementCaller = {
  clientId: 'cli_manager',
  subject: 'cli_manager',
  scope: { type: 'tenant', tenantId: path.tenantId },
  userId: undefined,
  permissions: ['write:service-users'],
  roles: [weak],
  heldPermissions: [],
};

/** Enables the service user, while another request gives it a stronger role before the manager's nth read or write. */
async function enableWhileStrengthened(nth: number) {
  let turns = 0;
  const records = memoryRecords(
    {
      records: {
        tenant: { [path.tenantId]: aTenant() },
        role: { [weak.id]: weak, [strong.id]: strong },
        serviceUser: { [disabled.id]: disabled },
      },
    },
    async () => {
      turns += 1;
      if (turns !== nth) return;
      await records.directory.replace(serviceUserKey(disabled.id), { ...disabled, roleIds: [strong.id], version: 2 });
    },
  );
  const change = { patch: { status: 'active' }, expectedVersion: undefined } as const;
  const outcome = await outcomeOf(updateServiceUser(manager, path, change, records));
  return { outcome, status: records.find(serviceUserKey(disabled.id))?.status, wasInTime: turns > nth };
}

test('RACE: C8: a caller cannot enable a service user that meanwhile becomes stronger than the caller', async () => {
  let turn = 1;
  for (; ; turn += 1) {
    const { outcome, status, wasInTime } = await enableWhileStrengthened(turn);
    if (!wasInTime) break;
    expect([turn, outcome, status]).toEqual([turn, 'forbidden', 'disabled']);
  }
  expect(turn).toBeGreaterThan(5);
});
