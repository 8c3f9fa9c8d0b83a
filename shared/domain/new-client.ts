import { newId } from './ids.ts';
import type { Clock, Pepper, Random, SecretHasher } from './ports.ts';
import type { Client, StoredSecret } from './records.ts';
import { newSecret } from './secret.ts';

/** What a client is, apart from what it is born with. */
type ClientDescription = Pick<Client, 'subject' | 'description' | 'createdBy'> &
  Partial<Pick<Client, 'metadata' | 'roleIds' | 'apiIds' | 'expiresAtSeconds' | 'tokenLifetimeSeconds'>>;

/** A client with a secret that was just made; the clear secret exists in this answer only. */
export interface WithNewSecret {
  readonly client: Client;
  readonly secret: string;
}

/** A client as it is made: without a clear secret where that was made elsewhere. */
export type MadeClient = Partial<WithNewSecret> & Pick<WithNewSecret, 'client'>;

/** Makes a client of its first secret and a new id. Nothing is stored yet. */
export async function newClient(
  description: ClientDescription,
  ports: { readonly random: Random; readonly pepper: Pepper; readonly hasher: SecretHasher; readonly clock: Clock },
): Promise<WithNewSecret> {
  const id = newId('cli', ports.random);
  const secret = await newSecret({ clientId: id, createdBy: description.createdBy }, ports);
  return { client: clientWith(id, secret.stored, description, ports.clock), secret: secret.value };
}

/** Makes a client whose first secret is one that another product made. Nothing is stored yet. */
export function newClientOfImported(
  secret: StoredSecret,
  description: ClientDescription,
  { random, clock }: { readonly random: Random; readonly clock: Clock },
): MadeClient {
  return { client: clientWith(newId('cli', random), secret, description, clock) };
}

function clientWith(id: string, secret: StoredSecret, description: ClientDescription, clock: Clock): Client {
  return {
    roleIds: [],
    apiIds: [],
    ...description,
    id,
    secrets: [secret],
    status: 'active',
    createdAtSeconds: clock.nowSeconds(),
    version: 1,
  };
}
