import { dynamoClientLister, dynamoClientWriter } from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/tokens/request-memory.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsSigner } from '#shared/adapters/kms/signer.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { createToken } from '#shared/api/management/clients/api-tokens.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { type ApiTokenRequest, createApiToken } from '#shared/domain/clients/api-tokens.ts';
import { placeOfNewToken } from '#shared/domain/clients/own-api-tokens.ts';
import type { ClientOwner } from '#shared/domain/records/client.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created } from '#shared/http/reply/replies.ts';
import { apiTokenRepresentation } from '#shared/http/reply/representations.ts';
import type { PortsOf } from '#shared/ports.ts';

type Ports = PortsOf<(typeof createToken)['grants'][number]>;

interface CreateOperation {
  readonly caller: ManagementCaller;
  readonly params: ClientOwner;
  readonly body: Omit<ApiTokenRequest, 'owner'>;
}

const adapters = {
  ...ambient,
  ...management,
  signer: kmsSigner,
  clients: dynamoClientWriter,
  clientList: dynamoClientLister,
  rosters: dynamoDirectoryWriter,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  memory: dynamoRequestMemory,
};

const create = async ({ caller, params, body }: CreateOperation, ports: Ports) => {
  const { client, shownOnce } = await createApiToken(caller, { owner: params, ...body }, ports);
  return created({ ...apiTokenRepresentation(client), ...shownOnce }, { clientId: client.id });
};

interface OwnCreation extends Omit<CreateOperation, 'params'> {
  readonly body: CreateOperation['body'] & Pick<ClientOwner, 'tenantId'>;
}

const createOwn = async ({ caller, body: { tenantId, ...body } }: OwnCreation, ports: Ports) =>
  create({ caller, params: await placeOfNewToken(caller, tenantId, ports), body }, ports);

/** Creates API tokens of tenants, of their members, and of the caller. The secret or the JWT is in this answer only. */
export const handler = lambda(createToken, adapters, {
  createTenantApiToken: create,
  createMemberApiToken: create,
  createMyApiToken: createOwn,
});
