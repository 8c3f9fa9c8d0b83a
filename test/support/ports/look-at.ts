import type { Client } from '#shared/domain/records/client.ts';
import type { DirectoryKind, DirectoryRecords, Look } from '#shared/domain/records/look.ts';

type Records = { readonly [Kind in DirectoryKind]?: Readonly<Record<string, DirectoryRecords[Kind]>> };

/** A look at records that a test spells out. */
export function lookAt(records: Records, clients: readonly Client[] = []): Look {
  return {
    client: async (id) => clients.find((client) => client.id === id),
    find: async <Kind extends DirectoryKind>(kind: Kind, id: string) => {
      const ofKind: Readonly<Record<string, DirectoryRecords[Kind]>> = records[kind] ?? {};
      return ofKind[id];
    },
    findShortLived: async () => undefined,
    isRevoked: async () => false,
    expect: () => undefined,
  };
}
