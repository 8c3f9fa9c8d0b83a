import { expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { WORKSPACE } from '#shared/domain/access/caller-scope.ts';
import { setClientGrant } from '#shared/domain/clients/client-grants.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { memoryRecords } from '#test/support/ports/memory-records.ts';
import { aClient, anApi } from '#test/support/ports/records.ts';

const workspace: ManagementCaller = {
  clientId: 'cli_manager',
  subject: 'cli_manager',
  scope: WORKSPACE,
  userId: undefined,
  permissions: [],
  roles: [],
  heldPermissions: [],
};
const ids = Array.from({ length: 101 }, (_, serial) => `api_${serial}`);
const [another = ''] = ids.slice(-1);

/** An application with client grants at 100 APIs of which the first `deleted` do not exist any more. */
function setAnother(deleted: number) {
  const client = aClient({ id: 'cli_app', subject: { type: 'application' }, apiIds: ids.slice(0, 100) });
  const api = Object.fromEntries(ids.slice(deleted).map((id) => [id, anApi({ id })]));
  const memory = memoryRecords({ clients: [client], records: { api } });
  const ports = {
    ...memory,
    clock: { nowSeconds: () => 1 },
    random: { bytes: (length: number) => new Uint8Array(length) },
  };
  const path = { clientId: client.id, apiId: another, for: 'client' } as const;
  return { memory, setting: setClientGrant(workspace, path, ['read:reports'], ports) };
}

test('Sound 5: an application has client grants at 100 APIs and no more', async () => {
  const { memory, setting } = setAnother(0);
  expect([await outcomeOf(setting), memory.writes()]).toEqual(['conflict', 0]);
});

test('Sound 4: deleted APIs do not count, and their ids leave the application', async () => {
  const { memory, setting } = setAnother(3);
  expect(await setting).toMatchObject({ apiId: another });
  expect(memory.client('cli_app')?.apiIds).toEqual(ids.slice(3));
});
