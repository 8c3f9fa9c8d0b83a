import type { Clock, Random } from '../ambient.ts';
import { DomainError, ignoreConflict, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import type { Versioned } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { apiRecordKey, SYSTEM_API_ID } from '../records/permissions.ts';
import type { RecordKey } from '../records/record-key.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { SigningSecretMaker, WrappedSecret } from './ports.ts';

/** A secret that an API shares with Mintmark, wrapped by KMS. It signs tokens with HS256 (RFC 7518 §3.2). */
export interface SigningSecret {
  readonly kid: string;
  readonly wrapped: string;
  /** The moment from which the secret signs, until the next secret begins to sign. */
  readonly signsFromSeconds: number;
  readonly createdBy: string;
}

/** The signing secrets of one API, ordered by the moment from which they sign. */
export interface SigningSecrets extends Versioned {
  readonly secrets: readonly SigningSecret[];
}

/** Names the record of an API's signing secrets. */
export function signingSecretsKey(apiId: string): RecordKey<'signingSecrets', SigningSecrets> {
  return { kind: 'signingSecrets', id: apiId };
}

/** The largest number of secrets: one signs, one will sign next, and tokens of one older secret may still be valid. */
const SECRETS_MAX = 3;

/** Returns the secret that signs now; undefined if there is none. */
export function signingSecretAt(stored: SigningSecrets | undefined, nowSeconds: number): SigningSecret | undefined {
  return stored?.secrets.findLast(({ signsFromSeconds }) => signsFromSeconds <= nowSeconds);
}

/** Returns the secrets whose tokens may still be valid: a secret is trusted until its last token has expired. */
export function trustedSecrets({ secrets }: SigningSecrets, nowSeconds: number): readonly SigningSecret[] {
  return secrets.filter(({ signsFromSeconds }, index) => {
    const next = secrets[index + 1];
    const hasEnded = next !== undefined && next.signsFromSeconds + ACCESS_TOKEN_LIFETIME_SECONDS_MAX <= nowSeconds;
    return signsFromSeconds <= nowSeconds && !hasEnded;
  });
}

interface MakePorts {
  readonly records: RecordReader;
  readonly signingSecretMaker: SigningSecretMaker;
  readonly signingSecrets: RecordWriter<'signingSecrets'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** A new signing secret. Only this answer has its clear text. */
export interface NewSigningSecret extends WrappedSecret {
  /** The clear text. */
  readonly signingSecret: string;
  readonly signsFromSeconds: number;
  /** The version of the record that has all signing secrets of the API. */
  readonly version: number;
}

/**
 * Makes a signing secret for an API. The first secret signs at once. A later secret signs after `leadSeconds`, so that
 * the API has time to learn it; the secret before it is trusted until its last token has expired.
 * @throws DomainError `not_found`; `conflict` for the management API, while another secret does not sign yet, while
 * three secrets are trusted, and as `changeRecord` does
 */
export async function addSigningSecret(
  {
    apiId,
    leadSeconds,
    createdBy,
  }: { readonly apiId: string; readonly leadSeconds: number; readonly createdBy: string },
  ports: MakePorts,
): Promise<NewSigningSecret> {
  if (apiId === SYSTEM_API_ID) throw new DomainError('conflict', 'The management API has no signing secrets.');
  const look = ports.records.open(apiId);
  if ((await look.find(apiRecordKey(apiId))) === undefined) throw notFound();
  const nowSeconds = ports.clock.nowSeconds();
  if ((await look.find(signingSecretsKey(apiId))) === undefined) {
    const none = { secrets: [], createdAtSeconds: nowSeconds, version: 1 };
    await ports.signingSecrets.insert(signingSecretsKey(apiId), none).catch(ignoreConflict);
  }
  const { secret: signingSecret, wrapped } = await ports.signingSecretMaker.make(apiId);
  const kid = newId('key', ports.random);
  const add = (before: SigningSecrets) => withSecret(before, { kid, wrapped, createdBy }, { leadSeconds, nowSeconds });
  const { secrets, version } = await changeSecrets({ apiId, change: add }, ports);
  const signsFromSeconds = secrets.at(-1)?.signsFromSeconds ?? nowSeconds;
  return { apiId, kid, wrapped, signingSecret, signsFromSeconds, version };
}

function withSecret(
  before: SigningSecrets,
  secret: Omit<SigningSecret, 'signsFromSeconds'>,
  { leadSeconds, nowSeconds }: { readonly leadSeconds: number; readonly nowSeconds: number },
): SigningSecrets {
  const trusted = trustedSecrets(before, nowSeconds);
  if (before.secrets.some(({ signsFromSeconds }) => signsFromSeconds > nowSeconds) || trusted.length >= SECRETS_MAX) {
    throw new DomainError('conflict', 'Another new secret does not sign yet, or tokens of old secrets are valid.');
  }
  const signsFromSeconds = trusted.length === 0 ? nowSeconds : nowSeconds + leadSeconds;
  return { ...before, secrets: [...trusted, { ...secret, signsFromSeconds }] };
}

interface SecretToDelete {
  readonly apiId: string;
  readonly secretId: string;
  readonly expectedVersion: number | undefined;
}

/**
 * Deletes a signing secret. From now on Mintmark treats the tokens that it signed as invalid.
 * @throws DomainError `not_found`; `precondition_failed`; `conflict` for the only secret of an API that uses HS256
 */
export async function deleteSigningSecret(
  { apiId, secretId, expectedVersion }: SecretToDelete,
  ports: Pick<MakePorts, 'records' | 'signingSecrets' | 'clock'>,
): Promise<void> {
  const api = await ports.records.open(apiId).find(apiRecordKey(apiId));
  if (api === undefined) throw notFound();
  const remove = (before: SigningSecrets): SigningSecrets => {
    const secrets = before.secrets.filter(({ kid }) => kid !== secretId);
    if (secrets.length === before.secrets.length) throw notFound();
    const after = { ...before, secrets };
    if (api.signingAlgorithm === 'HS256' && signingSecretAt(after, ports.clock.nowSeconds()) === undefined) {
      throw new DomainError(
        'conflict',
        'This secret signs for the API: add another secret, or change signingAlgorithm.',
      );
    }
    return after;
  };
  await changeSecrets({ apiId, change: remove, expectedVersion }, ports);
}

interface SecretsChange {
  readonly apiId: string;
  readonly change: (before: SigningSecrets) => SigningSecrets;
  readonly expectedVersion?: number | undefined;
}

function changeSecrets(
  { apiId, change, expectedVersion }: SecretsChange,
  { records, signingSecrets }: Pick<MakePorts, 'records' | 'signingSecrets'>,
): Promise<SigningSecrets> {
  return changeRecord(
    { key: signingSecretsKey(apiId), change, expectedVersion },
    { records, directory: signingSecrets },
  );
}

/**
 * Checks that an API can use HS256: the deployment allows it, and the API has a secret that signs now.
 * @throws DomainError `invalid_request`
 */
export async function assertHasSecret(
  apiId: string,
  { hs256Apis, records, clock }: Pick<MakePorts, 'records' | 'clock'> & { readonly hs256Apis: boolean },
): Promise<void> {
  const field = 'signingAlgorithm';
  if (!hs256Apis) throw new DomainError('invalid_request', 'This deployment does not sign with HS256.', { field });
  const stored = await records.open(apiId).find(signingSecretsKey(apiId));
  if (signingSecretAt(stored, clock.nowSeconds()) !== undefined) return;
  throw new DomainError('invalid_request', 'The API has no signing secret: create a secret first.', { field });
}
