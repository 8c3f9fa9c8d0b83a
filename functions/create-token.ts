import { ambient } from '#shared/adapters/ambient.ts';
import { bcryptHasher } from '#shared/adapters/bcrypt-hasher.ts';
import { dynamoClientLister, dynamoClientWriter } from '#shared/adapters/dynamo/clients.ts';
import { dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/request-memory.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsSigner } from '#shared/adapters/kms/signer.ts';
import { management } from '#shared/adapters/management.ts';
import { createToken } from '#shared/api/api-tokens.ts';
import { type ApiTokenRequest, createApiToken } from '#shared/domain/api-tokens.ts';
import type { ManagementCaller } from '#shared/domain/authority.ts';
import type { ClientOwner } from '#shared/domain/record-ports.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created } from '#shared/http/replies.ts';
import { apiTokenRepresentation } from '#shared/http/representations.ts';
import type { PortsOf } from '#shared/ports.ts';

type Ports = PortsOf<(typeof createToken)['grants'][number]>;
interface Creation {
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

/** Tenants and their members make API tokens for themselves. The secret or the JWT is in this answer and nowhere else. */
const create = async ({ caller, params, body }: Creation, ports: Ports) => {
  const { client, shownOnce } = await createApiToken(caller, { owner: params, ...body }, ports);
  return created({ ...apiTokenRepresentation(client), ...shownOnce }, { clientId: client.id });
};

export const handler = lambda(createToken, adapters, { createTenantApiToken: create, createMemberApiToken: create });
