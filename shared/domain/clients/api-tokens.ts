import { assertMayGivePermissions, assertMayManageCredential, type ManagementCaller } from '../access/authority.ts';
import { withStandingReferences } from '../access/references.ts';
import type { Clock, Random } from '../ambient.ts';
import { findPermissions, type NamedPermission, requireDeclared } from '../directory/role-permissions.ts';
import { findAssignedRoles } from '../directory/roles.ts';
import { assertVersion, DomainError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Pepper } from '../keys/ports.ts';
import { acceptedMetadata } from '../metadata.ts';
import type { ClientChanger, ClientRemover, ClientWriter, RecordWriter } from '../records/change-record.ts';
import type { ApiTokenKind, Client, ClientOwner } from '../records/client.ts';
import type { ClientLister, Page } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { PERMISSIONS_BYTES_MAX } from '../records/permissions.ts';
import { expectSettings, settingsIn } from '../records/settings.ts';
import { type ClientDescription, newClient } from '../registration/new-client.ts';
import type { SecretHasher } from '../registration/ports.ts';
import type { TokenSigner, TokenVerifier } from '../tokens/ports.ts';
import { assertKindAllowed, assertLifetimeAllowed, expiryOfNewToken } from './api-token-policy.ts';
import { enterRoster, leaveRoster } from './api-token-roster.ts';
import { type ClientAccess, changeOwnClient, findOwner, getClient, listClients, openLook } from './client-ownership.ts';
import { deleteClient } from './delete-client.ts';
import { newLongLivedToken } from './long-lived-token.ts';
import { type ClientPatch, withChanges } from './update-client.ts';

/**
 * The permissions of a tenant's token: either roles or single permissions. A user's token has the roles of the user.
 */
interface AuthorityRequest {
  readonly roleIds?: readonly string[] | undefined;
  readonly permissions?: readonly NamedPermission[] | undefined;
}

/** An API token to create. */
export interface ApiTokenRequest extends AuthorityRequest {
  readonly owner: ClientOwner;
  readonly kind: ApiTokenKind;
  readonly description: string;
  readonly metadata?: JsonObject | undefined;
  /** Null for never; undefined for the default of the settings. */
  readonly expiresInSeconds?: number | null | undefined;
  /** Only for kind `access_token`: the identifier of its API; undefined for the API that an exchange would choose. */
  readonly audience?: string | undefined;
}

/** A new API token, with its secret or its JWT. These are in this result only. */
export interface NewApiToken {
  readonly client: Client;
  readonly shownOnce: { readonly clientSecret: string } | { readonly accessToken: string };
}

interface MakingPorts {
  readonly issuer: string;
  readonly defaultAudience: string | undefined;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly signer: TokenSigner;
  readonly verifier: Pick<TokenVerifier, 'algorithms'>;
  readonly clock: Clock;
  readonly random: Random;
}

interface CreationPorts extends MakingPorts {
  readonly records: RecordReader;
  readonly clients: ClientWriter;
  readonly clientList: ClientLister;
  readonly rosters: RecordWriter<'roster'>;
}

/**
 * Creates an API token of a tenant or a user, as the settings of the workspace allow.
 * @throws DomainError `not_found` for an owner that the caller cannot see; `invalid_request` for an unknown role,
 * permission or audience, and for a lifetime above the maximum; `forbidden` for a kind that is not allowed, and for
 * more authority than the caller may hand on; `conflict` if the owner has the maximum number of API tokens
 */
export async function createApiToken(
  caller: ManagementCaller,
  request: ApiTokenRequest,
  ports: CreationPorts,
): Promise<NewApiToken> {
  const { owner, kind, description, metadata } = request;
  const look = openLook(owner, ports);
  expectSettings(look);
  const subject = await findOwner(caller, owner, look);
  const { apiTokens } = await settingsIn(look);
  assertKindAllowed(kind, owner.userId === undefined ? 'tenant' : 'user', apiTokens);
  const authority = await findAuthority(caller, request, { owner, look });
  await assertMayManageCredential(caller, { subject, ...authority }, look);

  const expiresAtSeconds = expiryOfNewToken(request.expiresInSeconds, apiTokens, ports.clock.nowSeconds());
  const made = await makeToken(
    {
      subject,
      description,
      createdBy: caller.subject,
      metadata: acceptedMetadata(metadata),
      ...authority,
      expiresAtSeconds,
    },
    { kind, audience: request.audience, look },
    ports,
  );
  const { maxLive } = apiTokens;
  if (maxLive !== null) await enterRoster({ owner, clientId: made.client.id, maxLive }, ports);
  await ports.clients.insert(made.client);
  return made;
}

interface TokenOptions extends Pick<ApiTokenRequest, 'kind' | 'audience'> {
  readonly look: Look;
}

