import { ambient } from '#shared/adapters/ambient.ts';
import { clientManagement } from '#shared/adapters/client-management.ts';
import { management } from '#shared/adapters/management.ts';
import { cryptoTrustedKeys } from '#shared/adapters/trusted-keys.ts';
import { federatedCredentials } from '#shared/api/federated-credentials.ts';
import { getClient } from '#shared/domain/client-ownership.ts';
import { deleteClient, listClients } from '#shared/domain/clients.ts';
import { createFederatedCredential } from '#shared/domain/federated-credentials.ts';
import { lastUsesOf } from '#shared/domain/usage.ts';
import { federatedCredentialRepresentation } from '#shared/http/federated-credential-representation.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created, done, ok } from '#shared/http/replies.ts';
import { pageRepresentation } from '#shared/http/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  ...clientManagement,
  trustedKeys: cryptoTrustedKeys,
};

const trustsOf = (serviceUser: { readonly tenantId: string; readonly serviceUserId: string }) =>
  ({ ...serviceUser, credential: 'trust' }) as const;

/** Federated credentials of service users; each is a client that acts for the service user. */
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
