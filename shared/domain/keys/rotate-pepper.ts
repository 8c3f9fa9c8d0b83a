import type { Clock } from '../ambient.ts';
import { changedMeanwhile, DomainError } from '../errors.ts';
import type { AuditEvent, AuditLog } from '../records/audit.ts';
import type { PepperVault, WrappedPepper } from './ports.ts';

/** The seal of a presented secret is checked with each pepper, so the number of peppers is limited. */
const PEPPERS_MAX = 4;

interface Ports {
  readonly pepperVault: PepperVault;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** The state of the peppers after a change. */
export interface PepperRotation {
  /**
   * The moment at which the current pepper was made. Older secrets have the seal of an older pepper. Undefined for the
   * first pepper.
   */
  readonly createdAtSeconds: number | undefined;
  /** How many older peppers are still recognised. */
  readonly overlapping: number;
}

/**
 * Begins or finishes a rotation of the pepper, in one conditional write. To begin, it makes a new pepper that seals all
 * secrets from now on; secrets under the older peppers still work. To finish, it removes all peppers but the current
 * one; secrets under the older peppers are refused from now on.
 * @throws DomainError `conflict` if the workspace is not founded, has four peppers already, or was changed meanwhile
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
  const [current, ...older] = await changePeppers(finishes, ports);
  // The pepper has changed, and the log has the attempt. From here on, a failure must not look like a failed change.
  await ports.audit.append({ ...event, outcome: 'succeeded' }).catch(() => undefined);
  return { createdAtSeconds: current.createdAtSeconds, overlapping: older.length };
}

type Peppers = readonly [WrappedPepper, ...WrappedPepper[]];

async function changePeppers(finishes: boolean, ports: Ports): Promise<Peppers> {
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
