import { expect, test } from 'vitest';
import { unavailable } from '#shared/domain/errors.ts';
import type { Client } from '#shared/domain/records/client.ts';
import { apiNameKey } from '#shared/domain/records/permissions.ts';
import type { DecidingClaims } from '#shared/domain/tokens/claims.ts';
import { readStatusList } from '#shared/domain/tokens/status-list.ts';
import { dayAt, placeAfter } from '#shared/domain/tokens/status-places.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { lookAt } from '#test/support/ports/look-at.ts';
import { aClient, anApi, aRole, aTenant } from '#test/support/ports/records.ts';

const NOW_SECONDS = 1_800_000_000;
const api = anApi({ statusList: true });
const clients = ['cli_good', 'cli_broken', 'cli_other'].map((id) => aClient({ id }));

const claimsOf = ({ id }: Client): DecidingClaims => ({
  iss: 'https://auth.example.com',
  sub: id,
  aud: api.identifier,
  iat: NOW_SECONDS,
  nbf: NOW_SECONDS,
  exp: NOW_SECONDS + 60,
  jti: `tok_of_${id}`,
  client_id: id,
  tenant_id: 'ten_acme',
  scope: 'read:reports',
});

/** Reads a list with one token of each client. Reading the client `cli_broken` fails with this error. */
function readListWith(error: Error) {
  const records = {
    tenant: { ten_acme: aTenant() },
    role: { rol_reader: aRole() },
    api: { [api.id]: api },
    name: { [apiNameKey(api.identifier).id]: { ownerId: api.id, version: 1, createdAtSeconds: NOW_SECONDS } },
  };
  const open = () => {
    const look = lookAt(records, clients);
    const client = async (id: string) => {
      if (id === 'cli_broken') throw error;
      return look.client(id);
    };
    return { ...look, client };
  };
  const entries = clients.map((client, index) => ({ index, claims: claimsOf(client) }));
  return readStatusList(placeAfter(dayAt(NOW_SECONDS), 0).list, {
    statusEntries: { read: async () => entries },
    records: { open },
    clock: { nowSeconds: () => NOW_SECONDS },
  });
}

test('Sound 5: a token whose records cannot be understood is inactive on its list, and the others stay active', async () => {
  const list = await readListWith(new Error('The record has an unknown form.'));
  expect(list?.statuses.slice(0, 2)).toEqual(new Uint8Array([0b010, 0]));
});

test('H11: a record that DynamoDB does not answer for is no reason to call a token inactive', async () => {
  expect(await outcomeOf(readListWith(unavailable(new Error('silence'))))).toBe('temporarily_unavailable');
});
