import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';
import QuickLRU from 'quick-lru';
import type * as z from 'zod';
import type { Look, RecordReader } from '#shared/domain/records/look.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { BATCH_KEYS_MAX, batchGet } from '../batch-get.ts';
import { documentClient } from '../document-client.ts';
import { revocationKey } from '../tokens/revocations.ts';
import { shortLivedKey, shortLivedSchemaOf } from '../tokens/short-lived.ts';
import { clientSchema } from './client-schema.ts';
import { directoryKey } from './directory-keys.ts';
import { schemaOf } from './record-schemas.ts';

const REMEMBERED_LOOKS_MAX = 10_000;

const REMEMBERED_ADDRESSES_MAX = 64;

/** DynamoDB refuses a call with an empty or longer key, and all reads of the same call. */
const KEY_BYTES_MAX = 2_048;

type Item = Readonly<Record<string, unknown>>;

/** Table and key of an item, for example `directory/tenant#ten_1`. */
type Address = `${'clients' | 'directory' | 'tokens'}/${string}`;

/**
 * Reads the records that decide about credentials and tokens. Reads are strongly consistent and use base tables only.
 * Reads that begin at the same time go into one BatchGetItem. For each look, the reader remembers the addresses that
 * the last look with this name needed, but never the items. So the next look reads all of them in its first call. A text
 * that cannot be a key of DynamoDB names no item, and is not read.
 * @throws DomainError `temporarily_unavailable`, from each read
 */
export function dynamoRecords(environment: Environment): RecordReader {
  const client = documentClient(environment);
  const tables = {
    clients: { name: required(environment, 'MINTMARK_CLIENTS_TABLE'), key: 'id' },
    directory: { name: required(environment, 'MINTMARK_DIRECTORY_TABLE'), key: 'key' },
    tokens: { name: required(environment, 'MINTMARK_TOKENS_TABLE'), key: 'key' },
  };
  const remembered = new QuickLRU<string, readonly Address[]>({ maxSize: REMEMBERED_LOOKS_MAX });
  return {
    open: (about) => {
      const loader = new DataLoader((addresses: readonly Address[]) => readItems(client, tables, addresses), {
        maxBatchSize: BATCH_KEYS_MAX,
      });
      return openLook(loader, {
        recall: () => remembered.get(about) ?? [],
        remember: (addresses) => remembered.set(about, addresses),
      });
    },
  };
}

type Loader = DataLoader<Address, Item | undefined>;

interface Memory {
  recall(): readonly Address[];
  remember(addresses: readonly Address[]): unknown;
}

function openLook(loader: Loader, memory: Memory): Look {
  const used = new Set<Address>();
  const load = async (address: Address) => {
    if (used.size === 0) for (const remembered of memory.recall()) expect(loader, remembered);
    const item = await loader.load(address);
    // An address is remembered only after its read succeeded, so that a bad address cannot spoil later looks.
    if (!used.has(address) && used.size < REMEMBERED_ADDRESSES_MAX) {
      used.add(address);
      memory.remember([...used]);
    }
    return item;
  };
  return {
    client: async (id) => parse(clientSchema, await load(`clients/${id}`)),
    find: async (key) => {
      const item = await load(`directory/${directoryKey(key)}`);
      return parse(schemaOf(key), item?.record);
    },
    findShortLived: async (key) => {
      const item = await loader.load(`tokens/${shortLivedKey(key)}`);
      return parse(shortLivedSchemaOf(key), item?.record);
    },
    isRevoked: async (id) => (await loader.load(`tokens/${revocationKey(id)}`)) !== undefined,
    expect: (key) => expect(loader, `directory/${directoryKey(key)}`),
  };
}

/** Adds a read to the next call. If it fails, only a read that needs the item reports the error. */
function expect(loader: Loader, address: Address): void {
  loader.load(address).catch(() => undefined);
}

function parse<Record>(schema: z.ZodType<Record>, item: unknown): Record | undefined {
  return item === undefined ? undefined : schema.parse(item);
}

interface Tables {
  readonly [table: string]: { readonly name: string; readonly key: string };
}

async function readItems(
  client: DynamoDBDocumentClient,
  tables: Tables,
  addresses: readonly Address[],
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>();
  const answer = await batchGet(client, requestFor(tables, addresses.filter(hasKey)));
  for (const [table, { name, key }] of Object.entries(tables)) {
    for (const item of answer[name] ?? []) found.set(`${table}/${String(item[key])}`, item);
  }
  return addresses.map((address) => found.get(address));
}

function hasKey(address: Address): boolean {
  const bytes = Buffer.byteLength(keyIn(address));
  return bytes > 0 && bytes <= KEY_BYTES_MAX;
}

function keyIn(address: Address): string {
  return address.slice(address.indexOf('/') + 1);
}

function requestFor(tables: Tables, addresses: readonly Address[]) {
  const requests = Object.entries(tables).map(([table, { name, key }]) => {
    const mine = addresses.filter((address) => address.startsWith(`${table}/`));
    const Keys = mine.map((address) => ({ [key]: keyIn(address) }));
    return [name, { Keys, ConsistentRead: true }] as const;
  });
  return Object.fromEntries(requests.filter(([, { Keys }]) => Keys.length > 0));
}
