import { ambient } from '#shared/adapters/node/ambient.ts';
import { cryptoTrustedKeys } from '#shared/adapters/node/trusted-keys.ts';
import { clientManagement } from '#shared/adapters/sets/client-management.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { federatedCredentials } from '#shared/api/management/clients/federated-credentials.ts';
import { lastUsesOf } from '#shared/domain/authentication/usage.ts';
import { getClient, listClients } from '#shared/domain/clients/client-ownership.ts';
import { deleteClient } from '#shared/domain/clients/delete-client.ts';
import { createFederatedCredential } from '#shared/domain/clients/federated-credentials.ts';
import { lambda } from '#shared/http/lambda.ts';
import { federatedCredentialRepresentation } from '#shared/http/reply/federated-credential-representation.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  ...clientManagement,
  trustedKeys: cryptoTrustedKeys,
};

const trustsOf = (serviceUser: { readonly tenantId: string; readonly serviceUserId: string }) =>
  ({ ...serviceUser, credential: 'trust' }) as const;

/** Serves federated credentials of service users. Each of them is a client that acts for the service user. */
export const handler = lambda(federatedCredentials, adapters, {
  createFederatedCredential: async ({ caller, params: owner, body }, ports) => {
    const client = await createFederatedCredential(caller, { owner, ...body }, ports);
    return created(federatedCredentialRepresentation(client), { clientId: client.id });
  },
  listFederatedCredentials: async ({ caller, params, query }, ports) => {
    const page = await listClients(caller, trustsOf(params), query, ports);
    const lastUses = await lastUsesOf(page.items, ports);
    return ok(pageRepresentation(page, (client) => federatedCredentialRepresentation(client, lastUses)));
  },
  getFederatedCredential: async ({ caller, params }, ports) => {
    const client = await getClient(caller, trustsOf(params), params.clientId, ports);
    return ok(federatedCredentialRepresentation(client, await lastUsesOf([client], ports)));
  },
  deleteFederatedCredential: async ({ caller, params, expectedVersion }, ports) => {
    await deleteClient({ caller, owner: trustsOf(params), clientId: params.clientId, expectedVersion }, ports);
    return done(204);
  },
});
