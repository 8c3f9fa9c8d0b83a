import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { FoundingKeys } from '#shared/domain/keys/ports.ts';
import { SIGNING_KEYS, type SigningKey, type SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { withFoundingKeys } from '#shared/domain/keys/signing-keys.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { directoryKey } from '../dynamo/directory/directory-keys.ts';
import { signingKeysSchema } from '../dynamo/directory/signing-keys-schema.ts';
import { documentClient } from '../dynamo/document-client.ts';
import { required } from '../node/environment.ts';
import { sharedRead } from '../shared-read.ts';
import { kmsFoundingKeys } from './founding-keys.ts';

/** The highest age of keys that stay in use while DynamoDB fails. Verifiers cache the key set for the same time. */
const STALE_SECONDS_MAX = 300;

/** DynamoDB is not asked again for this long after a failure. */
const COOLDOWN_SECONDS = 5;

/**
 * The workspace's signing keys as this process knows them: the stored keys, and founding keys that no stored key
 * replaces.
 */
export interface KeyRing {
  /** The algorithms that the deployment signs with. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Returns all keys, from a record that the request has just read. */
  of(stored: SigningKeys | undefined, nowSeconds: number): Promise<readonly SigningKey[]>;
  /**
   * Returns all keys as they were at most `ageSecondsMax` ago. Simultaneous calls share one read that has just begun.
   * @throws DomainError `temporarily_unavailable`
   */
  recent(ageSecondsMax: number, nowSeconds: number): Promise<readonly SigningKey[]>;
}

const opened = new WeakMap<Environment, KeyRing>();

/** Returns the function's key ring. All its adapters share it. */
export function keyRing(environment: Environment): KeyRing {
  const ring = opened.get(environment) ?? openKeyRing(environment);
  opened.set(environment, ring);
  return ring;
}

interface Reading {
  readonly atSeconds: number;
  readonly keys: readonly SigningKey[];
}

function openKeyRing(environment: Environment): KeyRing {
  const founding = kmsFoundingKeys(environment);
  const of: KeyRing['of'] = (stored, nowSeconds) => allKeys(stored, founding, nowSeconds);
  const recent = recentReader(async (nowSeconds) => of(await readRecord(environment), nowSeconds));
  return { algorithms: founding.algorithms, of, recent };
}

/** The keys of a record, and the founding keys of algorithms for which the record has no key in KMS. */
async function allKeys(
  stored: SigningKeys | undefined,
  founding: FoundingKeys,
  nowSeconds: number,
): Promise<readonly SigningKey[]> {
  const keys = stored?.keys ?? [];
  const known = new Set(keys.filter(({ lane }) => lane === 'kms').map(({ algorithm }) => algorithm));
  if (founding.algorithms.every((algorithm) => known.has(algorithm))) return keys;
  return withFoundingKeys(keys, await founding.read(nowSeconds));
}

/** Remembers the last reading. Requests that need a newer reading at the same time share one read. */
function recentReader(read: (nowSeconds: number) => Promise<readonly SigningKey[]>): KeyRing['recent'] {
  let last: Reading | undefined;
  const share = sharedRead<Reading>();
  let failedAtSeconds = Number.NEGATIVE_INFINITY;
  const readAgain = async (nowSeconds: number) => {
    const reading = { atSeconds: nowSeconds, keys: await read(nowSeconds) };
    // A read that was slow does not replace what a later one found.
    if (last === undefined || last.atSeconds <= nowSeconds) last = reading;
    return reading;
  };
  const lastWithin = (seconds: number, nowSeconds: number) =>
    last !== undefined && Math.abs(nowSeconds - last.atSeconds) < seconds ? last : undefined;

  return async (ageSecondsMax, nowSeconds) => {
    const fresh = lastWithin(ageSecondsMax, nowSeconds);
    if (fresh !== undefined) return fresh.keys;
    const stale = lastWithin(STALE_SECONDS_MAX, nowSeconds);
    if (stale !== undefined && nowSeconds < failedAtSeconds + COOLDOWN_SECONDS) return stale.keys;
    try {
      return (await share(() => readAgain(nowSeconds))).keys;
    } catch (error) {
      failedAtSeconds = nowSeconds;
      if (stale !== undefined) return stale.keys;
      throw error;
    }
  };
}

async function readRecord(environment: Environment): Promise<SigningKeys | undefined> {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const Key = { key: directoryKey(SIGNING_KEYS) };
  const { Item } = await documentClient(environment)
    .send(new GetCommand({ TableName, Key, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return Item && signingKeysSchema.parse(Item.record);
}
