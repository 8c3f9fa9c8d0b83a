import {
  dynamoClientChanger,
  dynamoClientLister,
  dynamoClientRemover,
} from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoDirectoryLister, dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoUsageReader } from '#shared/adapters/dynamo/tokens/usage.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { manageTokens } from '#shared/api/management/clients/api-tokens.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { lastUsesOf } from '#shared/domain/authentication/usage.ts';
import {
  type ApiTokenPatch,
  deleteApiToken,
  getApiToken,
  listApiTokens,
  updateApiToken,
} from '#shared/domain/clients/api-tokens.ts';
import { listMyTokens, myTokenPath } from '#shared/domain/clients/own-api-tokens.ts';
import type { Client, ClientOwner } from '#shared/domain/records/client.ts';
import type { Page, PageRequest } from '#shared/domain/records/lists.ts';
import { lambda } from '#shared/http/lambda.ts';
import { done, ok } from '#shared/http/reply/replies.ts';
import { apiTokenRepresentation, pageRepresentation } from '#shared/http/reply/representations.ts';
import type { PortsOf } from '#shared/ports.ts';

type Ports = PortsOf<(typeof manageTokens)['grants'][number]>;

interface ClientOperation {
  readonly caller: ManagementCaller;
  readonly params: ClientOwner & { readonly clientId: string };
}

interface VersionedOperation extends ClientOperation {
  readonly expectedVersion: number | undefined;
}

interface UpdateOperation extends VersionedOperation {
  readonly body: ApiTokenPatch;
}

interface ListOperation {
  readonly caller: ManagementCaller;
  readonly params: ClientOwner;
  readonly query: PageRequest;
}

const showPage = async (page: Page<Client>, ports: Ports) => {
  const lastUses = await lastUsesOf(page.items, ports);
  return ok(pageRepresentation(page, (client) => apiTokenRepresentation(client, lastUses)));
};

const list = async ({ caller, params, query }: ListOperation, ports: Ports) =>
  showPage(await listApiTokens(caller, params, query, ports), ports);

const show = async ({ caller, params }: ClientOperation, ports: Ports) => {
  const client = await getApiToken(caller, params, params.clientId, ports);
  return ok(apiTokenRepresentation(client, await lastUsesOf([client], ports)));
};

const update = async ({ caller, params, body, expectedVersion }: UpdateOperation, ports: Ports) =>
  ok(
    apiTokenRepresentation(
      await updateApiToken({ caller, owner: params, clientId: params.clientId, expectedVersion }, body, ports),
    ),
  );

const remove = async ({ caller, params, expectedVersion }: VersionedOperation, ports: Ports) => {
  await deleteApiToken({ caller, owner: params, clientId: params.clientId, expectedVersion }, ports);
  return done(204);
};

/** The same operation on a personal API token of the caller, whose path does not name its owner. */
const ofMyToken =
  <Request extends ClientOperation, Answer>(operate: (request: Request, ports: Ports) => Promise<Answer>) =>
  async (request: Request, ports: Ports) =>
    operate({ ...request, params: await myTokenPath(request, ports) }, ports);

const adapters = {
  ...ambient,
  ...management,
  pepper: kmsPepper,
  clientList: dynamoClientLister,
  directoryList: dynamoDirectoryLister,
  usage: dynamoUsageReader,
  clientChanger: dynamoClientChanger,
  clientRemover: dynamoClientRemover,
  rosters: dynamoDirectoryWriter,
};

/** Serves API tokens. The path names the owner of the API token: a tenant, a member or the caller. */
export const handler = lambda(manageTokens, adapters, {
  listTenantApiTokens: list,
  getTenantApiToken: show,
  updateTenantApiToken: update,
  deleteTenantApiToken: remove,
  listMemberApiTokens: list,
  getMemberApiToken: show,
  updateMemberApiToken: update,
  deleteMemberApiToken: remove,
  listMyApiTokens: async ({ caller, query }, ports) => showPage(await listMyTokens(caller, query, ports), ports),
  getMyApiToken: ofMyToken(show),
  updateMyApiToken: ofMyToken(update),
  deleteMyApiToken: ofMyToken(remove),
});
