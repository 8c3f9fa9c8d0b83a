import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import type { Environment } from '#shared/ports.ts';

/** Reads each record from DynamoDB once, and then from memory. It shows the cost of Mintmark without a database. */
export function memoryRecords(environment: Environment): RecordReader {
  const source = dynamoRecords(environment);
  const kept = new Map<string, Promise<unknown>>();
  const keep = <Found>(address: string, read: () => Promise<Found>): Promise<Found> => {
    const known = kept.get(address) ?? read();
    kept.set(address, known);
    return known as Promise<Found>;
  };
  return {
    open: (about) => ({
      client: (id) => keep(`client ${id}`, () => source.open(about).client(id)),
      find: (key) => keep(`${key.kind} ${key.id}`, () => source.open(about).find(key)),
      findShortLived: (key) => source.open(about).findShortLived(key),
      isRevoked: (tokenId) => keep(`revoked ${tokenId}`, () => source.open(about).isRevoked(tokenId)),
      expect: () => undefined,
    }),
  };
}
