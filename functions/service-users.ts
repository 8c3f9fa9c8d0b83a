import { dynamoDirectoryLister, dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { clientManagement } from '#shared/adapters/sets/client-management.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { serviceUsers } from '#shared/api/management/clients/service-users.ts';
import { lastUsesOf } from '#shared/domain/authentication/usage.ts';
import { listClients } from '#shared/domain/clients/client-ownership.ts';
import { createClient } from '#shared/domain/clients/create-client.ts';
import { deleteClient } from '#shared/domain/clients/delete-client.ts';
import {
  createServiceUser,
  deleteServiceUser,
  getServiceUser,
  listServiceUsers,
  updateServiceUser,
} from '#shared/domain/directory/service-users.ts';
import { lambda } from '#shared/http/lambda.ts';
import { serviceUserRepresentation } from '#shared/http/reply/directory-representations.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation, serviceUserSecretRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  ...clientManagement,
  directory: dynamoDirectoryWriter,
  directoryList: dynamoDirectoryLister,
  hasher: bcryptHasher,
};

/** Serves service users and their secrets. A secret is a client that acts for the service user. */
export const handler = lambda(serviceUsers, adapters, {
  createServiceUser: async ({ caller, params, body }, ports) => {
    const serviceUser = await createServiceUser(caller, params.tenantId, body, ports);
    return created(serviceUserRepresentation(serviceUser), { serviceUserId: serviceUser.id });
  },
  listServiceUsers: async ({ params, query }, ports) =>
    ok(pageRepresentation(await listServiceUsers(params.tenantId, query, ports), serviceUserRepresentation)),
  getServiceUser: async ({ params }, ports) => ok(serviceUserRepresentation(await getServiceUser(params, ports))),
  updateServiceUser: async ({ caller, params, body: patch, expectedVersion }, ports) =>
    ok(serviceUserRepresentation(await updateServiceUser(caller, params, { patch, expectedVersion }, ports))),
  deleteServiceUser: async ({ params, expectedVersion }, ports) => {
    await deleteServiceUser(params, ports, expectedVersion);
    return done(204);
  },

  createServiceUserSecret: async ({ caller, params, body }, ports) => {
    const { title: description, ...rest } = body;
    const { client, secret } = await createClient(caller, { owner: params, description, ...rest }, ports);
    return created({ ...serviceUserSecretRepresentation(client), clientSecret: secret }, { clientId: client.id });
  },
  listServiceUserSecrets: async ({ caller, params, query }, ports) => {
    const page = await listClients(caller, params, query, ports);
    const lastUses = await lastUsesOf(page.items, ports);
    return ok(pageRepresentation(page, (client) => serviceUserSecretRepresentation(client, lastUses)));
  },
  deleteServiceUserSecret: async ({ caller, params, expectedVersion }, ports) => {
    await deleteClient({ caller, owner: params, clientId: params.clientId, expectedVersion }, ports);
    return done(204);
  },
});
