import { attempt, hashLimits, importedSecretLimits } from './attempt-limits.ts';
import type { Attempt } from './authenticate-client.ts';
import type { ManagementCaller } from './authority.ts';
import { liveSecrets, withSecret } from './client-secrets.ts';
import type { SecretHasher } from './crypto-ports.ts';
import { DomainError } from './errors.ts';
import { isIdOf } from './ids.ts';
import type { Clock, FailureCounter, Look, Random, StandingReader } from './ports.ts';
import type { Client, StoredSecret } from './records.ts';
import { proofOf } from './registration.ts';
import { newSelector } from './secret.ts';
import { isLive } from './standing.ts';

/**
 * Secrets that another product made, known by their bcrypt hashes only, so that clients can move to Mintmark before
 * their secrets do. They lack the seal by which guesses at Mintmark's own secrets are refused for nothing; hence the
 * limiter, and hence the setting of the deployment without which nothing here ever runs.
 */

/** bcrypt sees no more of a secret. */
const SECRET_BYTES_MAX = 72;
const encoder = new TextEncoder();

interface ImportRequest {
  /** A bcrypt hash; its form was checked. */
  readonly importedHash: string;
  readonly title?: string | undefined;
  readonly expiresAtSeconds?: number | undefined;
}

/**
 * A secret that is imported for a client.
 * @throws DomainError `forbidden` for callers bound to a tenant, `conflict` where the deployment takes no imports
 */
export function importedSecret(
  caller: ManagementCaller,
  { importedHash: hash, title, expiresAtSeconds }: ImportRequest,
  ports: { readonly importedSecrets: boolean; readonly random: Random; readonly clock: Clock },
): StoredSecret {
  if (caller.tenantId !== undefined) {
    throw new DomainError('forbidden', 'Only callers of the whole workspace may import secrets.');
  }
  if (!ports.importedSecrets) {
    throw new DomainError('conflict', 'This deployment takes no imported secrets: see its setting importedSecrets.');
  }
  const selector = newSelector(ports.random);
  const createdAtSeconds = ports.clock.nowSeconds();
  const createdBy = caller.subject;
  return { selector, hash, lastFour: '', imported: true, title, createdBy, createdAtSeconds, expiresAtSeconds };
}

/**
 * Adds an imported secret. A client has one at most: it does not say which secret it is, and a guess must cost one
 * comparison whoever it is aimed at.
 * @throws DomainError `conflict` where one is live, and as `withSecret` does
 */
export function withImportedSecret(client: Client, secret: StoredSecret, nowSeconds: number): Client {
  if (liveSecrets(client, nowSeconds).some(({ imported }) => imported)) {
    throw new DomainError('conflict', 'A client has at most one imported secret: delete it first, or rotate.');
  }
  return withSecret(client, secret, nowSeconds);
}

interface Ports {
  readonly importedSecrets: boolean;
  readonly failures: FailureCounter;
  readonly standing: StandingReader;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
}

/**
 * Compares what Mintmark never issued with the client's imported secret. Whether there is such a client or such a
 * secret makes no difference to what it costs, and guesses are counted for each client and source: whoever knows the
 * secret is not locked out by others who do not (B14, R1, R7).
 * @throws DomainError `rate_limited`
 */
export async function matchImportedSecret({ readings, source }: Attempt, nowSeconds: number, ports: Ports) {
  const candidates = readings.filter(({ clientId, secret }) => isIdOf('cli', clientId) && isComparable(secret));
  const [first] = candidates;
  if (!ports.importedSecrets || first === undefined) return undefined;

  // Ids have no characters that two readings of HTTP Basic could differ in: all candidates name one client.
  const { clientId } = first;
  const match = async () => {
    const look: Look = ports.standing.open(clientId);
    const client = await look.client(clientId);
    const secret = client && findImported(client, nowSeconds);
    const hash = secret?.hash ?? ports.hasher.decoyHash;
    const found = client && secret && { client, secret, look };
    // Whoever was let in before goes on while guesses from elsewhere use up what comparisons may cost.
    if (found && candidates.some((candidate) => ports.hasher.remembers(candidate.secret, hash))) return found;
    const compare = async () => {
      const matches = await Promise.all(candidates.map((candidate) => ports.hasher.compare(candidate.secret, hash)));
      return matches.includes(true) ? found : undefined;
    };
    return attempt(hashLimits('imported', clientId), compare, ports);
  };
  return attempt(importedSecretLimits(clientId, source), match, ports);
}

function isComparable(secret: string): boolean {
  // Text has at least as many bytes as UTF-16 units, so that nothing long is encoded to be measured.
  if (secret === '' || secret.length > SECRET_BYTES_MAX) return false;
  return encoder.encode(secret).length <= SECRET_BYTES_MAX;
}

function findImported(client: Client, nowSeconds: number): StoredSecret | undefined {
  if (!isLive(client, nowSeconds) || proofOf(client) !== 'secret') return undefined;
  return liveSecrets(client, nowSeconds).find(({ imported }) => imported);
}
