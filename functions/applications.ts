import { dynamoClientChanger } from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { cryptoTrustedKeys } from '#shared/adapters/node/trusted-keys.ts';
import { clientManagement } from '#shared/adapters/sets/client-management.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { applications } from '#shared/api/management/clients/applications.ts';
import { lastUsesOf } from '#shared/domain/authentication/usage.ts';
import { createApplication, deleteApplication, updateApplication } from '#shared/domain/clients/applications.ts';
import { deleteClientGrant, listClientGrants, setClientGrant } from '#shared/domain/clients/client-grants.ts';
import { getClient, listClients } from '#shared/domain/clients/client-ownership.ts';
import {
  deleteOwnApplication,
  getOwnApplication,
  listOwnApplications,
  registerOwnApplication,
  updateOwnApplication,
} from '#shared/domain/developers/own-applications.ts';
import type { MadeClient } from '#shared/domain/registration/new-client.ts';
import { lambda } from '#shared/http/lambda.ts';
import { clientGrantRepresentation } from '#shared/http/reply/directory-representations.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { applicationRepresentation, pageRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  ...clientManagement,
  clientChanger: dynamoClientChanger,
  directory: dynamoDirectoryWriter,
  rosters: dynamoDirectoryWriter,
  hasher: bcryptHasher,
  trustedKeys: cryptoTrustedKeys,
};

/** The owner of all applications: without a tenant, it is the workspace. */
const owner = {};

const createdApplication = ({ client, secret }: MadeClient) =>
  created(
    { ...applicationRepresentation(client), ...(secret !== undefined && { clientSecret: secret }) },
    { clientId: client.id },
  );

/** Serves applications and their client grants, and to developers the applications that they own. */
export const handler = lambda(applications, adapters, {
  createApplication: async ({ caller, body }, ports) => {
    const { name: description, metadata, tokenLifetimeSeconds, tokenQuota, expiresInSeconds, ...registration } = body;
    const request = { description, metadata, tokenLifetimeSeconds, tokenQuota, expiresInSeconds, registration };
    return createdApplication(await createApplication(caller, request, ports));
  },
  listApplications: async ({ caller, query }, ports) => {
    const page = await listClients(caller, owner, query, ports);
    const lastUses = await lastUsesOf(page.items, ports);
    return ok(pageRepresentation(page, (client) => applicationRepresentation(client, lastUses)));
  },
  getApplication: async ({ caller, params }, ports) => {
    const client = await getClient(caller, owner, params.clientId, ports);
    return ok(applicationRepresentation(client, await lastUsesOf([client], ports)));
  },
  updateApplication: async ({ caller, params, body, expectedVersion }, ports) => {
    const {
      name: description,
      metadata,
      tokenLifetimeSeconds,
      tokenQuota,
      tokensRevokedUntil: tokensRevokedUntilSeconds,
      status,
      expiresInSeconds,
      ...registration
    } = body;
    const patch = {
      description,
      metadata,
      tokenLifetimeSeconds,
      tokenQuota,
      tokensRevokedUntilSeconds,
      status,
      expiresInSeconds,
      registration,
    };
    const access = { caller, owner, clientId: params.clientId, expectedVersion };
    return ok(applicationRepresentation(await updateApplication(access, patch, ports)));
  },
  deleteApplication: async ({ caller, params, expectedVersion }, ports) => {
    await deleteApplication({ caller, owner, clientId: params.clientId, expectedVersion }, ports);
    return done(204);
  },

  setClientGrant: async ({ caller, params, body: { permissions, for: grantee }, expectedVersion }, ports) => {
    const path = { ...params, for: grantee };
    return ok(clientGrantRepresentation(await setClientGrant(caller, path, permissions, ports, expectedVersion)));
  },
  getClientGrants: async ({ params }, ports) =>
    ok({ items: (await listClientGrants(params.clientId, ports)).map(clientGrantRepresentation) }),
  deleteClientGrant: async ({ params, query, expectedVersion }, ports) => {
    await deleteClientGrant({ ...params, for: query.for }, ports, expectedVersion);
    return done(204);
  },

  createMyApplication: async ({ caller, body }, ports) =>
    createdApplication(await registerOwnApplication(caller, body, ports)),
  getMyApplications: async ({ caller }, ports) => {
    const clients = await listOwnApplications(caller, ports);
    const lastUses = await lastUsesOf(clients, ports);
    return ok({ items: clients.map((client) => applicationRepresentation(client, lastUses)) });
  },
  getMyApplication: async ({ caller, params }, ports) => {
    const client = await getOwnApplication(caller, params.clientId, ports);
    return ok(applicationRepresentation(client, await lastUsesOf([client], ports)));
  },
  updateMyApplication: async ({ caller, params, body, expectedVersion }, ports) => {
    const access = { caller, clientId: params.clientId, expectedVersion };
    return ok(applicationRepresentation(await updateOwnApplication(access, body, ports)));
  },
  deleteMyApplication: async ({ caller, params, expectedVersion }, ports) => {
    await deleteOwnApplication({ caller, clientId: params.clientId, expectedVersion }, ports);
    return done(204);
  },
});
