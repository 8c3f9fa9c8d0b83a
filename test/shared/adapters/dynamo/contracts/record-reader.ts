import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { WritableKind } from '#shared/domain/records/change-record.ts';
import type { Client } from '#shared/domain/records/client.ts';
import type { Versioned } from '#shared/domain/records/lifecycle.ts';
import { apiRecordKey, grantKey, nameKey, roleRecordKey } from '#shared/domain/records/permissions.ts';
import { membershipKey, tenantKey, userKey } from '#shared/domain/records/principals.ts';
import type { RecordKey } from '#shared/domain/records/record-key.ts';
import { outcomeOf, outcomesOf, repeat } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { aClient, aMembership, anApi, aRole, aTenant, aUser } from '#test/support/ports/records.ts';
import type { Workspace } from '#test/support/world/workspace.ts';

const fullClient: Client = aClient({
  subject: { type: 'user', tenantId: 'ten_acme', userId: 'usr_ada', membershipId: 'mem_1' },
  metadata: { team: 'billing', nested: { list: [1, 'two', null, true] }, empty: '' },
  expiresAtSeconds: 1_900_000_000,
  tokenLifetimeSeconds: 600,
});

const written = { createdAtSeconds: 1_800_000_000, version: 1 };

const grant = { id: 'grn_1', clientId: 'cli_admin', apiId: 'api_reports', ...written };

/** Makes a function that writes a record under its key and reads it. */
const writtenAndRead =
  <Kept extends Versioned>(key: RecordKey<WritableKind, Kept>, record: Kept) =>
  async ({ records, directory }: Workspace['ports']) => {
    await directory.insert(key, record);
    return { record, found: await records.open('any').find(key) };
  };

const directoryRecords = [
  ['tenant', writtenAndRead(tenantKey('ten_acme'), aTenant())],
  ['user', writtenAndRead(userKey('usr_ada'), aUser({ name: 'Ada' }))],
  ['membership', writtenAndRead(membershipKey('ten_acme', 'usr_ada'), aMembership())],
  ['role', writtenAndRead(roleRecordKey('rol_reader'), aRole())],
  ['api', writtenAndRead(apiRecordKey('api_reports'), anApi())],
  ['grant', writtenAndRead(grantKey('cli_admin', 'api_reports'), { ...grant, for: 'client', permissions: 'all' })],
  ['name', writtenAndRead(nameKey('email', 'ada@example.com'), { ownerId: 'usr_ada', ...written, version: 3 })],
] as const;

