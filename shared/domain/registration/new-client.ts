import type { Clock, Random } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { Pepper } from '../keys/ports.ts';
import type { Client, StoredKey, StoredSecret } from '../records/client.ts';
import type { SecretHasher } from './ports.ts';
import { newSecret } from './secret.ts';

/** What a client is, apart from what it is born with. */
export type ClientDescription = Pick<Client, 'subject' | 'description' | 'createdBy'> &
  Partial<
    Pick<
      Client,
      | 'metadata'
      | 'roleIds'
      | 'permissions'
      | 'apiIds'
      | 'registration'
      | 'expiresAtSeconds'
      | 'tokenLifetimeSeconds'
      | 'tokenQuota'
    >
  >;

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
  const client = bareClient(description, ports);
  const secret = await newSecret({ clientId: client.id, createdBy: description.createdBy }, ports);
  return { client: { ...client, secrets: [secret.stored] }, secret: secret.value };
}

/** Makes a client of its key and a new id, by which the headers of its assertions name it. Nothing is stored yet. */
export function newKeyClient(
  description: ClientDescription,
  key: StoredKey,
  ports: { readonly random: Random; readonly clock: Clock },
): Client {
  return { ...bareClient(description, ports), key };
}

/** Makes a client whose first secret is one that another product made. Nothing is stored yet. */
export function newClientOfImported(
  secret: StoredSecret,
  description: ClientDescription,
  ports: { readonly random: Random; readonly clock: Clock },
): MadeClient {
  return { client: { ...bareClient(description, ports), secrets: [secret] } };
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
