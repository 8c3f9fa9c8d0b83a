import type { Clock } from '../ambient.ts';
import { signingSecretsKey } from '../keys/signing-secrets.ts';
import type { RemainingKind } from '../records/change-record.ts';
import { type Client, type ClientOwner, credentialTypes, rosterKey } from '../records/client.ts';
import type { ClientLister, DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look } from '../records/look.ts';
import {
  grantKey,
  grantList,
  type NameClaim,
  nameKey,
  roleList,
  roleNameKey,
  roleRecordKey,
} from '../records/permissions.ts';
import {
  type Membership,
  memberList,
  membershipKey,
  membershipList,
  type ServiceUser,
  serviceUserKey,
  serviceUserList,
} from '../records/principals.ts';
import type { RecordKey } from '../records/record-key.ts';
import type { Deleted } from '../records/removals.ts';
import { defaultRolesKey } from './default-roles.ts';

/** Rows that are read and removed together: few enough to lie in memory, enough to be quick. */
const PAGE_ROWS = 25;

/** A row that belongs to something deleted, in the version that it was found in. */
export type Remnant =
  | { readonly kind: 'client'; readonly id: string }
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

/**
 * What is left of something deleted, a page at a time. Whoever removes each page before asking for the next one can
 * stop anywhere and begin anew: a row goes only after everything that is found by way of it.
 */
export async function* remnantsOf(deleted: Deleted, look: Look, ports: Ports): Remnants {
  switch (deleted.type) {
    case 'tenant':
      return yield* remnantsOfTenant(deleted.tenantId, look, ports);
    case 'user':
      return yield* remnantsOfUser(deleted, look, ports);
    case 'membership':
      return yield* remnantsOfMembership(deleted, look, ports);
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
  // Whoever has joined again has tokens of the new membership in the same place.
  yield* clientsOf(deleted, ports, ({ subject }) => {
    return subject.type === 'user' && subject.membershipId === deleted.membershipId;
  });
  const hasJoinedAgain = (await look.find(membershipKey(deleted.tenantId, deleted.userId))) !== undefined;
  if (!hasJoinedAgain) yield* rosterOf(deleted, look);
}

async function* remnantsOfTenant(tenantId: string, look: Look, ports: Ports): Remnants {
  yield* serviceUsersOf(tenantId, ports);
  const members = (page: PageRequest) => ports.directoryList.list(memberList(tenantId), page);
  yield* membershipsWithTokens(members, look, ports);
  yield* clientsOf({ tenantId }, ports);
  yield* rosterOf({ tenantId }, look);
  yield* rolesOf(tenantId, look, ports);
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

/** The claim on a name, where nobody else has taken it over. */
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
  const claim = await ownClaim(nameKey('email', email), userId, look);
  if (claim !== undefined) yield [claim];
}

/** Each goes right after its clients: a run that saw to a whole page first might never get as far as removing one. */
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

/** Each goes right after its tokens, as service users do. */
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
    yield items.map(({ apiId, version }) => ({ kind: 'record', key: grantKey(clientId, apiId), version }));
  }
}

async function* signingSecretsOf(apiId: string, look: Look): Remnants {
  const key = signingSecretsKey(apiId);
  const stored = await look.find(key);
  if (stored !== undefined) yield [{ kind: 'record', key, version: stored.version }];
}

type Lister<Item> = (page: PageRequest) => Promise<Page<Item>>;

/** Every page of a list. Going on by place, it never meets again what was removed, however late an index hears of it. */
export async function* pagesOf<Item>(list: Lister<Item>): AsyncGenerator<readonly Item[]> {
  let cursor: string | undefined;
  do {
    const page: Page<Item> = await list({ limit: PAGE_ROWS, cursor });
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