/** The contract of `RecordReader`, on which all decisions about credentials and tokens rely. */
export function recordReaderContract(open: () => Promise<Workspace>): void {
  test('finds no record before it is written', async () => {
    const look = (await open()).ports.records.open('cli_export');
    const found = [look.client('cli_export'), look.find(tenantKey('ten_acme')), look.isRevoked('tok_1')];
    expect(await Promise.all(found)).toEqual([undefined, undefined, false]);
  });

  test('finds a client with all its members', async () => {
    const { ports } = await open();
    await ports.clients.insert(fullClient);
    expect(await ports.records.open('cli_export').client('cli_export')).toEqual(fullClient);
  });

  test.each(directoryRecords)('finds a record with all its members: %s', async (_kind, writeAndRead) => {
    const { ports } = await open();
    const { record, found } = await writeAndRead(ports);
    expect(found).toEqual(record);
  });

  test('distinguishes records of different kinds with the same id', async () => {
    const { ports } = await open();
    await ports.directory.insert(tenantKey('same'), aTenant({ id: 'same' }));
    expect(await ports.records.open('any').find(userKey('same'))).toBeUndefined();
  });

  test('H11: a failed read in one look does not make the next look fail', async () => {
    const { ports, dynamo } = await open();
    const look = () => ports.records.open('any').find(tenantKey('ten_acme'));
    expect(await whileFailing(dynamo, denied, () => outcomeOf(look()))).toBe('temporarily_unavailable');
    expect(await look()).toBeUndefined();
  });

  test('sees in each look all earlier writes', async () => {
    const { ports } = await open();
    const look = async () => {
      const { find, client, isRevoked } = ports.records.open('cli_export');
      return Promise.all([find(tenantKey('ten_acme')), client('cli_export'), isRevoked('tok_1')]);
    };
    await ports.directory.insert(tenantKey('ten_acme'), aTenant());
    await ports.clients.insert(aClient());
    expect(await look()).toEqual([aTenant(), aClient(), false]);
    const deleted = aTenant({ status: 'deleted', version: 2 });
    await ports.directory.replace(tenantKey('ten_acme'), deleted);
    await ports.revocations.revoke('tok_1', 1_900_000_000);
    expect(await look()).toEqual([deleted, aClient(), true]);
    await ports.clientRemover.remove('cli_export');
    await ports.directory.remove(tenantKey('ten_acme'), 2);
    expect(await look()).toEqual([undefined, undefined, true]);
  });

  test('reads a record once in a look, so that a request sees only one version', async () => {
    const { ports, dynamo } = await open();
    await ports.directory.insert(tenantKey('ten_acme'), aTenant());
    const look = ports.records.open('ten_acme');
    const first = await look.find(tenantKey('ten_acme'));
    await ports.directory.replace(tenantKey('ten_acme'), aTenant({ name: 'Acme Ltd', version: 2 }));
    dynamo.forget();
    expect(await look.find(tenantKey('ten_acme'))).toEqual(first);
    expect(dynamo.calls).toEqual([]);
  });

  test('uses strongly consistent reads for every table', async () => {
    const { ports, dynamo, settings } = await open();
    const look = ports.records.open('cli_export');
    dynamo.forget();
    await Promise.all([look.client('cli_export'), look.find(tenantKey('ten_acme')), look.isRevoked('tok_1')]);
    expect(dynamo.calls).toEqual(['BatchGetItem']);
    expect(requestItems(dynamo.bodies[0])).toEqual({
      [settings.MINTMARK_CLIENTS_TABLE ?? '']: { Keys: [{ id: { S: 'cli_export' } }], ConsistentRead: true },
      [settings.MINTMARK_DIRECTORY_TABLE ?? '']: { Keys: [{ key: { S: 'tenant#ten_acme' } }], ConsistentRead: true },
      [settings.MINTMARK_TOKENS_TABLE ?? '']: { Keys: [{ key: { S: 'revoked#tok_1' } }], ConsistentRead: true },
    });
  });

  test('reads expected records together with the next read', async () => {
    const { ports, dynamo } = await open();
    await ports.directory.insert(roleRecordKey('rol_reader'), aRole());
    const look = ports.records.open('cli_export');
    dynamo.forget();
    look.expect(roleRecordKey('rol_reader'));
    await look.client('cli_export');
    expect(await look.find(roleRecordKey('rol_reader'))).toEqual(aRole());
    expect(dynamo.calls).toEqual(['BatchGetItem']);
  });

  test('reads all records of a repeated look in one call, and finds what changed meanwhile', async () => {
    const { ports, dynamo } = await open();
    await ports.clients.insert(aClient());
    await ports.directory.insert(tenantKey('ten_acme'), aTenant());
    const lookAlong = async () => {
      const look = ports.records.open('cli_export');
      const client = await look.client('cli_export');
      return [client, await look.find(tenantKey('ten_acme')), await look.find(roleRecordKey('rol_reader'))];
    };
    expect(await lookAlong()).toEqual([aClient(), aTenant(), undefined]);
    await ports.directory.insert(roleRecordKey('rol_reader'), aRole());
    await ports.directory.replace(tenantKey('ten_acme'), aTenant({ status: 'deleted', version: 2 }));
    dynamo.forget();
    expect(await lookAlong()).toEqual([aClient(), aTenant({ status: 'deleted', version: 2 }), aRole()]);
    expect(dynamo.calls).toEqual(['BatchGetItem']);
  });

  test('reads more than 100 keys, the maximum of one BatchGetItem', async () => {
    const { ports, dynamo } = await open();
    const ids = Array.from({ length: 150 }, (_, index) => `ten_${index}`);
    await repeat(150, (serial) => ports.directory.insert(tenantKey(`ten_${serial}`), aTenant({ id: `ten_${serial}` })));
    const look = ports.records.open('any');
    dynamo.forget();
    const found = await Promise.all(ids.map((id) => look.find(tenantKey(id))));
    expect(found.map((tenant) => tenant?.id)).toEqual(ids);
    const sizes = dynamo.bodies.flatMap((body) => Object.values(requestItems(body)).map(({ Keys }) => Keys.length));
    expect(sizes).toEqual([100, 50]);
  });

  test('asks again for unprocessed keys', async () => {
    const { ports, dynamo, settings } = await open();
    const table = settings.MINTMARK_DIRECTORY_TABLE ?? '';
    await ports.directory.insert(tenantKey('ten_a'), aTenant({ id: 'ten_a' }));
    await ports.directory.insert(tenantKey('ten_b'), aTenant({ id: 'ten_b' }));
    const first = await rawItem(table, 'tenant#ten_a');
    const left = { [table]: { Keys: [{ key: { S: 'tenant#ten_b' } }], ConsistentRead: true } };
    const answers = [{ Responses: { [table]: [first] }, UnprocessedKeys: left }];
    dynamo.forget();
    const answerHalf = () => {
      const body = answers.shift();
      return body && ({ kind: 'answer', body } as const);
    };
    const look = ports.records.open('any');
    const findBoth = () => Promise.all([look.find(tenantKey('ten_a')), look.find(tenantKey('ten_b'))]);
    expect(await whileFailing(dynamo, answerHalf, findBoth)).toEqual([
      aTenant({ id: 'ten_a' }),
      aTenant({ id: 'ten_b' }),
    ]);
    expect(dynamo.bodies.slice(1).map(requestItems)).toEqual([left]);
  });

  test('H11: answers temporarily_unavailable if keys stay unprocessed', async () => {
    const { ports, dynamo } = await open();
    const answerNothing = () => {
      const body = { Responses: {}, UnprocessedKeys: requestItems(dynamo.bodies.at(-1)) };
      return { kind: 'answer', body } as const;
    };
    const find = () => outcomeOf(ports.records.open('any').find(tenantKey('ten_acme')));
    expect(await whileFailing(dynamo, answerNothing, find)).toBe('temporarily_unavailable');
  });

  test.each(['InternalServerError', 'AccessDeniedException', 'ResourceNotFoundException'])(
    'H11: answers temporarily_unavailable if DynamoDB answers %s',
    async (name) => {
      const { ports, dynamo } = await open();
      const look = ports.records.open('cli_export');
      const readAll = () =>
        outcomesOf([look.client('cli_export'), look.find(tenantKey('ten_acme')), look.isRevoked('tok_1')]);
      const fail = () => ({ kind: 'error', name }) as const;
      expect(await whileFailing(dynamo, fail, readAll)).toEqual({ temporarily_unavailable: 3 });
    },
  );

  test('reads again in the next look after a failure', async () => {
    const { ports, dynamo } = await open();
    await ports.clients.insert(aClient());
    const look = () => ports.records.open('cli_export').client('cli_export');
    expect(await whileFailing(dynamo, denied, () => outcomeOf(look()))).toBe('temporarily_unavailable');
    expect(await look()).toEqual(aClient());
  });
}

interface Requested {
  readonly Keys: readonly object[];
}

function requestItems(body: string | undefined): Readonly<Record<string, Requested>> {
  return (JSON.parse(body ?? '{}') as { RequestItems: Record<string, Requested> }).RequestItems;
}

/** Reads an item in the format of the DynamoDB API. */
async function rawItem(TableName: string, key: string) {
  const client = new DynamoDBClient({});
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { key: { S: key } } }));
  client.destroy();
  return Item;
}
