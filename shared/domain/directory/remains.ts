import type { Clock } from '../ambient.ts';
import { signingSecretsKey } from '../keys/signing-secrets.ts';
import { consentKey, consentList } from '../people-records/consent.ts';
import { identityKey, identityList } from '../people-records/identity.ts';
import { invitationKey, invitationList, invitationsOfAddress } from '../people-records/invitation.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import type { RemainingKind } from '../records/change-record.ts';
import { type Client, type ClientOwner, credentialTypes, rosterKey } from '../records/client.ts';
import type { ClientLister, DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look } from '../records/look.ts';
import {
  apiRecordKey,
  grantKey,
  grantList,
  type NameClaim,
  nameKey,
  roleList,
  roleNameKey,
  roleRecordKey,
} from '../records/permissions.ts';
import {
  exists,
  type Membership,
  memberList,
  membershipKey,
  membershipList,
  type ServiceUser,
  serviceUserKey,
  serviceUserList,
  tenantKey,
  userKey,
} from '../records/principals.ts';
import type { RecordKey } from '../records/record-key.ts';
import type { Deleted } from '../records/removals.ts';
import { defaultRolesKey } from './default-roles.ts';

/** Rows that are read and removed together. This is few enough for the memory, and enough to be fast. */
const PAGE_ROWS = 25;

/**
 * A row that belongs to a deleted record. `version` is the version that the run has read. An application of a deleted
 * user is disabled and stays: people gave it consents, and an administrator decides about it.
 */
export type Remnant =
  | { readonly kind: 'client'; readonly id: string }
  | { readonly kind: 'ownApplication'; readonly id: string }
  | {
      readonly kind: 'record';
      readonly key: RecordKey<Exclude<RemainingKind, 'removal'>, unknown>;
      readonly version: number;
    };

type ServiceUserPath = Pick<ServiceUser, 'tenantId'> & { readonly serviceUserId: string };

type Remnants = AsyncGenerator<readonly Remnant[]>;

interface Ports {
  readonly clientList: ClientLister;
  readonly directoryList: DirectoryLister;
  readonly clock: Clock;
}

/** Whether a record still exists although its deletion was noted: the deletion failed, or another request won. */
export async function stillExists(deleted: Deleted, look: Look): Promise<boolean> {
  switch (deleted.type) {
    case 'tenant':
      return exists(await look.find(tenantKey(deleted.tenantId)));
    case 'user':
      return exists(await look.find(userKey(deleted.userId)));
    case 'membership': {
      const membership = await look.find(membershipKey(deleted.tenantId, deleted.userId));
      return membership?.id === deleted.membershipId;
    }
    case 'workspaceMember':
      return (await look.find(workspaceMemberKey(deleted.userId)))?.id === deleted.membershipId;
    case 'serviceUser':
      return (await look.find(serviceUserKey(deleted.serviceUserId))) !== undefined;
    case 'application':
      return (await look.client(deleted.clientId)) !== undefined;
    case 'api':
      return (await look.find(apiRecordKey(deleted.apiId))) !== undefined;
  }
}

/**
 * Yields the rows that belong to a deleted record, a page at a time. The caller removes each page before it asks for
 * the next one. It can stop at any page and begin again later, because a row comes after all rows that are found
 * through it.
 * @throws DomainError `temporarily_unavailable`
 */
export async function* remnantsOf(deleted: Deleted, look: Look, ports: Ports): Remnants {
  switch (deleted.type) {
    case 'tenant':
      return yield* remnantsOfTenant(deleted.tenantId, look, ports);
    case 'user':
      return yield* remnantsOfUser(deleted, look, ports);
    case 'membership':
      return yield* remnantsOfMembership(deleted, look, ports);
    case 'workspaceMember':
      return yield* remnantsOfWorkspaceMember(deleted, look, ports);
    case 'serviceUser':
      return yield* clientsOfServiceUser(deleted, ports);
    case 'application':
      return yield* grantsOf(deleted.clientId, ports);
    case 'api':
      return yield* signingSecretsOf(deleted.apiId, look);
  }
}

async function* remnantsOfMembership(
  deleted: Extract<Deleted, { type: 'membership' }>,
  look: Look,
  ports: Ports,
): Remnants {
  // A user who joined the tenant again has tokens of the new membership in the same list.
  yield* clientsOf(deleted, ports, ({ subject }) => {
    return subject.type === 'user' && subject.membershipId === deleted.membershipId;
  });
  const hasJoinedAgain = (await look.find(membershipKey(deleted.tenantId, deleted.userId))) !== undefined;
  if (!hasJoinedAgain) yield* rosterOf(deleted, look);
}

async function* remnantsOfWorkspaceMember(
  { userId, membershipId }: Pick<Extract<Deleted, { type: 'workspaceMember' }>, 'userId' | 'membershipId'>,
  look: Look,
  ports: Ports,
): Remnants {
  yield* clientsOf({ userId }, ports, ({ subject }) => {
    return subject.type === 'workspaceMember' && subject.membershipId === membershipId;
  });
  const hasComeBack = (await look.find(workspaceMemberKey(userId))) !== undefined;
  if (!hasComeBack) yield* rosterOf({ userId }, look);
}

async function* remnantsOfTenant(tenantId: string, look: Look, ports: Ports): Remnants {
  yield* serviceUsersOf(tenantId, ports);
  const members = (page: PageRequest) => ports.directoryList.list(memberList(tenantId), page);
  yield* membershipsWithTokens(members, look, ports);
  yield* clientsOf({ tenantId }, ports);
  yield* rosterOf({ tenantId }, look);
  yield* invitationsIn(invitationList(tenantId), ports);
  yield* rolesOf(tenantId, look, ports);
}

