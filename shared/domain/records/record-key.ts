/** A kind of record, by its name. */
export interface RecordKind<Kind extends string, Kept> {
  readonly kind: Kind;
  /** Never set. It carries the type of the record for the compiler. */
  readonly kept?: Kept;
}

/**
 * Names one record and knows its type: `membershipKey('ten_1', 'usr_1')` is a `RecordKey<'membership', Membership>`, so
 * that `look.find(membershipKey('ten_1', 'usr_1'))` finds a `Membership`. The room of a record makes its keys.
 */
export interface RecordKey<Kind extends string, Kept> extends RecordKind<Kind, Kept> {
  /** Unique among the records of this kind. */
  readonly id: string;
}

/**
 * Names one list of records and knows their type: `memberList('ten_1')` is a `RecordList<'membership', Membership>`.
 */
export interface RecordList<Kind extends string, Kept> extends RecordKind<Kind, Kept> {
  /** The owner of the records; undefined for a list of the whole workspace. */
  readonly owner: ListOwner | undefined;
}

type ListOwner =
  | { readonly tenantId: string }
  | { readonly userId: string }
  | { readonly clientId: string }
  | { readonly email: string };

/** Kinds of records in the directory. The keys in its table begin with the kind. */
export type DirectoryKind =
  | 'tenant'
  | 'user'
  | 'membership'
  | 'serviceUser'
  | 'role'
  | 'defaultRoles'
  | 'api'
  | 'grant'
  | 'name'
  | 'removal'
  | 'settings'
  | 'signingKeys'
  | 'signingSecrets'
  | 'roster'
  | 'consent'
  | 'workspaceMember'
  | 'invitation'
  | 'identityProvider'
  | 'identity'
  | 'fullMembers';

/** Kinds of records that expire. */
export type ShortLivedKind =
  | 'family'
  | 'familyRoster'
  | 'session'
  | 'sessionRoster'
  | 'interaction'
  | 'loginAttempt'
  | 'loginLink'
  | 'code'
  | 'providerLogin'
  | 'pushedRequest';
