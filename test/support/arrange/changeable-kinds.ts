import { type Acme, REPORTS } from '../world/world.ts';
import { type Manage, succeed } from './manage.ts';

/** Where resources are created. */
export interface Place {
  readonly acme: Acme;
  /** Creates a resource in a collection and answers its path. */
  readonly add: (collection: string, body: object) => Promise<string>;
}

/** The collections of a tenant and of the workspace, managed with `manage`. */
export function placeOf(acme: Acme, manage: Manage): Place {
  return {
    acme,
    add: async (collection, body) => {
      const created = await succeed<{ id?: string; clientId?: string }>(manage('POST', collection, body));
      return `${collection}/${created.id ?? created.clientId}`;
    },
  };
}

/** The path of the API tokens of the tenant. */
export const tenantTokens = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/api-tokens`;
/** The path of the personal API tokens of the user. */
export const personalTokens = ({ tenantId, userId }: Acme) => `/v1/tenants/${tenantId}/members/${userId}/api-tokens`;

let serial = 0;
const next = () => {
  serial += 1;
  return serial;
};
const metadata = { team: 'billing', limits: { seats: 5, plan: 'gold' } };
const metadataChange = { team: null, limits: { seats: 6 } };
const changedMetadata = { limits: { seats: 6, plan: 'gold' } };
const readReports = { api: REPORTS, value: 'read:reports' };

/** A kind of resource that PATCH changes: how one is made, and what may and may not be changed. */
export interface ChangeableKind {
  readonly kind: string;
  /** Creates a resource of this kind and answers its path. */
  readonly create: (place: Place) => Promise<string>;
  readonly change: Readonly<Record<string, unknown>>;
  /** The members that are shown with other values than the change has; undefined for a member that is gone. */
  readonly shown?: Readonly<Record<string, unknown>>;
  readonly refused: readonly (readonly [field: string, value: unknown])[];
}

/** Every kind of resource that PATCH changes. */
export const changeableKinds: readonly ChangeableKind[] = [
  {
    kind: 'a tenant',
    create: ({ add }) => add('/v1/tenants', { name: 'Initech', metadata }),
    change: { name: 'Initrode', status: 'disabled', metadata: metadataChange },
    shown: { name: 'Initrode', status: 'disabled', metadata: changedMetadata },
    refused: [
      ['name', null],
      ['name', ''],
      ['status', 'deleted'],
      ['status', null],
      ['metadata', []],
    ],
  },
  {
    kind: 'a user',
    create: ({ add }) => add('/v1/users', { email: `user${next()}@example.com`, name: 'Ada', metadata }),
    change: { name: null, status: 'disabled', metadata: null },
    shown: { name: undefined, status: 'disabled', metadata: undefined },
    refused: [
      ['email', 'nobody'],
      ['email', null],
      ['name', 'two\nlines'],
      ['status', 'deleted'],
    ],
  },
  {
    kind: 'a role',
    create: ({ add }) =>
      add('/v1/roles', { key: `key-${next()}`, name: 'Reader', description: 'Reads', level: 100, permissions: [] }),
    change: { name: 'Chief reader', description: null, level: 7, permissions: [readReports], isDefault: true },
    shown: {
      name: 'Chief reader',
      description: undefined,
      level: 7,
      permissions: [readReports],
      isDefault: true,
    },
    refused: [
      ['level', -1],
      ['level', 1.5],
      ['level', null],
      ['permissions', [readReports, readReports]],
      ['permissions', [{ api: REPORTS, value: 'delete:reports' }]],
      ['permissions', [{ api: 'https://api.example.com/unknown', value: 'read:reports' }]],
    ],
  },
  {
    kind: 'an API',
    create: ({ add }) => add('/v1/apis', { identifier: `https://api.example.com/${next()}`, name: 'API' }),
    change: {
      name: 'Ledger',
      signingAlgorithm: 'ES256',
      tokenLifetimeSeconds: 60,
      permissions: [{ value: 'read', description: 'Read' }, { value: 'write' }],
      allowRefreshTokens: true,
      skipConsent: true,
      userPermissions: 'all',
      dpopBoundAccessTokensRequired: true,
      acceptsSelfSignedTokens: true,
      tlsClientCertificateBoundAccessTokens: true,
      tlsClientCertificateBoundAccessTokensRequired: true,
      statusList: true,
    },
    refused: [
      ['signingAlgorithm', 'HS256'],
      ['signingAlgorithm', 'none'],
      ['tokenLifetimeSeconds', 59],
      ['tokenLifetimeSeconds', 86_401],
      ['permissions', [{ value: 'read' }, { value: 'read' }]],
      ['allowRefreshTokens', 'true'],
      ['skipConsent', null],
      ['userPermissions', 'some'],
      ['dpopBoundAccessTokensRequired', 'yes'],
      ['acceptsSelfSignedTokens', 'yes'],
      ['tlsClientCertificateBoundAccessTokens', 1],
      ['tlsClientCertificateBoundAccessTokensRequired', null],
      ['statusList', null],
    ],
  },
  {
    kind: "a tenant's API token",
    create: ({ add, acme }) =>
      add(tenantTokens(acme), { description: 'export', roleIds: [acme.readerRoleId], metadata }),
    change: { description: 'hourly export', roleIds: [], status: 'disabled', metadata: metadataChange },
    shown: { description: 'hourly export', roleIds: [], status: 'disabled', metadata: changedMetadata },
    refused: [
      ['description', ''],
      ['roleIds', ['rol_unknown']],
      ['status', 'deleted'],
      ['expiresInSeconds', 0],
      ['expiresInSeconds', null],
    ],
  },
  {
    kind: 'a personal API token',
    create: ({ add, acme }) => add(personalTokens(acme), { description: 'my laptop', metadata }),
    change: { description: 'my desk', status: 'disabled', metadata: null },
    shown: { description: 'my desk', status: 'disabled', metadata: undefined },
    refused: [
      ['description', null],
      ['expiresInSeconds', -1],
    ],
  },
  {
    kind: 'a service user',
    create: ({ add, acme }) =>
      add(`/v1/tenants/${acme.tenantId}/service-users`, { name: 'export', roleIds: [], metadata }),
    change: { name: 'hourly export', description: 'Exports', status: 'disabled', metadata: metadataChange },
    shown: { name: 'hourly export', description: 'Exports', status: 'disabled', metadata: changedMetadata },
    refused: [
      ['name', null],
      ['roleIds', ['rol_unknown']],
      ['status', 'deleted'],
    ],
  },
  {
    kind: 'an application',
    create: ({ add }) => add('/v1/applications', { name: 'Gateway', tokenLifetimeSeconds: 600, metadata }),
    change: {
      name: 'Front gate',
      tokenLifetimeSeconds: null,
      status: 'disabled',
      metadata: metadataChange,
      tokenEndpointAuthMethod: 'client_secret_post',
      party: 'first',
      redirectUris: ['https://app.example.com/callback'],
      postLogoutRedirectUris: ['https://app.example.com/'],
    },
    shown: {
      name: 'Front gate',
      tokenEndpointAuthMethod: 'client_secret_post',
      redirectUris: ['https://app.example.com/callback'],
      postLogoutRedirectUris: ['https://app.example.com/'],
      tokenLifetimeSeconds: undefined,
      status: 'disabled',
      metadata: changedMetadata,
    },
    refused: [
      ['name', ''],
      ['tokenLifetimeSeconds', 59],
      ['expiresInSeconds', null],
      ['tokenEndpointAuthMethod', 'client_secret_jwt'],
      ['tokenEndpointAuthMethod', null],
      ['grantTypes', null],
      ['party', 'third'],
      ['redirectUris', null],
      ['postLogoutRedirectUris', null],
    ],
  },
];
