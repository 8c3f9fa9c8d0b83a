import { personalTokens, tenantTokens } from '../arrange/changeable-kinds.ts';
import { type Manage, succeed } from '../arrange/manage.ts';
import type { Acme, Credentials } from '../world/world.ts';

/** A client with one secret that may read and write reports, or read them, and where it is managed. */
export interface SecretOwner {
  readonly path: string;
  readonly credentials: Credentials;
}

/** One secret as it is shown after its creation. */
export interface ShownSecret {
  readonly id: string;
  readonly title?: string;
  readonly lastFour: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** The answer to every change of secrets, with the clear secret only if the change made a secret. */
export interface ShownSecrets {
  readonly clientId: string;
  readonly secrets: readonly ShownSecret[];
  readonly rotationEndsAt: string | null;
  readonly version: number;
  readonly clientSecret?: string;
}

/** The kinds of clients that have secrets, and how to create one of each. */
export const secretOwners: readonly {
  readonly owner: string;
  readonly create: (manage: Manage, acme: Acme) => Promise<SecretOwner>;
}[] = [
  {
    owner: "a tenant's API token",
    create: (manage, acme) =>
      createAt(manage, tenantTokens(acme), { description: 'export', roleIds: [acme.readerRoleId] }),
  },
  {
    owner: 'a personal API token',
    create: (manage, acme) => createAt(manage, personalTokens(acme), { description: 'my laptop' }),
  },
  {
    owner: 'an application',
    create: async (manage, acme) => {
      const owner = await createAt(manage, '/v1/applications', { name: 'Gateway' });
      await succeed(manage('PUT', `${owner.path}/grants/${acme.apiId}`, { permissions: ['read:reports'] }));
      return owner;
    },
  },
];

async function createAt(manage: Manage, collection: string, body: object): Promise<SecretOwner> {
  const { clientId, clientSecret } = await succeed<Credentials>(manage('POST', collection, body));
  return { path: `${collection}/${clientId}`, credentials: { clientId, clientSecret } };
}

/** Adds a secret, or rotates to a new one, and answers the reply with the new credentials. */
export async function obtainSecret(
  manage: Manage,
  { path }: SecretOwner,
  how: 'secrets' | 'secrets/rotate',
  body: object,
): Promise<ShownSecrets & Credentials> {
  const shown = await succeed<ShownSecrets>(manage('POST', `${path}/${how}`, body));
  return { ...shown, clientSecret: shown.clientSecret ?? '' };
}

/** The id of a secret, which the secret itself contains. */
export function secretIdOf({ clientSecret }: Credentials): string {
  return clientSecret.slice('mms_'.length, 'mms_'.length + 6);
}
