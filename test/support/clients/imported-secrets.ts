import bcrypt from 'bcryptjs';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import { type Manage, succeed } from '../arrange/manage.ts';
import { assertConforms } from '../ask/conformance.ts';
import type { Credentials, Reply } from '../world/deployment.ts';
import { useAcme, useManage, useWorld } from '../world/use-world.ts';
import type { Acme, World } from '../world/world.ts';

/** A secret of another product. */
export const LEGACY = 'correct horse battery staple';

const HASH = hashOf(LEGACY);

/** After so many wrong secrets from one address a client's imported secret is not compared any more. */
export const GUESSES_MAX = 10;

/** A deployment that takes imported secrets, and a tenant to import them into. */
export interface Imports {
  readonly world: World;
  readonly acme: Acme;
  readonly manage: Manage;
  /** The path of the tenant's API tokens. */
  readonly tokens: () => string;
  /** An API token with a secret of Mintmark's own. */
  createToken(): Promise<Credentials>;
  importInto(clientId: string, importedHash?: string): Promise<Reply>;
  /** An API token that also has an imported secret, which are the credentials here. */
  arrangeImported(importedHash?: string): Promise<Credentials>;
  exchange(credentials: Credentials): Promise<Reply>;
}

/** The hash of a secret as another product would have it, at a cost that tests can afford. */
export function hashOf(secret: string, cost = 4): string {
  return bcrypt.hashSync(secret, cost);
}

/** A world that takes imported secrets, for the tests of a file. */
export function useImports(): Imports {
  const adapters = { importedSecrets: () => true, failures: sharedFailureCounter };
  const world = useWorld({ onReply: assertConforms, adapters });
  const acme = useAcme(world);
  const manage = useManage(world);
  const tokens = () => `/v1/tenants/${acme.tenantId}/api-tokens`;
  const createToken = () =>
    succeed<Credentials>(manage('POST', tokens(), { description: 'moved here', roleIds: [acme.readerRoleId] }));
  const importInto = (clientId: string, importedHash = HASH) =>
    manage('POST', `${tokens()}/${clientId}/secrets`, { title: 'from before', importedHash });
  return {
    world,
    acme,
    manage,
    tokens,
    createToken,
    importInto,
    arrangeImported: async (importedHash) => {
      const { clientId } = await createToken();
      await succeed(importInto(clientId, importedHash));
      return { clientId, clientSecret: LEGACY };
    },
    exchange: (credentials) => world.post('/oauth/token', credentials, { grant_type: 'client_credentials' }),
  };
}
