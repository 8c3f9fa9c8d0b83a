import { newId } from './ids.ts';
import type { Clock, Pepper, Random, SecretHasher } from './ports.ts';
import type { Client } from './records.ts';
import { newSecret } from './secret.ts';

/** What a client is, apart from what it is born with. */
type ClientDescription = Pick<Client, 'subject' | 'description' | 'createdBy'> &
  Partial<
    Pick<Client, 'metadata' | 'roleIds' | 'apiIds' | 'registration' | 'expiresAtSeconds' | 'tokenLifetimeSeconds'>
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
  const id = newId('cli', ports.random);
  const createdAtSeconds = ports.clock.nowSeconds();
  const secret = await newSecret({ clientId: id, createdBy: description.createdBy }, ports);
  const client: Client = {
    roleIds: [],
    apiIds: [],
    ...description,
    id,
    secrets: [secret.stored],
    status: 'active',
    createdAtSeconds,
    version: 1,
  };
  return { client, secret: secret.value };
}
