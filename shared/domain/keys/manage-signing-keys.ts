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

/** All signing keys, the oldest first; the deployment's also where no run has written them down yet. */
export async function getSigningKeys({ records, foundingKeys, clock }: SigningKeyReaders): Promise<SigningKeys> {
  const stored = await signingKeysIn(records.open(SIGNING_KEYS.id));
  if (stored !== undefined) return stored;
  return { keys: await foundingKeys.read(clock.nowSeconds()), creations: [], createdAtSeconds: 0, version: 1 };
}

/**
 * Takes all trust out of a key: when this resolves, it is in no key set that is fetched, no exchange signs with it, and no
 * introspection finds a token by it active. What verifies offline knows when it fetches the keys again.
 * @throws DomainError `not_found`, and as `changeRecord` does
 */
export function revokeSigningKey(kid: string, ports: SigningKeyPorts): Promise<SigningKeys> {
  return change((before, rules, nowSeconds) => revoke(before, kid, rules, nowSeconds), ports);
}

/**
 * Lets the next key take over from one that signs, as soon as it has been published for long enough: at once, if it has
 * been. A key that does not sign any more has nothing to hand over.
 * @throws DomainError `not_found`, and as `changeRecord` does
 */
export function rotateSigningKey(kid: string, ports: SigningKeyPorts): Promise<SigningKeys> {
  return change((before, rules, nowSeconds) => demandSuccessor(before, kid, rules, nowSeconds), ports);
}

/**
 * Keeps a key published, and in KMS, when its time is over, or lets its time be over after all (V3).
 * @throws DomainError `not_found`, and as `changeRecord` does
 */
export async function retainSigningKey(
  kid: string,
  { retain, expectedVersion }: { readonly retain: boolean; readonly expectedVersion?: number | undefined },
  ports: SigningKeyPorts,
): Promise<{ readonly key: SigningKey; readonly version: number }> {
  const keep = retain ? true : undefined;
  const retaining = (before: SigningKeys) => withKey(before, kid, (key) => ({ ...key, retain: keep }));
  const { keys, version } = await change(retaining, ports, expectedVersion);
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) throw notFound();
  return { key, version };
}

type Change = (before: SigningKeys, rules: Rules, nowSeconds: number) => SigningKeys | undefined;

async function change(make: Change, ports: SigningKeyPorts, expectedVersion?: number): Promise<SigningKeys> {
  await writeFoundingKeys(ports);
  const { rules } = await readRotation(ports);
  const nowSeconds = ports.clock.nowSeconds();
  return changeSigningKeys((before) => make(before, rules, nowSeconds), ports, expectedVersion);
}
