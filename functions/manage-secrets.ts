import { dynamoClientChanger } from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/tokens/request-memory.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { manageSecrets } from '#shared/api/management/clients/secrets.ts';
import { type ManagementCaller, ownAccountOf } from '#shared/domain/access/authority.ts';
import type { ClientAccess } from '#shared/domain/clients/client-ownership.ts';
import {
  addSecret,
  cancelRotation,
  deleteSecret,
  finishRotation,
  importSecret,
  rotateSecrets,
} from '#shared/domain/clients/manage-secrets.ts';
import { myTokenPath } from '#shared/domain/clients/own-api-tokens.ts';
import type { ClientOwner } from '#shared/domain/records/client.ts';
import type { WithNewSecret } from '#shared/domain/registration/new-client.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { secretsRepresentation } from '#shared/http/reply/representations.ts';
import type { PortsOf } from '#shared/ports.ts';

type Ports = PortsOf<(typeof manageSecrets)['grants'][number]>;

interface ClientOperation<Body = undefined> {
  readonly caller: ManagementCaller;
  readonly params: ClientOwner & { readonly clientId: string };
  readonly expectedVersion: number | undefined;
  readonly body: Body;
}

const accessOf = ({ caller, params, expectedVersion }: Omit<ClientOperation, 'body'>): ClientAccess => ({
  caller,
  owner: params,
  clientId: params.clientId,
  expectedVersion,
});

const createdSecret = ({ client, secret }: WithNewSecret) =>
  created({ ...secretsRepresentation(client), clientSecret: secret }, { clientId: client.id });

interface Addition {
  readonly title?: string | undefined;
  readonly expiresInSeconds?: number | null | undefined;
  readonly importedHash?: string | undefined;
}

const add = async (request: ClientOperation<Addition>, ports: Ports) => {
  const { importedHash, ...addition } = request.body;
  if (importedHash === undefined) return createdSecret(await addSecret(accessOf(request), addition, ports));
  const client = await importSecret(accessOf(request), { ...addition, importedHash }, ports);
  return created(secretsRepresentation(client), { clientId: client.id });
};

const rotate = async (request: ClientOperation<{ graceSeconds: number }>, ports: Ports) =>
  createdSecret(await rotateSecrets(accessOf(request), request.body.graceSeconds, ports));

const finish = async (request: ClientOperation, ports: Ports) =>
  ok(secretsRepresentation(await finishRotation(accessOf(request), ports)));

const cancel = async (request: ClientOperation, ports: Ports) =>
  ok(secretsRepresentation(await cancelRotation(accessOf(request), ports)));

const remove = async (request: ClientOperation & { readonly params: { readonly secretId: string } }, ports: Ports) => {
  await deleteSecret(accessOf(request), request.params.secretId, ports);
  return done(204);
};

/** The same operation on an application that the caller owns. */
const ofOwn =
  <Request extends ClientOperation<unknown>, Answer>(operate: (request: Request, ports: Ports) => Answer) =>
  (request: Request, ports: Ports) =>
    operate({ ...request, params: { ...request.params, developerId: ownAccountOf(request.caller) } }, ports);

/** The same operation on a personal API token of the caller, whose path does not name its owner. */
const ofMyToken =
  <Request extends ClientOperation<unknown>, Answer>(operate: (request: Request, ports: Ports) => Promise<Answer>) =>
  async (request: Request, ports: Ports) =>
    operate({ ...request, params: await myTokenPath(request, ports) }, ports);

const adapters = {
  ...ambient,
  ...management,
  clientChanger: dynamoClientChanger,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  memory: dynamoRequestMemory,
};

/** Serves secrets of clients. The path names the owner of the client: a tenant, a member, the caller, or the workspace. */
export const handler = lambda(manageSecrets, adapters, {
  addTenantApiTokenSecret: add,
  rotateTenantApiTokenSecrets: rotate,
  finishTenantApiTokenRotation: finish,
  cancelTenantApiTokenRotation: cancel,
  deleteTenantApiTokenSecret: remove,
  addMemberApiTokenSecret: add,
  rotateMemberApiTokenSecrets: rotate,
  finishMemberApiTokenRotation: finish,
  cancelMemberApiTokenRotation: cancel,
  deleteMemberApiTokenSecret: remove,
  addMyApiTokenSecret: ofMyToken(add),
  rotateMyApiTokenSecrets: ofMyToken(rotate),
  finishMyApiTokenRotation: ofMyToken(finish),
  cancelMyApiTokenRotation: ofMyToken(cancel),
  deleteMyApiTokenSecret: ofMyToken(remove),
  addApplicationSecret: add,
  rotateApplicationSecrets: rotate,
  finishApplicationRotation: finish,
  cancelApplicationRotation: cancel,
  deleteApplicationSecret: remove,
  addMyApplicationSecret: ofOwn(add),
  rotateMyApplicationSecrets: ofOwn(rotate),
  finishMyApplicationRotation: ofOwn(finish),
  cancelMyApplicationRotation: ofOwn(cancel),
  deleteMyApplicationSecret: ofOwn(remove),
});
