import { DomainError } from '#shared/domain/errors.ts';
import type { ClientChanger, ClientWriter, DirectoryWriter } from '#shared/domain/records/change-record.ts';
import type { Client } from '#shared/domain/records/client.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import type { DirectoryKind, RecordKey } from '#shared/domain/records/record-key.ts';
import { lookAt, type Records } from './look-at.ts';

interface Versioned {
  readonly version: number;
}

/** Records in memory with the conditional writes of DynamoDB, for tests in which only the order of calls matters. */
export interface MemoryRecords {
  readonly records: RecordReader;
  readonly clients: ClientWriter;
  readonly clientChanger: ClientChanger;
  readonly directory: DirectoryWriter;
  /** How often something was written. */
  readonly writes: () => number;
  readonly client: (id: string) => Client | undefined;
  readonly find: <Kept>(key: RecordKey<DirectoryKind, Kept>) => Kept | undefined;
}

interface Contents {
  readonly clients?: readonly Client[];
  readonly records?: Records;
}

/** Awaits `turn` before every read and write, so that a test decides which caller comes first. */
export function memoryRecords(
  { clients = [], records = {} }: Contents,
  turn: () => Promise<void> = async () => {},
): MemoryRecords {
  const kept = new Map<string, Versioned>(clients.map((client) => [`client ${client.id}`, client]));
  for (const [kind, ofKind] of Object.entries(records)) {
    for (const [key, record] of Object.entries(ofKind)) kept.set(`${kind} ${key}`, record);
  }
  let writes = 0;
  const insert = async (address: string, record: Versioned) => {
    await turn();
    if (kept.has(address)) throw new DomainError('conflict', 'This key is in use.');
    kept.set(address, record);
    writes += 1;
  };
  const write = async (address: string, record: Versioned) => {
    await turn();
    if (kept.get(address)?.version !== record.version - 1) return false;
    kept.set(address, record);
    writes += 1;
    return true;
  };
  const find = <Kept>(key: RecordKey<DirectoryKind, Kept>) => kept.get(addressOf(key)) as Kept | undefined;
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
      find: <Kept>(key: RecordKey<DirectoryKind, Kept>) => readOnce(addressOf(key), () => find(key)),
    };
  };
  return {
    records: { open: openLook },
    clients: { insert: (record) => insert(`client ${record.id}`, record) },
    clientChanger: { replace: (record) => write(`client ${record.id}`, record) },
    directory: {
      insert: (key, record) => insert(addressOf(key), record),
      replace: (key, record) => write(addressOf(key), record),
      remove: async (key, version) => {
        await turn();
        const held = kept.get(addressOf(key));
        if (held?.version === version) kept.delete(addressOf(key));
        return held === undefined || held.version === version;
      },
    },
    writes: () => writes,
    client,
    find,
  };
}

function addressOf({ kind, id }: RecordKey<DirectoryKind, unknown>): string {
  return `${kind} ${id}`;
}
