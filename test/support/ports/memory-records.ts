import { DomainError } from '#shared/domain/errors.ts';
import type { ClientChanger, DirectoryWriter } from '#shared/domain/records/change-record.ts';
import type { Client } from '#shared/domain/records/client.ts';
import type { DirectoryKind, DirectoryRecords, RecordReader } from '#shared/domain/records/look.ts';
import { lookAt } from './look-at.ts';

interface Versioned {
  readonly version: number;
}

/** Records in memory with the conditional writes of DynamoDB, for tests in which only the order of calls matters. */
export interface MemoryRecords {
  readonly records: RecordReader;
  readonly clientChanger: ClientChanger;
  readonly directory: DirectoryWriter;
  /** How often something was written. */
  readonly writes: () => number;
  readonly client: (id: string) => Client | undefined;
  readonly find: <Kind extends DirectoryKind>(kind: Kind, key: string) => DirectoryRecords[Kind] | undefined;
}

/** Records of the directory by kind and key. */
export type Records = { readonly [Kind in DirectoryKind]?: Readonly<Record<string, DirectoryRecords[Kind]>> };

interface Contents {
  readonly clients?: readonly Client[];
  readonly records?: Records;
}

/** `turn` is awaited before every read and write; whoever decides when it ends decides who comes first. */
export function memoryRecords(
  { clients = [], records = {} }: Contents,
  turn: () => Promise<void> = async () => {},
): MemoryRecords {
  const kept = new Map<string, Versioned>(clients.map((client) => [`client ${client.id}`, client]));
  for (const [kind, ofKind] of Object.entries(records)) {
    for (const [key, record] of Object.entries(ofKind)) kept.set(`${kind} ${key}`, record);
  }
  let writes = 0;
  const write = async (address: string, record: Versioned) => {
    await turn();
    if (kept.get(address)?.version !== record.version - 1) return false;
    kept.set(address, record);
    writes += 1;
    return true;
  };
  const find = <Kind extends DirectoryKind>(kind: Kind, key: string) =>
    kept.get(`${kind} ${key}`) as DirectoryRecords[Kind] | undefined;
  const client = (id: string) => kept.get(`client ${id}`) as Client | undefined;
  /** Within one look every record is read once. */
  const openLook = () => {
    const read = new Map<string, Promise<unknown>>();
    const readOnce = <Found>(address: string, now: () => Found): Promise<Found> => {
      const reading = (read.get(address) as Promise<Found> | undefined) ?? turn().then(now);
      read.set(address, reading);
      return reading;
    };
    return {
      ...lookAt({}),
      client: (id: string) => readOnce(`client ${id}`, () => client(id)),
      find: <Kind extends DirectoryKind>(kind: Kind, key: string) => readOnce(`${kind} ${key}`, () => find(kind, key)),
    };
  };
  return {
    records: { open: openLook },
    clientChanger: { replace: (record) => write(`client ${record.id}`, record) },
    directory: {
      insert: async (kind, key, record) => {
        await turn();
        if (kept.has(`${kind} ${key}`)) throw new DomainError('conflict', 'This key is in use.');
        kept.set(`${kind} ${key}`, record);
        writes += 1;
      },
      replace: (kind, key, record) => write(`${kind} ${key}`, record),
      remove: async (kind, key, version) => {
        await turn();
        const held = kept.get(`${kind} ${key}`);
        if (held?.version === version) kept.delete(`${kind} ${key}`);
        return held === undefined || held.version === version;
      },
    },
    writes: () => writes,
    client,
    find,
  };
}
