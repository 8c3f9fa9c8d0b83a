import type { DirectoryRecords } from '#shared/adapters/dynamo/directory/record-schemas.ts';
import type { Client } from '#shared/domain/records/client.ts';
import type { Look } from '#shared/domain/records/look.ts';
import type { DirectoryKind, RecordKey } from '#shared/domain/records/record-key.ts';

/** Records of the directory by kind and id. */
export type Records = { readonly [Kind in DirectoryKind]?: Readonly<Record<string, DirectoryRecords[Kind]>> };

/** A look at records that a test spells out. */
export function lookAt(records: Records, clients: readonly Client[] = []): Look {
  return {
    client: async (id) => clients.find((client) => client.id === id),
    find: async <Kept>({ kind, id }: RecordKey<DirectoryKind, Kept>) => records[kind]?.[id] as Kept | undefined,
    findShortLived: async () => undefined,
    isRevoked: async () => false,
    expect: () => undefined,
  };
}
