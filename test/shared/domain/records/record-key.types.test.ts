import { describe, expectTypeOf, test } from 'vitest';
import type { DirectoryRecords } from '#shared/adapters/dynamo/directory/record-schemas.ts';
import type { ShortLivedRecords } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { defaultRolesKey } from '#shared/domain/directory/default-roles.ts';
import { SIGNING_KEYS } from '#shared/domain/keys/signing-key.ts';
import { signingSecretsKey } from '#shared/domain/keys/signing-secrets.ts';
import { authorizationCodeKey } from '#shared/domain/people-records/authorization-code.ts';
import { consentKey, consentList } from '#shared/domain/people-records/consent.ts';
import { identityKey, identityList } from '#shared/domain/people-records/identity.ts';
import { identityProviderKey, identityProviderList } from '#shared/domain/people-records/identity-provider.ts';
import { interactionKey } from '#shared/domain/people-records/interaction.ts';
import { invitationKey, invitationList, invitationsOfAddress } from '#shared/domain/people-records/invitation.ts';
import { loginAttemptKey, loginLinkKey } from '#shared/domain/people-records/login-attempt.ts';
import { providerLoginKey } from '#shared/domain/people-records/provider-login.ts';
import { pushedRequestKey } from '#shared/domain/people-records/pushed-request.ts';
import { sessionKey, sessionRosterKey } from '#shared/domain/people-records/session.ts';
import {
  FULL_MEMBERS_KEY,
  workspaceMemberKey,
  workspaceMemberList,
} from '#shared/domain/people-records/workspace-member.ts';
import { changeRecord, type DirectoryWriter } from '#shared/domain/records/change-record.ts';
import { rosterKey } from '#shared/domain/records/client.ts';
import type { ListedKind } from '#shared/domain/records/lists.ts';
import type { Look } from '#shared/domain/records/look.ts';
import {
  apiList,
  apiNameKey,
  apiRecordKey,
  grantKey,
  grantList,
  nameKey,
  roleList,
  roleNameKey,
  roleRecordKey,
} from '#shared/domain/records/permissions.ts';
import {
  type Membership,
  memberList,
  membershipKey,
  membershipList,
  serviceUserKey,
  serviceUserList,
  type Tenant,
  tenantKey,
  tenantList,
  userKey,
  userList,
} from '#shared/domain/records/principals.ts';
import type { DirectoryKind, RecordKey, RecordList, ShortLivedKind } from '#shared/domain/records/record-key.ts';
import { removalKey, removalList } from '#shared/domain/records/removals.ts';
import { SETTINGS_KEY } from '#shared/domain/records/settings.ts';
import { familyKey, familyRosterKey, type TokenFamily } from '#shared/domain/tokens/token-family.ts';
import type { GrantedPorts } from '#shared/ports.ts';
import { aMembership, aServiceUser, aTenant, aUser } from '#test/support/ports/records.ts';

/** The compiler tests these promises in `npm run check:types`. The calls are never made. */
const promised = (_calls: () => unknown) => {};

declare const look: Look;
declare const directory: DirectoryWriter;
declare const serviceUsers: GrantedPorts['service-users:write']['directory'];
declare const shortLived: GrantedPorts['families:write']['shortLived'];
declare const directoryList: GrantedPorts['directory:list']['directoryList'];

