import { setTimeout as wait } from 'node:timers/promises';
import {
  GetKeyPolicyCommand,
  PutKeyPolicyCommand,
  paginateListAliases,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import type { MadeKey, MadeKeys } from '#shared/domain/keys/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { kmsClient } from '../kms/kms-client.ts';
import { algorithmOfAlias, intendedPolicy } from '../kms/signing-key-maker.ts';
import { joinPolicies } from './join-policies.ts';

/** The shortest window that KMS allows. The owner asked for the end of all keys of the deployment. */
const DELETION_WINDOW_DAYS = 7;

/** IAM tells KMS of a new role within seconds. */
const PAUSE_MILLISECONDS = 5_000;

/** KMS's answer to a policy with a role that it does not know, or does not know yet. */
const UNKNOWN_ROLE = 'MalformedPolicyDocumentException';

/**
 * Cares for the keys that the product made in KMS (ListAliases, GetKeyPolicy, PutKeyPolicy, ScheduleKeyDeletion). All
 * methods reject with `temporarily_unavailable` if KMS fails. A key that waits for its deletion, or is deleted, needs no
 * change.
 */
export function kmsMadeKeys(environment: Environment): MadeKeys {
  const client = kmsClient(environment);
  const put = async ({ keyId: KeyId }: MadeKey, Policy: string) => {
    // KMS would refuse a policy that its caller cannot change; the account's administrators can change this one.
    await client.send(new PutKeyPolicyCommand({ KeyId, Policy, BypassPolicyLockoutSafetyCheck: true }));
  };
  return {
    list: () => list(environment).catch(rethrowAsUnavailable),
    admit: (key) =>
      isDone(async () => {
        const { Policy = '' } = await client.send(new GetKeyPolicyCommand({ KeyId: key.keyId }));
        await put(key, joinPolicies(intendedPolicy(key.algorithm, environment), Policy));
      }),
    settle: (key) => isDone(() => put(key, intendedPolicy(key.algorithm, environment))),
    end: async ({ keyId: KeyId }) => {
      const deletion = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: DELETION_WINDOW_DAYS });
      await isDone(() => client.send(deletion));
    },
    pause: () => wait(PAUSE_MILLISECONDS),
  };
}

/** KMS cannot search aliases by a prefix, so this reads the names of all aliases of the account. It happens rarely. */
async function list(environment: Environment): Promise<readonly MadeKey[]> {
  const found: MadeKey[] = [];
  for await (const { Aliases = [] } of paginateListAliases({ client: kmsClient(environment) }, { Limit: 100 })) {
    for (const { AliasName = '', TargetKeyId: keyId } of Aliases) {
      const algorithm = algorithmOfAlias(AliasName, environment);
      if (algorithm !== undefined && keyId !== undefined) found.push({ keyId, algorithm });
    }
  }
  return found;
}

/** Resolves with false if KMS does not know a role of the policy. */
async function isDone(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (name === UNKNOWN_ROLE) return false;
    // The key waits for its deletion, or is deleted.
    if (name === 'KMSInvalidStateException' || name === 'NotFoundException') return true;
    return rethrowAsUnavailable(error);
  }
}
