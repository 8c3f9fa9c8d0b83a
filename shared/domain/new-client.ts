import { newId } from './ids.ts';
import type { Clock, Pepper, Random, SecretHasher } from './ports.ts';
import type { Client } from './records.ts';
import { newSecret } from './secret.ts';

/** What a client is, apart from what it is born with. */
export type ClientDescription = Pick<Client, 'subject' | 'description' | 'createdBy'> &
  Partial<
    Pick<Client, 'metadata' | 'roleIds' | 'permissions' | 'apiIds' | 'expiresAtSeconds' | 'tokenLifetimeSeconds'>
  >;

/** A client with a secret that was just made; the clear secret exists in this answer only. */
export interface WithNewSecret {
  readonly client: Client;
  readonly secret: string;
}

/** Makes a client of its first secret and a new id. Nothing is stored yet. */
export async function newClient(
  description: ClientDescription,
  ports: { readonly random: Random; readonly pepper: Pepper; readonly hasher: SecretHasher; readonly clock: Clock },
): Promise<WithNewSecret> {
  const client = bareClient(description, ports);
  const secret = await newSecret({ clientId: client.id, createdBy: description.createdBy }, ports);
  return { client: { ...client, secrets: [secret.stored] }, secret: secret.value };
}

/** A client that has no credential yet. */
export function bareClient(
  description: ClientDescription,
  { random, clock }: { readonly random: Random; readonly clock: Clock },
): Client {
  return {
    roleIds: [],
    apiIds: [],
    ...description,
    id: newId('cli', random),
    secrets: [],
    status: 'active',
    createdAtSeconds: clock.nowSeconds(),
    version: 1,
  };
}
