import type { Clock, Random } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { Pepper } from '../keys/ports.ts';
import type { Client, StoredKey, StoredSecret } from '../records/client.ts';
import type { Versioned } from '../records/lifecycle.ts';
import type { SecretHasher } from './ports.ts';
import { newSecret } from './secret.ts';

/** The members that the maker of a client does not choose: its id, its state, and its credentials. */
type UnchosenMembers =
  | keyof Versioned
  | 'id'
  | 'status'
  | 'revokedBeforeSeconds'
  | 'secrets'
  | 'rotation'
  | 'key'
  | 'trust'
  | 'accessToken';

/** The members of a new client that its maker chooses. A member that is added to `Client` is one of them. */
export type ClientDescription = Pick<Client, 'subject' | 'description' | 'createdBy'> &
  Partial<Omit<Client, UnchosenMembers>>;

/** A client with a new secret. Only this answer has its clear text. */
export interface WithNewSecret {
  readonly client: Client;
  /** The clear text of the secret. */
  readonly secret: string;
}

/** A new client. `secret` is absent if another product made the secret. */
export type MadeClient = Partial<WithNewSecret> & Pick<WithNewSecret, 'client'>;

/** Makes a client with a new id and its first secret. The caller stores it. */
export async function newClient(
  description: ClientDescription,
  ports: { readonly random: Random; readonly pepper: Pepper; readonly hasher: SecretHasher; readonly clock: Clock },
): Promise<WithNewSecret> {
  const client = newClientWithoutCredential(description, ports);
  const secret = await newSecret({ clientId: client.id, createdBy: description.createdBy }, ports);
  return { client: { ...client, secrets: [secret.stored] }, secret: secret.value };
}

/**
 * Makes a client with a new id and a public key. The caller stores it. The `kid` of its assertions is the client id.
 */
export function newKeyClient(
  description: ClientDescription,
  key: StoredKey,
  ports: { readonly random: Random; readonly clock: Clock },
): Client {
  return { ...newClientWithoutCredential(description, ports), key };
}

/** Makes a client with a new id whose first secret was made by another product. The caller stores it. */
export function newClientWithImportedSecret(
  secret: StoredSecret,
  description: ClientDescription,
  ports: { readonly random: Random; readonly clock: Clock },
): MadeClient {
  return { client: { ...newClientWithoutCredential(description, ports), secrets: [secret] } };
}

/** Makes a client with a new id and no credential. */
export function newClientWithoutCredential(
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