async function makeToken(
  description: ClientDescription,
  { kind, audience, look }: TokenOptions,
  ports: MakingPorts,
): Promise<NewApiToken> {
  if (kind === 'access_token') {
    const { client, accessToken } = await newLongLivedToken(description, { audience, look }, ports);
    return { client, shownOnce: { accessToken } };
  }
  if (audience !== undefined) {
    throw new DomainError('invalid_request', 'Only API tokens of kind access_token have an audience.', {
      field: 'audience',
    });
  }
  const { client, secret } = await newClient(description, ports);
  return { client, shownOnce: { clientSecret: secret } };
}

/** A change to an API token. A member that is undefined stays as it is. */
export interface ApiTokenPatch extends ClientPatch, AuthorityRequest {}

/**
 * Changes an API token. The rules of its creation hold for new roles, permissions and lifetimes. New roles replace its
 * permissions, and new permissions replace its roles.
 * @throws DomainError as `changeOwnClient` does; `invalid_request` for an unknown role or permission, and for a later
 * expiry; `forbidden` for more authority than the caller may hand on
 */
export async function updateApiToken(
  access: ClientAccess,
  patch: ApiTokenPatch,
  ports: { readonly records: RecordReader; readonly clientChanger: ClientChanger; readonly clock: Clock },
): Promise<Client> {
  const look = openLook(access.owner, ports);
  const [{ apiTokens }, authority] = await Promise.all([settingsIn(look), findNewAuthority(access, patch, look)]);
  if (patch.expiresInSeconds !== undefined) assertLifetimeAllowed(patch.expiresInSeconds, apiTokens);
  const now = ports.clock.nowSeconds();
  const changed = await changeOwnClient(
    access,
    (before) => ({ ...withChanges(before, patch, now), ...authority }),
    ports,
  );
  return withStandingReferences(changed, openLook(access.owner, ports));
}

/**
 * Reads one API token, without deleted roles and undeclared permissions.
 * @throws DomainError as `getClient` does
 */
export async function getApiToken(
  caller: ManagementCaller,
  owner: ClientOwner,
  clientId: string,
  ports: { readonly records: RecordReader },
): Promise<Client> {
  return withStandingReferences(await getClient(caller, owner, clientId, ports), openLook(owner, ports));
}

/**
 * Lists the API tokens of an owner, a page at a time, without deleted roles and undeclared permissions.
 * @throws DomainError as `listClients` does
 */
export async function listApiTokens(...request: Parameters<typeof listClients>): Promise<Page<Client>> {
  const [, owner, , ports] = request;
  const { items, nextCursor } = await listClients(...request);
  const look = openLook(owner, ports);
  return { items: await Promise.all(items.map((client) => withStandingReferences(client, look))), nextCursor };
}

/**
 * Deletes an API token. From now on its credential is refused, and its access tokens are inactive.
 * @throws DomainError as `deleteClient` does
 */
export async function deleteApiToken(
  access: ClientAccess,
  ports: {
    readonly records: RecordReader;
    readonly clientRemover: ClientRemover;
    readonly rosters: RecordWriter<'roster'>;
  },
): Promise<void> {
  const { caller, owner, clientId, expectedVersion } = access;
  assertVersion(await getClient(caller, owner, clientId, ports), expectedVersion);
  // This comes before the removal, so that an interrupted deletion can be repeated.
  await leaveRoster(owner, clientId, ports);
  await deleteClient(access, ports);
}

type Authority = Pick<Client, 'roleIds' | 'permissions'>;

/** The owner of a token, the authority that the token had before, and the records at this moment. */
interface AuthorityPlace {
  readonly owner: ClientOwner;
  readonly before?: Authority | undefined;
  readonly look: Look;
}

async function findAuthority(
  caller: ManagementCaller,
  { roleIds, permissions }: AuthorityRequest,
  { owner, before, look }: AuthorityPlace,
): Promise<Authority> {
  if (roleIds !== undefined && roleIds.length > 0 && permissions !== undefined) {
    throw new DomainError('invalid_request', "Send 'roleIds' or 'permissions', not both.", { field: 'permissions' });
  }
  if (permissions !== undefined) {
    const found = await findPermissions(permissions, look, {
      bytesMax: PERMISSIONS_BYTES_MAX,
      before: before?.permissions,
    });
    assertMayGivePermissions(caller, found);
    return { roleIds: [], permissions: requireDeclared(found) };
  }
  const roles = await findAssignedRoles(roleIds ?? [], look, {
    tenantId: owner.tenantId,
    before: before?.roleIds,
  });
  return { roleIds: roles.map((role) => role.id), permissions: undefined };
}

/** Finds the new roles and permissions of a token; undefined if the change has neither. */
async function findNewAuthority(
  { caller, owner, clientId }: ClientAccess,
  patch: ApiTokenPatch,
  look: Look,
): Promise<Authority | undefined> {
  if (patch.roleIds === undefined && patch.permissions === undefined) return undefined;
  const before = await look.client(clientId);
  const authority = await findAuthority(caller, patch, { owner, before, look });
  const { tenantId = '' } = owner;
  await assertMayManageCredential(caller, { subject: { type: 'tenant', tenantId }, ...authority }, look);
  return authority;
}
