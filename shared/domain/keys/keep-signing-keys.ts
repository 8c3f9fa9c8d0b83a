import { unavailable } from '../errors.ts';
import type { MadeKey, MadeKeys } from './ports.ts';

/** How often a policy is offered to KMS, which may not know its roles yet. */
const TRIES_MAX = 6;

/** What happens to a deployment. */
export interface DeploymentChange {
  readonly isDeleted: boolean;
  /** `admit` before the functions change, `settle` after it. */
  readonly step: unknown;
  /** `destroy` if the keys end with the deployment. */
  readonly removal: unknown;
}

/** How many keys in KMS were changed. */
export interface KeptKeys {
  readonly admitted: number;
  readonly settled: number;
  readonly ended: number;
}

const nothing: KeptKeys = { admitted: 0, settled: 0, ended: 0 };

/**
 * Keeps the keys that Mintmark made in KMS in step with their deployment. The policy of each key names the roles that may
 * use it. An update can replace these roles: before the functions change, the new roles are let in beside the old ones;
 * after it, the old roles are no longer let in. So there is no moment at which a function may not sign. With the
 * deployment the keys end, if its owner wants that.
 * @throws DomainError `temporarily_unavailable`
 * @throws Error for an unknown step, which is a defect of the template
 */
export async function keepSigningKeys(change: DeploymentChange, madeKeys: MadeKeys): Promise<KeptKeys> {
  const { isDeleted, step, removal } = change;
  if (step !== 'admit' && step !== 'settle') throw new Error('The step of a custom resource is unknown.');
  if (isDeleted) return step === 'admit' && removal === 'destroy' ? endAll(madeKeys) : nothing;
  return step === 'admit' ? admitAll(madeKeys) : settleAll(madeKeys);
}

/** Ends all keys. The step `admit` does it, because CloudFormation deletes this resource after the functions. */
async function endAll(madeKeys: MadeKeys): Promise<KeptKeys> {
  const keys = await madeKeys.list();
  for (const key of keys) await madeKeys.end(key);
  return { ...nothing, ended: keys.length };
}

/**
 * Lets the new roles in. If KMS keeps refusing the policy with both, an old role was deleted by hand, and there is nothing
 * left to spare.
 */
async function admitAll(madeKeys: MadeKeys): Promise<KeptKeys> {
  const keys = await madeKeys.list();
  let spares = true;
  for (const key of keys) {
    spares &&= await isAccepted(() => madeKeys.admit(key), madeKeys);
    if (!spares) await settle(key, madeKeys);
  }
  return { ...nothing, admitted: keys.length };
}

async function settleAll(madeKeys: MadeKeys): Promise<KeptKeys> {
  const keys = await madeKeys.list();
  for (const key of keys) await settle(key, madeKeys);
  return { ...nothing, settled: keys.length };
}

async function settle(key: MadeKey, madeKeys: MadeKeys): Promise<void> {
  if (await isAccepted(() => madeKeys.settle(key), madeKeys)) return;
  throw unavailable(new Error('KMS does not know the roles of the deployment.'));
}

async function isAccepted(offer: () => Promise<boolean>, { pause }: MadeKeys): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    if (await offer()) return true;
    if (attempt < TRIES_MAX) await pause();
  }
  return false;
}
