import { notFound } from '../errors.ts';
import { SIGNING_KEYS, type SigningKey, type SigningKeys } from './signing-key.ts';
import {
  changeSigningKeys,
  readRotation,
  type SigningKeyPorts,
  type SigningKeyReaders,
  writeFoundingKeys,
} from './signing-key-record.ts';
import { demandSuccessor, type Rules, revoke, withKey } from './signing-key-transitions.ts';
import { signingKeysIn } from './signing-keys.ts';

/** Returns all signing keys, the oldest first. Before the first rotation run, these are the keys of the deployment. */
export async function getSigningKeys({ records, foundingKeys, clock }: SigningKeyReaders): Promise<SigningKeys> {
  const stored = await signingKeysIn(records.open(SIGNING_KEYS.id));
  if (stored !== undefined) return stored;
  return { keys: await foundingKeys.read(clock.nowSeconds()), creations: [], createdAtSeconds: 0, version: 1 };
}

/**
 * Revokes a key. When this resolves, a key set that is fetched does not contain the key, no exchange signs with it, and
 * each token that it signed introspects as inactive. A verifier that works offline learns of the revocation when it
 * fetches the key set again.
 * @throws DomainError `not_found`, and as `changeRecord` does
 */
export function revokeSigningKey(kid: string, ports: SigningKeyPorts): Promise<SigningKeys> {
  return changeKeys((before, rules, nowSeconds) => revoke(before, kid, rules, nowSeconds), ports);
}

/**
 * Replaces a key that signs by the next key, as soon as the next key has been published for long enough. For a key that
 * does not sign, this changes nothing.
 * @throws DomainError `not_found`, and as `changeRecord` does
 */
export function rotateSigningKey(kid: string, ports: SigningKeyPorts): Promise<SigningKeys> {
  return changeKeys((before, rules, nowSeconds) => demandSuccessor(before, kid, rules, nowSeconds), ports);
}

/**
 * Keeps a key published, and in KMS, after its time is over (V3). With `retain: false`, the key is not kept any longer.
 * @throws DomainError `not_found`, and as `changeRecord` does
 */
export async function retainSigningKey(
  kid: string,
  { retain, expectedVersion }: { readonly retain: boolean; readonly expectedVersion?: number | undefined },
  ports: SigningKeyPorts,
): Promise<{ readonly key: SigningKey; readonly version: number }> {
  const setRetain = (key: SigningKey): SigningKey => ({ ...key, retain: retain ? true : undefined });
  const { keys, version } = await changeKeys((before) => withKey(before, kid, setRetain), ports, expectedVersion);
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) throw notFound();
  return { key, version };
}

type Change = (before: SigningKeys, rules: Rules, nowSeconds: number) => SigningKeys | undefined;

async function changeKeys(change: Change, ports: SigningKeyPorts, expectedVersion?: number): Promise<SigningKeys> {
  await writeFoundingKeys(ports);
  const { rules } = await readRotation(ports);
  const nowSeconds = ports.clock.nowSeconds();
  return changeSigningKeys((before) => change(before, rules, nowSeconds), ports, expectedVersion);
}
