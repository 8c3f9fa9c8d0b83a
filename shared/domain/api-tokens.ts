import { assertMayAssign, assertOwnUser, type ManagementCaller } from './authority.ts';
import { notFound } from './errors.ts';
import { newId } from './ids.ts';
import type {
  ClientLister,
  ClientRemover,
  ClientWriter,
  Clock,
  Look,
  Page,
  PageRequest,
  Pepper,
  Random,
  SecretHasher,
  StandingReader,
  TokenOwner,
} from './ports.ts';
import { type Client, type JsonObject, membershipKey, type Subject } from './records.ts';
import { findAssignedRoles } from './roles.ts';
import { newSecret } from './secret.ts';
import { assertExists } from './tenants.ts';

/** What a new API token is to be. */
export interface ApiTokenRequest {
  readonly owner: TokenOwner;
  readonly description: string;
  /** Roles of a tenant token; a personal token always has its user's. */
  readonly roleIds?: readonly string[] | undefined;
  readonly metadata?: JsonObject | undefined;
  /** Undefined or null for a token that does not expire. */
  readonly expiresInSeconds?: number | null | undefined;
}

interface CreationPorts {
  readonly standing: StandingReader;
  readonly clients: ClientWriter;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Creates an API token of a tenant or of one of its members. The clear secret exists in this answer only.
 * @throws DomainError `not_found` for an owner the caller cannot see, `invalid_request` for an unknown role,
 * `forbidden` for a role above the caller's own.
 */
export async function createApiToken(
  caller: ManagementCaller,
  request: ApiTokenRequest,
  ports: CreationPorts,
): Promise<{ readonly client: Client; readonly secret: string }> {
  const look = ports.standing.open(request.owner.tenantId);
  const subject = await findOwner(caller, request.owner, look);
  const roles = await findAssignedRoles(request.roleIds ?? [], look);
  assertMayAssign(caller, roles);

  const id = newId('cli', ports.random);
  const now = ports.clock.nowSeconds();
  const secret = await newSecret(id, ports);
  const client: Client = {
    id,
    subject,
    description: request.description,
    metadata: request.metadata,
    roleIds: roles.map((role) => role.id),
    apiIds: [],
    secrets: [secret.stored],
    status: 'active',
    createdBy: caller.subject,
    createdAtSeconds: now,
    expiresAtSeconds: request.expiresInSeconds == null ? undefined : now + request.expiresInSeconds,
    version: 1,
  };
  await ports.clients.insert(client);
  return { client, secret: secret.value };
}

/**
 * The API tokens of one owner, newest last, without their secrets.
 * @throws DomainError `not_found`, or `invalid_request` for a cursor that is not one of this list's
 */
export async function listApiTokens(
  caller: ManagementCaller,
  owner: TokenOwner,
  page: PageRequest,
  ports: { readonly standing: StandingReader; readonly clientList: ClientLister },
): Promise<Page<Client>> {
  await findOwner(caller, owner, ports.standing.open(owner.tenantId));
  return ports.clientList.list(owner, page);
}

/** One API token of this owner. @throws DomainError `not_found` */
export async function getApiToken(
  caller: ManagementCaller,
  owner: TokenOwner,
  clientId: string,
  ports: { readonly standing: StandingReader },
): Promise<Client> {
  const look = ports.standing.open(owner.tenantId);
  const [, client] = await Promise.all([findOwner(caller, owner, look), look.client(clientId)]);
  if (client === undefined || !isOwnedBy(client.subject, owner)) throw notFound();
  return client;
}

/**
 * Deletes an API token for good: it cannot be exchanged and its access tokens are worth nothing from now on.
 * @throws DomainError `not_found`
 */
export async function deleteApiToken(
  caller: ManagementCaller,
  owner: TokenOwner,
  clientId: string,
  ports: { readonly standing: StandingReader; readonly clientRemover: ClientRemover },
): Promise<void> {
  await getApiToken(caller, owner, clientId, ports);
  await ports.clientRemover.remove(clientId);
}

async function findOwner(caller: ManagementCaller, { tenantId, userId }: TokenOwner, look: Look): Promise<Subject> {
  if (userId !== undefined) assertOwnUser(caller, userId);
  const [tenant, user, membership] = await Promise.all([
    look.find('tenant', tenantId),
    userId === undefined ? undefined : look.find('user', userId),
    userId === undefined ? undefined : look.find('membership', membershipKey(tenantId, userId)),
  ]);
  assertExists(tenant);
  if (userId === undefined) return { type: 'tenant', tenantId };
  if (user === undefined || membership === undefined) throw notFound();
  return { type: 'user', tenantId, userId, membershipId: membership.id };
}

function isOwnedBy(subject: Subject, { tenantId, userId }: TokenOwner): boolean {
  if (subject.type === 'application' || subject.tenantId !== tenantId) return false;
  return subject.type === 'user' ? subject.userId === userId : userId === undefined;
}
