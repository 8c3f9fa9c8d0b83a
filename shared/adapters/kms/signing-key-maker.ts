import {
  CreateAliasCommand,
  CreateKeyCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  KMSClient,
  ListResourceTagsCommand,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { unavailable } from '#shared/domain/errors.ts';
import type { NewSigningKey, SigningKeyMaker } from '#shared/domain/keys/ports.ts';
import type { KeyCreation } from '#shared/domain/keys/signing-key.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings, rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { publicHalfOf, readPublicHalf } from './founding-keys.ts';
import { kmsClient } from './kms-client.ts';
import { SCHEMES } from './signature-schemes.ts';
import { wrappingContext } from './wrapped-keys.ts';

/** Tag of the keys that this product creates. It finds them; it permits nothing. */
const WORKSPACE_TAG = 'mintmark:workspace';

/** Tag with the creation that the key belongs to. */
const SLOT_TAG = 'mintmark:slot';

/** Placeholder in the policy from the settings; the key's own algorithm replaces it. */
const ALGORITHM_IN_POLICY = '{signingAlgorithm}';

/** CreateKey can take seconds, and each repetition creates another key. So it has more time and no retry. */
const makingSettings = {
  ...awsClientSettings,
  maxAttempts: 1,
  requestHandler: { ...awsClientSettings.requestHandler, requestTimeout: 10_000 },
} as const;

/** The longest window that KMS allows. A deletion can be cancelled until its end. */
const DELETION_WINDOW_DAYS = 30;

/**
 * Creates signing keys in KMS (CreateKey, or GenerateDataKeyPairWithoutPlaintext for wrapped keys) and schedules their
 * deletion after 30 days. Both methods reject with `temporarily_unavailable` if KMS fails.
 */
export function kmsSigningKeyMaker(environment: Environment): SigningKeyMaker {
  return {
    make: (creation, isResumed) => {
      if (creation.lane === 'wrapped') return makeWrapped(creation, environment).catch(rethrowAsUnavailable);
      return makeInKms(creation, isResumed, environment).catch(rethrowAsUnavailable);
    },
    dispose: (keyArn) => dispose(keyArn, environment).catch(rethrowAsUnavailable),
  };
}

async function makeInKms(creation: KeyCreation, isResumed: boolean, environment: Environment): Promise<NewSigningKey> {
  const { slot } = creation;
  const [existing, ...surplus] = isResumed ? await findOfSlot(slot, environment) : [];
  const keyArn = existing ?? (await createKey(creation, environment));
  for (const arn of surplus) await dispose(arn, environment);
  await nameKey(keyArn, creation, environment);
  return { ...(await readPublicHalf(environment, keyArn)), custody: { type: 'kms', keyArn, slot } };
}

async function createKey({ slot, algorithm }: KeyCreation, environment: Environment): Promise<string> {
  const { keySpec: KeySpec } = SCHEMES[algorithm];
  const client = new KMSClient(makingSettings);
  try {
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({
        KeySpec,
        KeyUsage: 'SIGN_VERIFY',
        Description: `Signs Mintmark's ${algorithm} access tokens`,
        Policy: intendedPolicy(algorithm, environment) || undefined,
        // KMS would refuse a policy that its caller cannot change; only the account's administrators can change this
        // one.
        BypassPolicyLockoutSafetyCheck: true,
        Tags: [
          { TagKey: WORKSPACE_TAG, TagValue: required(environment, 'MINTMARK_WORKSPACE') },
          { TagKey: SLOT_TAG, TagValue: slot },
        ],
      }),
    );
    if (KeyMetadata?.Arn === undefined) throw new Error('KMS created a key but did not return its ARN.');
    return KeyMetadata.Arn;
  } finally {
    client.destroy();
  }
}

/**
 * Builds the key policy for an algorithm from the deployment's setting. Empty without a setting: then KMS uses its default
 * policy.
 */
