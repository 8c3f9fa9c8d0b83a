import type { Clock } from '../ambient.ts';
import { changedMeanwhile, DomainError } from '../errors.ts';
import type { AuditEvent, AuditLog } from '../records/audit.ts';
import type { PepperVault, WrappedPepper } from './ports.ts';

/** A guess is compared with each of them. */
const PEPPERS_MAX = 4;

interface Ports {
  readonly pepperVault: PepperVault;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** The peppers after a change, the current one first. */
export interface PepperRotation {
  /** Undefined for the first pepper. Secrets made before that are not under it. */
  readonly createdAtSeconds: number | undefined;
  /** How many older ones are recognised beside it. */
  readonly overlapping: number;
}

/**
 * Changes which peppers there are, in one write that is made or not: another one to seal with from now on, beside which
 * the older ones go on being recognised; or, to finish, none but the current one. From then on secrets under the older
 * ones are refused.
 * @throws DomainError `conflict` where the workspace is not founded, has too many peppers, or was changed meanwhile
 */
export async function rotatePepper(
  request: { readonly finish?: boolean | undefined },
  requestId: string,
  ports: Ports,
): Promise<PepperRotation> {
  const finishes = request.finish === true;
  const event = {
    type: finishes ? 'pepper.rotated' : 'pepper.rotation_started',
    timeSeconds: ports.clock.nowSeconds(),
    requestId,
    actor: { clientId: '', subject: 'aws-iam', ip: '', userAgent: '' },
    target: {},
  } as const satisfies Omit<AuditEvent, 'outcome'>;
  await ports.audit.append({ ...event, outcome: 'attempted' });
  const [current, ...older] = await change(finishes, ports);
  // The attempt is on record already, and the change is made.
  await ports.audit.append({ ...event, outcome: 'succeeded' }).catch(() => undefined);
  return { createdAtSeconds: current.createdAtSeconds, overlapping: older.length };
}

type Peppers = readonly [WrappedPepper, ...WrappedPepper[]];

async function change(finishes: boolean, ports: Ports): Promise<Peppers> {
  const { pepperVault } = ports;
  const before = await pepperVault.read();
  if (before === undefined) throw new DomainError('conflict', 'The workspace is not bootstrapped yet.');
  const after: Peppers = finishes ? [before.peppers[0]] : await withNewPepper(before.peppers, ports);
  if (!(await pepperVault.replace(after, before.version))) throw changedMeanwhile();
  return after;
}

async function withNewPepper(peppers: Peppers, { pepperVault, clock }: Ports): Promise<Peppers> {
  if (peppers.length >= PEPPERS_MAX) {
    throw new DomainError('conflict', `There are ${PEPPERS_MAX} peppers already: finish the rotation first.`);
  }
  return [{ wrapped: await pepperVault.wrapNew(), createdAtSeconds: clock.nowSeconds() }, ...peppers];
}
