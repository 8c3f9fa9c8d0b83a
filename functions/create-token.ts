import { ambient } from '#shared/adapters/ambient.ts';
import { bcryptHasher } from '#shared/adapters/bcrypt-hasher.ts';
import { dynamoAudit } from '#shared/adapters/dynamo/audit.ts';
import { dynamoClientWriter } from '#shared/adapters/dynamo/clients.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/request-memory.ts';
import { dynamoStanding } from '#shared/adapters/dynamo/standing.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { createToken } from '#shared/api/api-tokens.ts';
import type { ManagementCaller } from '#shared/domain/authority.ts';
import { type ClientRequest, createClient } from '#shared/domain/clients.ts';
import type { ClientOwner } from '#shared/domain/ports.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created } from '#shared/http/replies.ts';
import { apiTokenRepresentation } from '#shared/http/representations.ts';
import type { PortsOf } from '#shared/ports.ts';

type Ports = PortsOf<(typeof createToken)['grants'][number]>;
interface Creation {
  readonly caller: ManagementCaller;
  readonly params: ClientOwner;
  readonly body: Omit<ClientRequest, 'owner'>;
}

const adapters = {
  ...ambient,
  standing: dynamoStanding,
  verifier: kmsVerifier,
  clients: dynamoClientWriter,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  memory: dynamoRequestMemory,
  audit: dynamoAudit,
};

/** Tenants and their members make API tokens for themselves. The secret is in this answer and nowhere else. */
const create = async ({ caller, params, body }: Creation, ports: Ports) => {
  const { client, secret } = await createClient(caller, { owner: params, ...body }, ports);
  return created({ ...apiTokenRepresentation(client), clientSecret: secret }, { clientId: client.id });
};

export const handler = lambda(createToken, adapters, { createTenantApiToken: create, createMemberApiToken: create });
