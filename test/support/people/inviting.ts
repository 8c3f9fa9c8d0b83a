import { createApiToken, createRole } from '../arrange/creations.ts';
import { type Manage, manageWith, succeed } from '../arrange/manage.ts';
import type { Credentials } from '../world/deployment.ts';
import { prepared, useAcme, useWorld } from '../world/use-world.ts';
import { unlimited, type WorldOptions } from '../world/world.ts';
import { Mailbox } from './mailbox.ts';

/** The level of the tenant's manager. */
export const MANAGER_LEVEL = 100;

interface Roles {
  /** The role of a manager of members. */
  readonly manager: string;
  readonly stronger: string;
  readonly equal: string;
}

/** An invitation as the management API shows it. */
export interface ShownInvitation {
  readonly id: string;
  readonly email: string;
}

interface ShownUser {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

let serial = 0;

/** A world with a tenant whose manager can invite, and a mailbox of everybody's mails. */
export function useInviting(onReply?: WorldOptions['onReply']) {
  const mailbox = new Mailbox();
  const world = useWorld({ ...(onReply && { onReply }), adapters: { ...unlimited, mailQueue: () => mailbox } });
  const acme = useAcme(world);
  // Each request has a token of its own second, because these tests let weeks go by.
  const manage: Manage = (method, path, body) => world.manage(method, path, body);
  const writing = () => ['write:members', 'read:members'].map((value) => ({ api: `${world.url}/v1/`, value }));
  const roles = prepared<Roles>(async () => ({
    manager: await createRole(world, writing(), MANAGER_LEVEL),
    stronger: await createRole(world, [], MANAGER_LEVEL - 1),
    equal: await createRole(world, [], MANAGER_LEVEL),
  }));
  /** Manages as a new manager of a tenant. */
  const managerOf = async (tenantId: string): Promise<Manage> => {
    const credentials = await createApiToken(world, tenantId, { roleIds: [roles.manager] });
    return asTenantOf(credentials);
  };
  const asTenantOf = async (credentials: Credentials): Promise<Manage> =>
    manageWith(world, await world.tokenFor(credentials, { audience: `${world.url}/v1/` }));
  const manager = prepared(() => createApiToken(world, acme.tenantId, { roleIds: [roles.manager] }));
  const asTenant: Manage = async (...request) => (await asTenantOf(manager))(...request);
  const collection = () => `/v1/tenants/${acme.tenantId}/invitations`;
  const invite = (email: string, roleIds: readonly string[] = [roles.equal], as: Manage = manage) =>
    succeed<ShownInvitation>(as('POST', collection(), { email, roleIds }));
  /** Who an address belongs to, as the administrator sees it. */
  const userOf = async (email: string): Promise<ShownUser | undefined> => {
    const { body } = await manage('GET', `/v1/users?q=${encodeURIComponent(email)}`);
    return (body as { items: ShownUser[] }).items.find((user) => user.email === email);
  };
  const membershipOf = async (email: string): Promise<{ userId: string; roleIds: string[] } | undefined> => {
    const user = await userOf(email);
    const { status, body } = await manage('GET', `/v1/tenants/${acme.tenantId}/members/${user?.id ?? 'nobody'}`);
    return status === 404 ? undefined : (body as { userId: string; roleIds: string[] });
  };
  return { mailbox, world, acme, manage, roles, managerOf, asTenant, collection, invite, userOf, membershipOf };
}

/** An address that nobody was invited at yet. */
export function newAddress(): string {
  serial += 1;
  return `invited${serial}@example.com`;
}
