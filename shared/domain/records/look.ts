import type { ApiTokenRoster, Client } from './client.ts';
import type { Removal } from './lifecycle.ts';
import type { Api, ClientGrant, DefaultRoles, NameClaim, Role } from './permissions.ts';
import type { Membership, ServiceUser, Tenant, User } from './principals.ts';
import type { WorkspaceSettings } from './settings.ts';
import type { SigningKeys, SigningSecrets } from './signing-keys.ts';
import type { FamilyRoster, TokenFamily } from './token-family.ts';

/** The directory's records by kind. */
export interface DirectoryRecords {
  readonly tenant: Tenant;
  readonly user: User;
  readonly membership: Membership;
  readonly serviceUser: ServiceUser;
  readonly role: Role;
  readonly defaultRoles: DefaultRoles;
  readonly api: Api;
  readonly grant: ClientGrant;
  readonly name: NameClaim;
  readonly removal: Removal;
  readonly settings: WorkspaceSettings;
  readonly signingKeys: SigningKeys;
  readonly signingSecrets: SigningSecrets;
  readonly roster: ApiTokenRoster;
}

export type DirectoryKind = keyof DirectoryRecords;

/** Records that end by themselves, by kind. */
export interface ShortLivedRecords {
  readonly family: TokenFamily;
  readonly familyRoster: FamilyRoster;
}

export type ShortLivedKind = keyof ShortLivedRecords;

/** Reads the records that decide what a credential or a token is worth now. */
export interface RecordReader {
  /** Begins one request's look at the records. `about` names what it is about (a client id), to read ahead well. */
  open(about: string): Look;
}

/**
 * One request's look: every record is read at most once, strongly consistent, after the request began.
 * Reads asked for together travel together.
 */
export interface Look {
  client(id: string): Promise<Client | undefined>;
  find<Kind extends DirectoryKind>(kind: Kind, id: string): Promise<DirectoryRecords[Kind] | undefined>;
  findShortLived<Kind extends ShortLivedKind>(kind: Kind, id: string): Promise<ShortLivedRecords[Kind] | undefined>;
  /** Whether a token, or the family that tokens were issued from, was taken back. */
  isRevoked(id: string): Promise<boolean>;
  /** Says that this record will be asked for, so that it travels with the next read. */
  expect(kind: DirectoryKind, id: string): void;
}
