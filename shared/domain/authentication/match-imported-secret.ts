import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import type { Client, StoredSecret } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { liveSecrets } from '../registration/client-secrets.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { proofOf } from '../registration/registration.ts';
import { hashLimits, importedSecretLimits, isWithin, type PresentedSecret, withinLimits } from './attempt-limits.ts';
import type { FailureCounter, UsageReader } from './ports.ts';
import { isKnownThere } from './usage.ts';

/** bcrypt ignores every byte after these. */
const SECRET_BYTES_MAX = 72;

const encoder = new TextEncoder();

interface Ports {
  readonly importedSecrets: boolean;
  readonly failures: FailureCounter;
  readonly records: RecordReader;
  readonly hasher: SecretHasher;
  readonly usage: UsageReader;
  readonly clock: Clock;
}

/**
 * Compares a text that Mintmark did not issue with the client's imported secret; undefined if it does not match. An
 * unknown client costs as much time as a known client. Guesses are counted for each client and source, and for each
 * client over all sources. The latter limit does not bind a network from which the secret was right in the last 30 days,
 * so that guesses from elsewhere do not lock out the client there (B14, R1, R7).
 * @throws DomainError `rate_limited`; `temporarily_unavailable`
 */
export async function matchImportedSecret({ readings, source }: PresentedSecret, nowSeconds: number, ports: Ports) {
  const candidates = readings.filter(({ clientId, secret }) => isMadeId('cli', clientId) && isComparable(secret));
  const [first] = candidates;
  if (!ports.importedSecrets || first === undefined) return undefined;

  // A client id has no character that HTTP Basic escapes, so all candidates name the same client.
  const { clientId } = first;
  const match = async () => {
    const look: Look = ports.records.open(clientId);
    const client = await look.client(clientId);
    const secret = client && findImported(client, nowSeconds);
    const hash = secret?.hash ?? ports.hasher.decoyHash;
    const found = client && secret && { client, secret, look };
    // This process authenticated the client before: it need not wait, although guesses have used up all comparisons.
    if (found && candidates.some((candidate) => ports.hasher.remembers(candidate.secret, hash))) return found;
    const compare = async () => {
      const matches = await Promise.all(candidates.map((candidate) => ports.hasher.compare(candidate.secret, hash)));
      return matches.includes(true) ? found : undefined;
    };
    const limits = hashLimits('imported', clientId);
    if (isWithin(limits, ports)) return withinLimits(limits, compare, ports);
    // Unknown clients are looked up, too, so that they cost the same (B14).
    const isKnown = await isKnownThere({ clientId, selector: secret?.selector ?? '' }, source, ports);
    return isKnown ? compare() : withinLimits(limits, compare, ports);
  };
  return withinLimits(importedSecretLimits(clientId, source), match, ports);
}

function findImported(client: Client, nowSeconds: number): StoredSecret | undefined {
  if (!isLive(client, nowSeconds) || proofOf(client) !== 'secret') return undefined;
  return liveSecrets(client, nowSeconds).find(({ imported }) => imported);
}

function isComparable(secret: string): boolean {
  // A text has at least as many bytes as UTF-16 units: a long text is refused without encoding it.
  if (secret === '' || secret.length > SECRET_BYTES_MAX) return false;
  return encoder.encode(secret).length <= SECRET_BYTES_MAX;
}
