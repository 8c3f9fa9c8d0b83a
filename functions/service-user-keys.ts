import { ambient } from '#shared/adapters/node/ambient.ts';
import { cryptoClientKeys } from '#shared/adapters/node/client-keys.ts';
import { clientManagement } from '#shared/adapters/sets/client-management.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { serviceUserKeys } from '#shared/api/management/clients/service-user-keys.ts';
import { lastUsesOf } from '#shared/domain/authentication/usage.ts';
import { createKey, findPublicKey } from '#shared/domain/clients/client-keys.ts';
import { getClient, listClients } from '#shared/domain/clients/client-ownership.ts';
import { deleteClient } from '#shared/domain/clients/delete-client.ts';
import { lambda } from '#shared/http/lambda.ts';
import {
  jwkRepresentation,
  keyFileRepresentation,
  serviceUserKeyRepresentation,
} from '#shared/http/reply/key-representations.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  ...clientManagement,
  clientKeys: cryptoClientKeys,
};

const keysOf = (serviceUser: { readonly tenantId: string; readonly serviceUserId: string }) =>
  ({ ...serviceUser, credential: 'key' }) as const;

/** Serves keys of service users. A key is a client that acts for the service user. */
export const handler = lambda(serviceUserKeys, adapters, {
  createServiceUserKey: async ({ caller, params: owner, body }, ports) => {
    const made = await createKey(caller, { owner, ...body }, ports);
    return created(keyFileRepresentation(made), { keyId: made.client.id });
  },
  listServiceUserKeys: async ({ caller, params, query }, ports) => {
    const page = await listClients(caller, keysOf(params), query, ports);
    const lastUses = await lastUsesOf(page.items, ports);
    return ok(pageRepresentation(page, (client) => serviceUserKeyRepresentation(client, lastUses)));
  },
  getServiceUserKey: async ({ caller, params }, ports) => {
    const client = await getClient(caller, keysOf(params), params.keyId, ports);
    return ok(serviceUserKeyRepresentation(client, await lastUsesOf([client], ports)));
  },
  deleteServiceUserKey: async ({ caller, params, expectedVersion }, ports) => {
    await deleteClient({ caller, owner: keysOf(params), clientId: params.keyId, expectedVersion }, ports);
    return done(204);
  },
  serviceUserKeySet: async ({ params }, ports) => ok({ keys: [jwkRepresentation(await findPublicKey(params, ports))] }),
});