async function* invitationsIn(list: ReturnType<typeof invitationList>, { directoryList }: Ports): Remnants {
  for await (const invitations of pagesOf((page) => directoryList.list(list, page))) {
    yield invitations.map(({ id, version }) => ({ kind: 'record', key: invitationKey(id), version }));
  }
}

async function* rolesOf(tenantId: string, look: Look, { directoryList }: Ports): Remnants {
  for await (const roles of pagesOf((page) => directoryList.list(roleList(tenantId), page))) {
    const claims = await Promise.all(roles.map((role) => ownClaim(roleNameKey(role), role.id, look)));
    yield claims.filter((claim) => claim !== undefined);
    yield roles.map(({ id, version }) => ({ kind: 'record', key: roleRecordKey(id), version }));
  }
  const key = defaultRolesKey(tenantId);
  const defaults = await look.find(key);
  if (defaults !== undefined) yield [{ kind: 'record', key, version: defaults.version }];
}

async function* rosterOf(owner: ClientOwner, look: Look): Remnants {
  const key = rosterKey(owner);
  const roster = await look.find(key);
  if (roster !== undefined) yield [{ kind: 'record', key, version: roster.version }];
}

/** Finds the claim on a name, if it still belongs to the deleted record. */
async function ownClaim(key: RecordKey<'name', NameClaim>, ownerId: string, look: Look): Promise<Remnant | undefined> {
  const claim = await look.find(key);
  return claim?.ownerId === ownerId ? { kind: 'record', key, version: claim.version } : undefined;
}

async function* remnantsOfUser(
  { userId, email }: Extract<Deleted, { type: 'user' }>,
  look: Look,
  ports: Ports,
): Remnants {
  const memberships = (page: PageRequest) => ports.directoryList.list(membershipList(userId), page);
  yield* membershipsWithTokens(memberships, look, ports);
  yield* invitationsIn(invitationsOfAddress(email), ports);
  yield* consentsOf(userId, ports);
  yield* clientsOf({ userId }, ports);
  yield* rosterOf({ userId }, look);
  const roster = await look.find(rosterKey({ developerId: userId }));
  yield (roster?.entries ?? []).map(({ clientId }) => ({ kind: 'ownApplication', id: clientId }));
  const member = await look.find(workspaceMemberKey(userId));
  if (member !== undefined) yield [{ kind: 'record', key: workspaceMemberKey(userId), version: member.version }];
  const claim = await ownClaim(nameKey('email', email), userId, look);
  if (claim !== undefined) yield [claim];
  for await (const items of pagesOf((page) => ports.directoryList.list(identityList(userId), page))) {
    yield items.map(({ id, version }) => ({ kind: 'record', key: identityKey(id), version }));
  }
}

async function* consentsOf(userId: string, { directoryList }: Ports): Remnants {
  for await (const items of pagesOf((page) => directoryList.list(consentList(userId), page))) {
    yield items.map((consent) => ({ kind: 'record', key: consentKey(consent), version: consent.version }));
  }
}

/**
 * Yields each service user directly after its clients. If the service users came after all clients of their page, a run
 * might end before it removes a single service user.
 */
async function* serviceUsersOf(tenantId: string, ports: Ports): Remnants {
  for await (const items of pagesOf((page) => ports.directoryList.list(serviceUserList(tenantId), page))) {
    for (const { id, version } of items) {
      yield* clientsOfServiceUser({ tenantId, serviceUserId: id }, ports);
      yield [{ kind: 'record', key: serviceUserKey(id), version }];
    }
  }
}

async function* clientsOfServiceUser({ tenantId, serviceUserId }: ServiceUserPath, ports: Ports): Remnants {
  for (const credential of credentialTypes) yield* clientsOf({ tenantId, serviceUserId, credential }, ports);
}

/** Yields each membership directly after its tokens, for the same reason as in `serviceUsersOf`. */
async function* membershipsWithTokens(list: Lister<Membership>, look: Look, ports: Ports): Remnants {
  for await (const items of pagesOf(list)) {
    for (const { tenantId, userId, version } of items) {
      yield* clientsOf({ tenantId, userId }, ports);
      yield* rosterOf({ tenantId, userId }, look);
      yield [{ kind: 'record', key: membershipKey(tenantId, userId), version }];
    }
  }
}

async function* clientsOf(
  owner: ClientOwner,
  { clientList, clock }: Ports,
  isRemnant: (client: Client) => boolean = () => true,
): Remnants {
  for await (const items of pagesOf((page) => clientList.list(owner, page, clock.nowSeconds()))) {
    yield items.filter(isRemnant).map(({ id }) => ({ kind: 'client', id }));
  }
}

async function* grantsOf(clientId: string, { directoryList }: Ports): Remnants {
  for await (const items of pagesOf((page) => directoryList.list(grantList(clientId), page))) {
    yield items.map((grant) => ({
      kind: 'record',
      key: grantKey(clientId, grant.apiId, grant.for),
      version: grant.version,
    }));
  }
}

async function* signingSecretsOf(apiId: string, look: Look): Remnants {
  const key = signingSecretsKey(apiId);
  const stored = await look.find(key);
  if (stored !== undefined) yield [{ kind: 'record', key, version: stored.version }];
}

type Lister<Item> = (page: PageRequest) => Promise<Page<Item>>;

/**
 * Yields every page of a list. A cursor is a place in the list, so rows that were removed do not come again, even if
 * the index still has them.
 */
export async function* pagesOf<Item>(list: Lister<Item>): AsyncGenerator<readonly Item[]> {
  let cursor: string | undefined;
  do {
    const page: Page<Item> = await list({ limit: PAGE_ROWS, cursor });
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
