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

/** A secret that an API shares with Mintmark, wrapped by KMS. */
export interface SigningSecret {
  readonly kid: string;
  readonly wrapped: string;
  /** From this moment on it signs, until that of the next one. */
  readonly signsFromSeconds: number;
  readonly createdBy: string;
}

/** The secrets of one API, by the moment from which they sign. */
export interface SigningSecrets extends Versioned {
  readonly secrets: readonly SigningSecret[];
}

/** Names the signing secrets of an API among the directory's records. */
export function signingSecretsKey(apiId: string): RecordKey<'signingSecrets', SigningSecrets> {
  return { kind: 'signingSecrets', id: apiId };
}

/** One that signs, one that comes, and one of which tokens may still be alive. */
const SECRETS_MAX = 3;

/** The secret that signs now; undefined where there is none. */
export function signingSecretAt(stored: SigningSecrets | undefined, nowSeconds: number): SigningSecret | undefined {
  return stored?.secrets.findLast(({ signsFromSeconds }) => signsFromSeconds <= nowSeconds);
}

/** Those whose tokens may be alive: a secret's end when the last token that it can have signed does. */
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

/** A secret that was just made; the clear text exists in this answer only. */
export interface NewSigningSecret extends WrappedSecret {
  readonly signingSecret: string;
  readonly signsFromSeconds: number;
  /** Of the record of all secrets of the API. */
  readonly version: number;
}

/**
 * Makes a signing secret for an API. The first one signs at once; any other from `leadSeconds` on, so that the API has
 * time to learn it, and the one before is trusted until the last token that it signed has ended.
 * @throws DomainError `not_found`; `conflict` for the management API, while a secret waits for its time, and where
 * others kept winning
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
    throw new DomainError('conflict', 'Another new signing secret waits for its time, or old ones for their end.');
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
 * Deletes a signing secret: tokens that it signed are worth nothing to Mintmark from now on.
 * @throws DomainError `not_found`; `precondition_failed`; `conflict` for the only secret of an API that signs with it
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
      throw new DomainError('conflict', 'The API signs with this secret: make another first, or choose an algorithm.');
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
 * That an API may be signed for with a secret.
 * @throws DomainError `invalid_request`
 */
export async function assertHasSecret(
  apiId: string,
  { hs256Apis, records, clock }: Pick<MakePorts, 'records' | 'clock'> & { readonly hs256Apis: boolean },
): Promise<void> {
  const field = 'signingAlgorithm';
  if (!hs256Apis) throw new DomainError('invalid_request', 'This deployment signs nothing with HS256.', { field });
  const stored = await records.open(apiId).find(signingSecretsKey(apiId));
  if (signingSecretAt(stored, clock.nowSeconds()) !== undefined) return;
  throw new DomainError('invalid_request', 'The API has no signing secret: make one first.', { field });
}
