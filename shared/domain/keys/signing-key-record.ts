import type { Clock } from '../ambient.ts';
import { ignoreConflict, notFound } from '../errors.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { settingsIn } from '../records/settings.ts';
import type { FoundingKeys } from './ports.ts';
import { SIGNING_KEYS, type SigningKeys } from './signing-key.ts';
import { signingKeysIn } from './signing-keys.ts';

/** The ports for reading the record of the signing keys. */
export interface SigningKeyReaders {
  readonly records: RecordReader;
  readonly foundingKeys: FoundingKeys;
  readonly clock: Clock;
}

/** The ports for reading and changing the record of the signing keys. */
export interface SigningKeyPorts extends SigningKeyReaders {
  readonly signingKeyRecords: RecordWriter<'signingKeys'>;
}

/**
 * Writes the first record, with the deployment's keys, if there is no record. Without a record these keys are used too.
 */
export async function writeFoundingKeys(ports: SigningKeyPorts): Promise<void> {
  const { records, foundingKeys, signingKeyRecords, clock } = ports;
  if ((await signingKeysIn(records.open(SIGNING_KEYS.id))) !== undefined) return;
  const nowSeconds = clock.nowSeconds();
  const record = { keys: await foundingKeys.read(nowSeconds), creations: [], createdAtSeconds: nowSeconds, version: 1 };
  await signingKeyRecords.insert(SIGNING_KEYS, record).catch(ignoreConflict);
}

/** Reads the record of the signing keys together with the rules for its rotation. @throws DomainError `not_found` */
export async function readRotation({ records, foundingKeys }: Pick<SigningKeyPorts, 'records' | 'foundingKeys'>) {
  const look = records.open(SIGNING_KEYS.id);
  const [record, { signingKeys: policy }] = await Promise.all([signingKeysIn(look), settingsIn(look)]);
  if (record === undefined) throw notFound();
  return { record, rules: { policy, algorithms: foundingKeys.algorithms } };
}

/** Changes the record of the signing keys. @throws DomainError as `changeRecord` does */
export function changeSigningKeys(
  change: (before: SigningKeys) => SigningKeys | undefined,
  { records, signingKeyRecords }: Pick<SigningKeyPorts, 'records' | 'signingKeyRecords'>,
  expectedVersion?: number,
): Promise<SigningKeys> {
  return changeRecord({ key: SIGNING_KEYS, change, expectedVersion }, { records, directory: signingKeyRecords });
}
