import { systemApiIdentifier, systemPermissions } from '../access/system-api.ts';
import type { Clock, Digests, Random } from '../ambient.ts';
import { changedMeanwhile } from '../errors.ts';
import { newId } from '../ids.ts';
import type { FoundingKeys, Pepper, PepperFounder } from '../keys/ports.ts';
import { writeFoundingKeys } from '../keys/signing-key-record.ts';
import { preferredAlgorithm } from '../keys/signing-keys.ts';
import type { AuditLog } from '../records/audit.ts';
import type { ClientWriter, RecordWriter, ShortLivedWriter, WritableKind } from '../records/change-record.ts';
import { claimName } from '../records/claim-name.ts';
import type { Versioned } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import {
  type Api,
  apiNameKey,
  apiRecordKey,
  grantKey,
  nameKey,
  type Permission,
  SYSTEM_API_ID,
} from '../records/permissions.ts';
import type { RecordKey } from '../records/record-key.ts';
import { newClient } from '../registration/new-client.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { provideFirstMember } from './first-member.ts';

interface Ports {
  readonly issuer: string;
  readonly records: RecordReader;
  readonly directory: RecordWriter<WritableKind>;
  readonly clients: ClientWriter;
  readonly pepperFounder: PepperFounder;
  readonly pepper: Pepper;
  readonly hasher: SecretHasher;
  readonly foundingKeys: FoundingKeys;
  readonly signingKeyRecords: RecordWriter<'signingKeys'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly interactions: ShortLivedWriter<'loginLink'>;
  readonly digests: Digests;
}

/** The administrator of the workspace. The secret is present only if this call made it. */
export interface Administrator {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** A link by which the first workspace member logs in once; only if the call named an address. */
  readonly loginLink?: string;
}

/** What a bootstrap is asked for. */
export interface BootstrapRequest {
  readonly newAdministrator?: boolean | undefined;
  /** The address of a person who becomes a workspace member and may do everything. */
  readonly email?: string | undefined;
}

/**
 * Sets up a workspace: pepper, signing keys, management API and first administrator. It is safe to repeat after an
 * interruption or an update. If there is an administrator, the result is that client without a secret. If the secret is
 * lost, `newAdministrator` makes another client the administrator.
 * @throws DomainError `conflict` if another bootstrap runs at the same time
 */
export async function bootstrap(request: BootstrapRequest, requestId: string, ports: Ports): Promise<Administrator> {
  const event = {
    type: 'workspace.bootstrapped',
    timeSeconds: ports.clock.nowSeconds(),
    requestId,
    actor: { clientId: '', subject: 'aws-iam', ip: '', userAgent: '' },
  } as const;
  await ports.audit.append({ ...event, outcome: 'attempted', target: {} });
  const administrator = await setUpWorkspace(request, ports);
  const member = request.email === undefined ? {} : await provideFirstMember(request.email, ports);
  const target = { clientId: administrator.clientId };
  // The log already has the attempt, and a failure here must not lose the only copy of the secret.
  await ports.audit.append({ ...event, outcome: 'succeeded', target }).catch(() => undefined);
  return { ...administrator, ...member };
}

async function setUpWorkspace(request: BootstrapRequest, ports: Ports): Promise<Administrator> {
  await ports.pepperFounder.found();
  await writeFoundingKeys(ports);
  const look = ports.records.open('bootstrap');
  await registerSystemApi(look, ports);

  const claim = await look.find(nameKey('administrator', 'workspace'));
  const existing = claim && (await look.client(claim.ownerId));
  if (existing !== undefined && request.newAdministrator !== true) {
    return { issuer: ports.issuer, clientId: existing.id };
  }
  return createAdministrator(look, ports);
}

