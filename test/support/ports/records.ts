import type { Client } from '#shared/domain/records/client.ts';
import type { Api, Role } from '#shared/domain/records/permissions.ts';
import {
  type Membership,
  membershipKey,
  type ServiceUser,
  type Tenant,
  type User,
} from '#shared/domain/records/principals.ts';

const CREATED_AT_SECONDS = 1_800_000_000;

const versioned = { version: 1, createdAtSeconds: CREATED_AT_SECONDS };

/** An active tenant. Each function of this file makes a good record; `changes` has the members that a test needs. */
export function aTenant(changes: Partial<Tenant> = {}): Tenant {
  return { id: 'ten_acme', name: 'Acme', status: 'active', ...versioned, ...changes };
}

/** An active user. */
export function aUser(changes: Partial<User> = {}): User {
  return { id: 'usr_ada', email: 'ada@example.com', status: 'active', ...versioned, ...changes };
}

/** A membership of the user in the tenant. */
export function aMembership(changes: Partial<Membership> = {}): Membership {
  return { id: 'mem_1', tenantId: 'ten_acme', userId: 'usr_ada', roleIds: ['rol_reader'], ...versioned, ...changes };
}

/** An active service user of the tenant, without roles. */
export function aServiceUser(changes: Partial<ServiceUser> = {}): ServiceUser {
  return { id: 'svc_1', tenantId: 'ten_acme', name: 'export', roleIds: [], status: 'active', ...versioned, ...changes };
}

/** The key of the record of a membership. */
export function keyOfMembership({ tenantId, userId }: Membership) {
  return membershipKey(tenantId, userId);
}

/** A role of the workspace that may read reports. */
export function aRole(changes: Partial<Role> = {}): Role {
  const permissions = [{ apiId: 'api_reports', api: 'https://api.example.com/reports', value: 'read:reports' }];
  return {
    id: 'rol_reader',
    kind: 'tenant',
    key: 'reader',
    name: 'Reader',
    level: 100,
    permissions,
    ...versioned,
    ...changes,
  };
}

/** The API of the reports. */
export function anApi(changes: Partial<Api> = {}): Api {
  return {
    id: 'api_reports',
    identifier: 'https://api.example.com/reports',
    name: 'Reports',
    signingAlgorithm: 'RS256',
    tokenLifetimeSeconds: 3_600,
    permissions: [{ value: 'read:reports', description: 'Read reports' }, { value: 'write:reports' }],
    allowRefreshTokens: false,
    dpopBoundAccessTokensRequired: false,
    acceptsSelfSignedTokens: false,
    tlsClientCertificateBoundAccessTokens: false,
    tlsClientCertificateBoundAccessTokensRequired: false,
    statusList: false,
    skipConsent: false,
    userPermissions: 'roles',
    ...versioned,
    ...changes,
  };
}

/** A client of the tenant. */
export function aClient(changes: Partial<Client> = {}): Client {
  return {
    id: 'cli_export',
    subject: { type: 'tenant', tenantId: 'ten_acme' },
    description: 'nightly export',
    roleIds: ['rol_reader'],
    apiIds: [],
    secrets: [
      {
        selector: 'aBc123',
        hash: '$2b$04$…',
        lastFour: '3fQz',
        createdBy: 'cli_admin',
        createdAtSeconds: CREATED_AT_SECONDS,
      },
    ],
    status: 'active',
    createdBy: 'cli_admin',
    ...versioned,
    ...changes,
  };
}