export function intendedPolicy(algorithm: SigningAlgorithm, environment: Environment): string {
  const { kmsAlgorithm } = SCHEMES[algorithm];
  return environment('MINTMARK_SIGNING_KEY_POLICY').replaceAll(ALGORITHM_IN_POLICY, kmsAlgorithm);
}

/**
 * Gives a key its alias: the prefix of the deployment, the algorithm and the slot. By the alias, the deployment knows the
 * key as its own. A run that was killed may have given it already.
 */
async function nameKey(TargetKeyId: string, { algorithm, slot }: KeyCreation, environment: Environment): Promise<void> {
  const AliasName = `${aliasPrefix(environment)}${algorithm}/${slot}`;
  try {
    await kmsClient(environment).send(new CreateAliasCommand({ AliasName, TargetKeyId }));
  } catch (error) {
    if (!isNamed(error, 'AlreadyExistsException')) throw error;
  }
}

/** Reads the algorithm in the alias of a key that this deployment made; undefined for every other alias. */
export function algorithmOfAlias(alias: string, environment: Environment): SigningAlgorithm | undefined {
  const prefix = aliasPrefix(environment);
  if (!alias.startsWith(prefix)) return undefined;
  const algorithm = alias.slice(prefix.length).split('/', 1)[0] ?? '';
  return Object.hasOwn(SCHEMES, algorithm) ? (algorithm as SigningAlgorithm) : undefined;
}

function aliasPrefix(environment: Environment): string {
  return required(environment, 'MINTMARK_SIGNING_KEY_ALIASES');
}

/**
 * Finds keys of this slot that interrupted runs have left. KMS cannot search by tag, so this reads the tags of each key
 * in the account. It happens rarely.
 */
async function findOfSlot(slot: string, environment: Environment): Promise<readonly string[]> {
  const client = kmsClient(environment);
  const workspace = required(environment, 'MINTMARK_WORKSPACE');
  const found: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client }, { Limit: 1_000 })) {
    for (const { KeyArn = '' } of Keys) {
      const tags = await readTags(KeyArn, environment);
      if (tags.get(WORKSPACE_TAG) === workspace && tags.get(SLOT_TAG) === slot) found.push(KeyArn);
    }
  }
  return found.toSorted();
}

/**
 * Reads the tags of a key. A key whose tags this function may not read belongs to another product. It counts as a key
 * without tags.
 */
async function readTags(KeyId: string, environment: Environment): Promise<ReadonlyMap<string, string>> {
  try {
    const { Tags = [] } = await kmsClient(environment).send(new ListResourceTagsCommand({ KeyId }));
    return new Map(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
  } catch (error) {
    if (isNamed(error, 'AccessDeniedException') || isNamed(error, 'NotFoundException')) return new Map();
    throw error;
  }
}

async function dispose(KeyId: string, environment: Environment): Promise<void> {
  try {
    await kmsClient(environment).send(
      new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: DELETION_WINDOW_DAYS }),
    );
  } catch (error) {
    // The first error means that the deletion is scheduled already, the second that the key is deleted.
    if (!isNamed(error, 'KMSInvalidStateException') && !isNamed(error, 'NotFoundException')) throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Creates a key pair whose private key leaves KMS only wrapped, never as plaintext. */
async function makeWrapped({ slot, algorithm }: KeyCreation, environment: Environment): Promise<NewSigningKey> {
  const { PublicKey, PrivateKeyCiphertextBlob } = await kmsClient(environment).send(
    new GenerateDataKeyPairWithoutPlaintextCommand({
      KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
      KeyPairSpec: SCHEMES[algorithm].keySpec,
      EncryptionContext: wrappingContext(slot, environment),
    }),
  );
  if (PublicKey === undefined || PrivateKeyCiphertextBlob === undefined) {
    throw unavailable(new Error('KMS answered without a key pair.'));
  }
  const ciphertext = Buffer.from(PrivateKeyCiphertextBlob).toString('base64');
  return { ...(await publicHalfOf(PublicKey)), custody: { type: 'wrapped', slot, ciphertext } };
}