describe('a key of a record', () => {
  test('finds a record of its type', () => {
    promised(() => {
      expectTypeOf(look.find(tenantKey('ten_1'))).resolves.toEqualTypeOf<Tenant | undefined>();
      expectTypeOf(look.find(membershipKey('ten_1', 'usr_1'))).resolves.toEqualTypeOf<Membership | undefined>();
      expectTypeOf(look.findShortLived(familyKey('fam_1'))).resolves.toEqualTypeOf<TokenFamily | undefined>();
      // @ts-expect-error: a family is not a record of the directory
      void look.find(familyKey('fam_1'));
      // @ts-expect-error: a tenant is not a short-lived record
      void look.findShortLived(tenantKey('ten_1'));
      // @ts-expect-error: an id alone does not tell the kind of record
      void look.find('ten_1');
    });
  });

  test('accepts a record of its own type only', () => {
    promised(() => {
      void directory.insert(tenantKey('ten_1'), aTenant());
      // @ts-expect-error: a user is not a tenant
      void directory.insert(tenantKey('ten_1'), aUser());
      // @ts-expect-error: a tenant is not a membership
      void directory.replace(membershipKey('ten_1', 'usr_1'), aTenant());
      // @ts-expect-error: a family has more members than its version and expiry
      void shortLived.write(familyKey('fam_1'), { version: 1, expiresAtSeconds: 1 });
      const change = () => aMembership();
      // @ts-expect-error: a change must return a tenant for a tenant
      void changeRecord({ key: tenantKey('ten_1'), change }, { records: { open: () => look }, directory });
    });
  });

  test('is accepted only if the grant allows its kind', () => {
    promised(() => {
      void serviceUsers.insert(serviceUserKey('svc_1'), aServiceUser());
      // @ts-expect-error: `service-users:write` does not insert tenants
      void serviceUsers.insert(tenantKey('ten_1'), aTenant());
      // @ts-expect-error: `service-users:write` does not change tenants
      void serviceUsers.replace(tenantKey('ten_1'), aTenant());
      // @ts-expect-error: `service-users:write` does not remove tenants
      void serviceUsers.remove(tenantKey('ten_1'), 1);
      // @ts-expect-error: `directory:write` does not remove signing keys
      void directory.remove(SIGNING_KEYS, 1);
    });
  });

  test('has the type with which the table reads its kind', () => {
    type Expected = { [Kind in DirectoryKind]: RecordKey<Kind, DirectoryRecords[Kind]> };
    const keys = {
      tenant: tenantKey('ten_1'),
      user: userKey('usr_1'),
      membership: membershipKey('ten_1', 'usr_1'),
      serviceUser: serviceUserKey('svc_1'),
      role: roleRecordKey('rol_1'),
      defaultRoles: defaultRolesKey(undefined),
      api: apiRecordKey('api_1'),
      grant: grantKey('cli_1', 'api_1'),
      name: nameKey('email', 'ada@example.com'),
      removal: removalKey('rem_1'),
      settings: SETTINGS_KEY,
      signingKeys: SIGNING_KEYS,
      signingSecrets: signingSecretsKey('api_1'),
      roster: rosterKey({}),
      consent: consentKey({ userId: 'usr_1', clientId: 'cli_1' }),
      workspaceMember: workspaceMemberKey('usr_1'),
      fullMembers: FULL_MEMBERS_KEY,
      invitation: invitationKey('inv_1'),
      identityProvider: identityProviderKey('idp_1'),
      identity: identityKey('idn_1'),
    };
    expectTypeOf<typeof keys>().toEqualTypeOf<Expected>();
    expectTypeOf(apiNameKey).returns.toEqualTypeOf<Expected['name']>();
    expectTypeOf(roleNameKey).returns.toEqualTypeOf<Expected['name']>();
  });

  test('of a short-lived record has the type with which the table reads its kind', () => {
    const keys = {
      family: familyKey('fam_1'),
      familyRoster: familyRosterKey('cli_1'),
      session: sessionKey('ses_1'),
      sessionRoster: sessionRosterKey('usr_1'),
      interaction: interactionKey('itx_1'),
      loginAttempt: loginAttemptKey('itx_1'),
      loginLink: loginLinkKey('usr_1'),
      code: authorizationCodeKey('cod_1'),
      providerLogin: providerLoginKey('itx_1'),
      pushedRequest: pushedRequestKey('digest'),
    };
    expectTypeOf<typeof keys>().toEqualTypeOf<{
      [Kind in ShortLivedKind]: RecordKey<Kind, ShortLivedRecords[Kind]>;
    }>();
  });
});

describe('a list of records', () => {
  test('has the type with which the table reads its kind', () => {
    type Expected = { [Kind in ListedKind]: RecordList<Kind, DirectoryRecords[Kind]> };
    const lists = {
      tenant: tenantList,
      user: userList,
      role: roleList(undefined),
      api: apiList,
      removal: removalList,
      membership: memberList('ten_1'),
      serviceUser: serviceUserList('ten_1'),
      grant: grantList('cli_1'),
      consent: consentList('usr_1'),
      workspaceMember: workspaceMemberList,
      invitation: invitationList(undefined),
      identityProvider: identityProviderList,
      identity: identityList('usr_1'),
    };
    expectTypeOf<typeof lists>().toEqualTypeOf<Expected>();
    expectTypeOf(membershipList).returns.toEqualTypeOf<Expected['membership']>();
    expectTypeOf(invitationsOfAddress).returns.toEqualTypeOf<Expected['invitation']>();
  });

  test('is not a key, and a key is not a list', () => {
    promised(() => {
      // @ts-expect-error: a key names one record
      void directoryList.list(tenantKey('ten_1'), { limit: 1 });
      // @ts-expect-error: a list has many records
      void look.find(tenantList);
    });
  });
});
