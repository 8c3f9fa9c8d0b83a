import { succeed } from '../arrange/manage.ts';
import type { Credentials, Reply } from '../world/world.ts';
import type { KillSite } from './kill-site.ts';

/** Something that a kill interrupts. */
export interface KillStory {
  readonly name: string;
  /** To how many calls to DynamoDB and KMS it comes, where the SDK need not repeat one. */
  readonly calls: number;
  /** Whether it ends what others were told, and so has a folder of its own each time. */
  readonly isAlone?: true;
  begin(site: KillSite): Promise<InterruptedStory>;
}

/** A story that has come to where it is interrupted. */
export interface InterruptedStory {
  /** What is interrupted; resolves with the answer where there is one. */
  act(): Promise<Reply | undefined>;
  /**
   * What must hold after the restart, given the answer that somebody got before the kill, and that it can be done
   * again. Resolves with credentials that were confirmed and have to work for ever.
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

/** What is exchanged, of all that a creation or rotation answers. */
export const clientOf = ({ clientId, clientSecret }: Credentials): Credentials => ({ clientId, clientSecret });
