import { randomBytes } from 'node:crypto';
import type { Client } from '#shared/domain/records/client.ts';
import type { Look } from '#shared/domain/records/look.ts';
import { type Api, apiNameKey } from '#shared/domain/records/permissions.ts';
import type { DirectoryKind, RecordKey } from '#shared/domain/records/record-key.ts';
import { newSecret } from '#shared/domain/registration/secret.ts';
import { uncounted } from '../faults/failure-counters.ts';

const NOW_SECONDS = 1_800_000_000;

const AUDIENCE = 'https://api.example.com/reports';

const times = { createdAtSeconds: NOW_SECONDS, version: 1 };

/** Adapters for the exchange that need no engine, and the credentials of the one client they know. */
export async function openExchange() {
  const clock = { nowSeconds: () => NOW_SECONDS };
  const pepper = {
    seal: async () => 'sealed00',
    isSealed: async (_message: string, seal: string) => seal === 'sealed00',
  };
  const hasher = {
    hash: async (secret: string) => `hash of ${secret}`,
    compare: async (secret: string, hash: string) => hash === `hash of ${secret}`,
    remembers: () => false,
    decoyHash: '',
  };
  const random = { bytes: (length: number) => randomBytes(length) };
  const clientId = 'cli_0000000000000000export';
  const secret = await newSecret({ clientId, createdBy: 'cli_admin' }, { clock, pepper, hasher, random });
  const look = lookAt(aClient(clientId, secret.stored));
  const adapters = {
    // The tables have names, though these tests do not use them.
    environment: () => (variable: string) => (variable.endsWith('_TABLE') ? 'unused' : ''),
    issuer: () => 'https://auth.example.com',
    defaultAudience: () => undefined,
    importedSecrets: () => false,
    hs256Apis: () => false,
    failures: () => uncounted,
    issuance: () => ({ count: async () => ({ isCounted: true, inHour: 1, inDay: 1 }) }),
    clock: () => clock,
    random: () => ({ bytes: (length: number) => new Uint8Array(length) }),
    records: () => ({ open: () => look }),
    verifier: () => ({ algorithms: ['RS256'] as const, verify: async () => undefined }),
    pepper: () => pepper,
    hasher: () => hasher,
    usageNotes: () => ({ note: async () => undefined }),
    usage: () => ({ lastUses: async () => new Map() }),
    secretTokens: () => ({ sign: async () => '', read: () => undefined, verify: async () => undefined }),
    statusPlaces: () => ({ assign: async () => ({ list: 0, index: 0 }) }),
    signer: () => ({ sign: async () => 'header.payload.signature', signIdToken: async () => '' }),
    audit: () => ({ append: async () => undefined }),
    proofMemory: () => ({ redeem: async () => true }),
    assertionMemory: () => ({ redeem: async () => true }),
  };
  return { clientId, clientSecret: secret.value, adapters };
}

function aClient(id: string, secret: Client['secrets'][number]): Client {
  const subject = { type: 'tenant', tenantId: 'ten_acme' } as const;
  const secrets = [secret];
  return {
    id,
    subject,
    description: '',
    roleIds: ['rol_1'],
    apiIds: [],
    secrets,
    status: 'active',
    createdBy: '',
    ...times,
  };
}

function lookAt(client: Client): Look {
  const api: Api = {
    id: 'api_reports',
    identifier: AUDIENCE,
    name: 'Reports',
    signingAlgorithm: 'RS256',
    tokenLifetimeSeconds: 3_600,
    permissions: [{ value: 'read:reports' }, { value: 'write:reports' }],
    allowRefreshTokens: false,
    skipConsent: false,
    userPermissions: 'roles',
    dpopBoundAccessTokensRequired: false,
    acceptsSelfSignedTokens: false,
    tlsClientCertificateBoundAccessTokens: false,
    tlsClientCertificateBoundAccessTokensRequired: false,
    statusList: false,
    ...times,
  };
  const permissions = api.permissions.map(({ value }) => ({ apiId: api.id, api: api.identifier, value }));
  const records: Readonly<Record<string, unknown>> = {
    'tenant ten_acme': { id: 'ten_acme', name: 'Acme', status: 'active', ...times },
    'role rol_1': { id: 'rol_1', kind: 'tenant', key: 'reader', name: 'Reader', level: 1, permissions, ...times },
    'api api_reports': api,
    [`name ${apiNameKey(AUDIENCE).id}`]: { ownerId: api.id, ...times },
  };
  return {
    client: async (id) => (id === client.id ? client : undefined),
    find: async <Kept>({ kind, id }: RecordKey<DirectoryKind, Kept>) => records[`${kind} ${id}`] as Kept | undefined,
    findShortLived: async () => undefined,
    isRevoked: async () => false,
    expect: () => undefined,
  };
}
