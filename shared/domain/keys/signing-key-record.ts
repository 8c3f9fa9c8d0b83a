import type { Clock } from '../ambient.ts';
import { ignoreConflict, notFound } from '../errors.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import type { StandingReader } from '../records/look.ts';
import { settingsIn } from '../records/read-settings.ts';
import { SIGNING_KEYS, type SigningKeys } from '../records/signing-keys.ts';
import type { FoundingKeys } from './ports.ts';
import { signingKeysIn } from './signing-keys.ts';

/** What it takes to read the record of the signing keys. */
export interface SigningKeyReaders {
  readonly standing: StandingReader;
  readonly foundingKeys: FoundingKeys;
  readonly clock: Clock;
}

/** And to change it. */
export interface SigningKeyPorts extends SigningKeyReaders {
  readonly signingKeyRecords: RecordWriter<'signingKeys'>;
}

/** Takes the deployment's keys into the record, once; until then they are used without it. */
export async function writeFoundingKeys(ports: SigningKeyPorts): Promise<void> {
  const { standing, foundingKeys, signingKeyRecords, clock } = ports;
  if ((await signingKeysIn(standing.open(SIGNING_KEYS))) !== undefined) return;
  const nowSeconds = clock.nowSeconds();
  const record = { keys: await foundingKeys.read(nowSeconds), creations: [], createdAtSeconds: nowSeconds, version: 1 };
  await signingKeyRecords.insert('signingKeys', SIGNING_KEYS, record).catch(ignoreConflict);
}

/** The record and the rules for it, read together. */
export async function readRotation({ standing, foundingKeys }: Pick<SigningKeyPorts, 'standing' | 'foundingKeys'>) {
  const look = standing.open(SIGNING_KEYS);
  const [record, { signingKeys: policy }] = await Promise.all([signingKeysIn(look), settingsIn(look)]);
  if (record === undefined) throw notFound();
  return { record, rules: { policy, algorithms: foundingKeys.algorithms } };
}

/** Changes the record as it stands. @throws DomainError as `changeRecord` does */
export function changeSigningKeys(
  change: (before: SigningKeys) => SigningKeys | undefined,
  { standing, signingKeyRecords }: Pick<SigningKeyPorts, 'standing' | 'signingKeyRecords'>,
  expectedVersion?: number,
): Promise<SigningKeys> {
  return changeRecord(
    { kind: 'signingKeys', key: SIGNING_KEYS, change, expectedVersion },
    { standing, directory: signingKeyRecords },
  );
}
