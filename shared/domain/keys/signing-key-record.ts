import type { Clock } from '../ambient.ts';
import { ignoreConflict, notFound } from '../errors.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { settingsIn } from '../records/settings.ts';
import type { FoundingKeys } from './ports.ts';
import { SIGNING_KEYS, type SigningKeys } from './signing-key.ts';
import { signingKeysIn } from './signing-keys.ts';

/** What it takes to read the record of the signing keys. */
export interface SigningKeyReaders {
  readonly records: RecordReader;
  readonly foundingKeys: FoundingKeys;
  readonly clock: Clock;
}

/** And to change it. */
export interface SigningKeyPorts extends SigningKeyReaders {
  readonly signingKeyRecords: RecordWriter<'signingKeys'>;
}

/** Takes the deployment's keys into the record, once; until then they are used without it. */
export async function writeFoundingKeys(ports: SigningKeyPorts): Promise<void> {
  const { records, foundingKeys, signingKeyRecords, clock } = ports;
  if ((await signingKeysIn(records.open(SIGNING_KEYS.id))) !== undefined) return;
  const nowSeconds = clock.nowSeconds();
  const record = { keys: await foundingKeys.read(nowSeconds), creations: [], createdAtSeconds: nowSeconds, version: 1 };
  await signingKeyRecords.insert(SIGNING_KEYS, record).catch(ignoreConflict);
}

/** The record and the rules for it, read together. */
export async function readRotation({ records, foundingKeys }: Pick<SigningKeyPorts, 'records' | 'foundingKeys'>) {
  const look = records.open(SIGNING_KEYS.id);
  const [record, { signingKeys: policy }] = await Promise.all([signingKeysIn(look), settingsIn(look)]);
  if (record === undefined) throw notFound();
  return { record, rules: { policy, algorithms: foundingKeys.algorithms } };
}

/** Changes the record as it stands. @throws DomainError as `changeRecord` does */
export function changeSigningKeys(
  change: (before: SigningKeys) => SigningKeys | undefined,
  { records, signingKeyRecords }: Pick<SigningKeyPorts, 'records' | 'signingKeyRecords'>,
  expectedVersion?: number,
): Promise<SigningKeys> {
  return changeRecord({ key: SIGNING_KEYS, change, expectedVersion }, { records, directory: signingKeyRecords });
}