async function registerSystemApi(look: Look, ports: Ports): Promise<void> {
  const identifier = systemApiIdentifier(ports.issuer);
  const before = await look.find(apiRecordKey(SYSTEM_API_ID));
  if (before?.identifier === identifier && areCurrent(before.permissions)) return;

  const owner = apiRecordKey(SYSTEM_API_ID);
  await takeName(identifier, look, ports);
  const api: Api = {
    id: SYSTEM_API_ID,
    identifier,
    name: 'Mintmark management API',
    signingAlgorithm: before?.signingAlgorithm ?? preferredAlgorithm(ports.foundingKeys.algorithms),
    tokenLifetimeSeconds: 3_600,
    permissions: systemPermissions,
    allowRefreshTokens: false,
    skipConsent: false,
    userPermissions: 'roles',
    dpopBoundAccessTokensRequired: false,
    acceptsSelfSignedTokens: false,
    tlsClientCertificateBoundAccessTokens: false,
    tlsClientCertificateBoundAccessTokensRequired: false,
    statusList: false,
    createdAtSeconds: before?.createdAtSeconds ?? ports.clock.nowSeconds(),
    version: (before?.version ?? 0) + 1,
  };
  await put(owner, api, ports.directory);
}

/**
 * Gives the management API its identifier, also if another API was registered with it before the issuer moved here. That
 * API keeps its record, but its identifier means the management API from now on.
 */
async function takeName(identifier: string, look: Look, ports: Ports): Promise<void> {
  const key = apiNameKey(identifier);
  const owner = apiRecordKey(SYSTEM_API_ID);
  const claim = await look.find(key);
  if (claim?.ownerId === owner.id) return;
  if (claim === undefined) return claimName({ key, field: 'issuer', owner }, { ...ports, look });
  const taken = { ownerId: owner.id, createdAtSeconds: ports.clock.nowSeconds(), version: claim.version + 1 };
  if (!(await ports.directory.replace(key, taken))) throw changedMeanwhile();
}

/** Whether the stored permissions are the permissions of this version of the product. */
function areCurrent(permissions: readonly Permission[]): boolean {
  const values = (list: readonly Permission[]) => list.map(({ value }) => value).join(' ');
  return values(permissions) === values(systemPermissions);
}

async function createAdministrator(look: Look, ports: Ports): Promise<Administrator> {
  const { client, secret } = await newClient(
    {
      subject: { type: 'application' },
      description: 'Administrator of the workspace',
      createdBy: 'bootstrap',
      apiIds: [SYSTEM_API_ID],
    },
    ports,
  );
  const { id, createdAtSeconds } = client;
  await ports.directory.insert(grantKey(id, SYSTEM_API_ID), {
    id: newId('grn', ports.random),
    clientId: id,
    apiId: SYSTEM_API_ID,
    for: 'client',
    permissions: 'all',
    createdAtSeconds,
    version: 1,
  });
  await ports.clients.insert(client);
  await nameAdministrator(id, createdAtSeconds, look, ports);
  return { issuer: ports.issuer, clientId: id, clientSecret: secret };
}

/**
 * Names the administrator. This is the last step, so that after an interruption the next bootstrap makes a client
 * again.
 */
async function nameAdministrator(
  clientId: string,
  nowSeconds: number,
  look: Look,
  { directory }: Ports,
): Promise<void> {
  const key = nameKey('administrator', 'workspace');
  const before = await look.find(key);
  const claim = { ownerId: clientId, createdAtSeconds: nowSeconds, version: (before?.version ?? 0) + 1 };
  await put(key, claim, directory);
}

/**
 * Writes a record in place of the version before it. Version 1 is the first record under its key.
 * @throws DomainError `conflict` if the stored version is another one
 */
async function put<Kept extends Versioned>(
  key: RecordKey<'api' | 'name', Kept>,
  record: NoInfer<Kept>,
  directory: RecordWriter<WritableKind>,
): Promise<void> {
  if (record.version === 1) return directory.insert(key, record);
  if (!(await directory.replace(key, record))) throw changedMeanwhile();
}
