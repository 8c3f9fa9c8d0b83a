import { succeed } from '../arrange/manage.ts';
import type { Credentials, Reply } from '../world/world.ts';
import type { KillSite } from './kill-site.ts';

/** An act that a kill interrupts, and the check of the state after it. */
export interface KillStory {
  readonly name: string;
  /** The number of its calls to DynamoDB and KMS, without repeats by the SDK. */
  readonly calls: number;
  /** Whether it ends credentials of other stories, and so has a folder of its own each time. */
  readonly isAlone?: true;
  begin(site: KillSite): Promise<InterruptedStory>;
}

/** A story at the point where it is interrupted. */
export interface InterruptedStory {
  /** Runs the act that is interrupted; resolves with the answer if there is one. */
  act(): Promise<Reply | undefined>;
  /**
   * Checks the state after the restart, given the answer before the kill, and that the act can be done again. Resolves
   * with the confirmed credentials, which have to work for ever.
   */
  check(answered: Reply | undefined): Promise<readonly Credentials[]>;
}

let serial = 0;

/** A tenant with an API token. */
export async function arrangeTenant({ manage, roleId }: KillSite) {
  serial += 1;
  const id = `kill-${String(serial).padStart(4, '0')}`;
  await succeed(manage('POST', '/v1/tenants', { name: `Tenant ${serial}`, id }));
  const path = `/v1/tenants/${id}`;
  const createToken = (headers = {}) =>
    manage('POST', `${path}/api-tokens`, { description: 'export', roleIds: [roleId] }, headers);
  const { clientId, clientSecret } = await succeed<Credentials>(createToken());
  return { id, path, createToken, credentials: { clientId, clientSecret } };
}

/** The credentials in the answer to a creation or rotation. */
export const clientOf = ({ clientId, clientSecret }: Credentials): Credentials => ({ clientId, clientSecret });
