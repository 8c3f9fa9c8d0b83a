import { assertPermitted, type ManagementCaller } from '../access/authority.ts';
import { userInfoIdentifier } from '../access/user-info-api.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { preferredAlgorithm } from '../keys/signing-keys.ts';
import { assertHasSecret } from '../keys/signing-secrets.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import { claimName, releaseName } from '../records/claim-name.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import {
  type Api,
  type ApiSigningAlgorithm,
  apiList,
  apiNameKey,
  apiRecordKey,
  type Permission,
  type SigningAlgorithm,
  SYSTEM_API_ID,
  type UserPermissions,
} from '../records/permissions.ts';
import { noteRemoval } from '../records/removals.ts';
import { settingsIn } from '../records/settings.ts';
import type { TokenVerifier } from '../tokens/ports.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

/** Rules for the tokens of an API: their lifetime, and how they are renewed, bound to keys and revoked. */
interface ApiOptions {
  readonly tokenLifetimeSeconds?: number | undefined;
  readonly allowRefreshTokens?: boolean | undefined;
  readonly skipConsent?: boolean | undefined;
  readonly userPermissions?: UserPermissions | undefined;
  readonly dpopBoundAccessTokensRequired?: boolean | undefined;
  readonly acceptsSelfSignedTokens?: boolean | undefined;
  readonly tlsClientCertificateBoundAccessTokens?: boolean | undefined;
  readonly tlsClientCertificateBoundAccessTokensRequired?: boolean | undefined;
  readonly statusList?: boolean | undefined;
}

/** An API to register. */
export interface ApiRequest extends ApiOptions {
  /** The audience of its tokens. It never changes. It may be a URL, but Mintmark does not call it. */
  readonly identifier: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly signingAlgorithm?: SigningAlgorithm | undefined;
}

/**
 * Registers an API (in OAuth: a resource server, RFC 6749 §1.1). The settings give the lifetime of its tokens if the
 * request has none.
 * @throws DomainError `conflict` if the identifier is in use; `invalid_request` if no signing key has this algorithm, and
 * for the identifier of the userinfo endpoint, whose tokens need no API
 */
export async function createApi(
  request: ApiRequest,
  ports: Ports & {
    readonly issuer: string;
    readonly clock: Clock;
    readonly random: Random;
    readonly verifier: TokenVerifier;
  },
): Promise<Api> {
  const { identifier, name, permissions } = request;
  if (identifier === userInfoIdentifier(ports.issuer)) throw isUserInfo();
  const signingAlgorithm = request.signingAlgorithm ?? preferredAlgorithm(ports.verifier.algorithms);
  assertCanSign(signingAlgorithm, ports.verifier);
  const id = newId('api', ports.random);
  const look = ports.records.open(id);
  const { accessTokens } = await settingsIn(look);
  await claimName({ key: apiNameKey(identifier), field: 'identifier', owner: apiRecordKey(id) }, { ...ports, look });
  const api: Api = {
    id,
    identifier,
    name,
    signingAlgorithm,
    tokenLifetimeSeconds: request.tokenLifetimeSeconds ?? accessTokens.lifetimeSeconds,
    permissions,
    allowRefreshTokens: request.allowRefreshTokens ?? false,
    skipConsent: request.skipConsent ?? false,
    userPermissions: request.userPermissions ?? 'roles',
    dpopBoundAccessTokensRequired: request.dpopBoundAccessTokensRequired ?? false,
    acceptsSelfSignedTokens: request.acceptsSelfSignedTokens ?? false,
    tlsClientCertificateBoundAccessTokens: request.tlsClientCertificateBoundAccessTokens ?? false,
    tlsClientCertificateBoundAccessTokensRequired: request.tlsClientCertificateBoundAccessTokensRequired ?? false,
    statusList: request.statusList ?? false,
    createdAtSeconds: ports.clock.nowSeconds(),
    version: 1,
  };
  await ports.directory.insert(apiRecordKey(id), api);
  return api;
}

/** Reads one API. @throws DomainError `not_found` */
export async function getApi(id: string, { records }: Pick<Ports, 'records'>): Promise<Api> {
  const api = await records.open(id).find(apiRecordKey(id));
  if (api === undefined) throw notFound();
  return api;
}

/** Lists the APIs, a page at a time. @throws DomainError `invalid_request` if the cursor is malformed */
export function listApis(
  page: PageRequest,
  { directoryList }: { readonly directoryList: DirectoryLister },
): Promise<Page<Api>> {
  return directoryList.list(apiList, page);
}

/**
 * A change to an API. A member that is undefined stays as it is. Verifiers know the identifier, so it never changes.
 */
export interface ApiPatch extends ApiOptions {
  readonly name?: string | undefined;
  /** HS256 is possible after the API got a signing secret, and needs the permission `write:signing-secrets`. */
  readonly signingAlgorithm?: ApiSigningAlgorithm | undefined;
  readonly permissions?: readonly Permission[] | undefined;
}

/**
 * Changes an API. If it no longer declares a permission, no token and no role gives this permission from now on.
 * @throws DomainError as `changeRecord` does; `insufficient_scope` for HS256, because a holder of the secret can sign
 * tokens for every subject; `invalid_request` if no signing key has this algorithm; `conflict` for the management API
 */
export async function updateApi(
  caller: ManagementCaller,
  id: string,
  patch: ApiPatch,
  expectedVersion: number | undefined,
  ports: Ports & { readonly clock: Clock; readonly verifier: TokenVerifier; readonly hs256Apis: boolean },
): Promise<Api> {
  assertNotSystem(id);
  if (patch.signingAlgorithm === 'HS256') {
    assertPermitted(caller, 'write:signing-secrets');
    await assertHasSecret(id, ports);
  } else if (patch.signingAlgorithm !== undefined) assertCanSign(patch.signingAlgorithm, ports.verifier);
  const change = (api: Api): Api => ({
    ...api,
    name: patch.name ?? api.name,
    signingAlgorithm: patch.signingAlgorithm ?? api.signingAlgorithm,
    tokenLifetimeSeconds: patch.tokenLifetimeSeconds ?? api.tokenLifetimeSeconds,
    permissions: patch.permissions ?? api.permissions,
    allowRefreshTokens: patch.allowRefreshTokens ?? api.allowRefreshTokens,
    skipConsent: patch.skipConsent ?? api.skipConsent,
    userPermissions: patch.userPermissions ?? api.userPermissions,
    dpopBoundAccessTokensRequired: patch.dpopBoundAccessTokensRequired ?? api.dpopBoundAccessTokensRequired,
    acceptsSelfSignedTokens: patch.acceptsSelfSignedTokens ?? api.acceptsSelfSignedTokens,
    tlsClientCertificateBoundAccessTokens:
      patch.tlsClientCertificateBoundAccessTokens ?? api.tlsClientCertificateBoundAccessTokens,
    tlsClientCertificateBoundAccessTokensRequired:
      patch.tlsClientCertificateBoundAccessTokensRequired ?? api.tlsClientCertificateBoundAccessTokensRequired,
    statusList: patch.statusList ?? api.statusList,
  });
  return changeRecord({ key: apiRecordKey(id), expectedVersion, change }, ports);
}

/**
 * Deletes an API. Its tokens are inactive from now on, and the permissions that roles hold at it permit no request
 * any more. Both stay true if another API takes the same identifier later. A run of `removeDeleted` removes the signing
 * secrets.
 * @throws DomainError `not_found`; `conflict` for the management API, and if the API changed meanwhile;
 * `precondition_failed` for another version than expected
 */
export async function deleteApi(
  id: string,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<void> {
  assertNotSystem(id);
  const look = ports.records.open(id);
  const api = await look.find(apiRecordKey(id));
  if (api === undefined) throw notFound();
  assertVersion(api, expectedVersion);
  await noteRemoval({ type: 'api', apiId: id }, ports);
  if (!(await ports.directory.remove(apiRecordKey(id), api.version))) throw changedMeanwhile();
  await releaseName({ key: apiNameKey(api.identifier), owner: apiRecordKey(id) }, { ...ports, look });
}

function assertCanSign(algorithm: SigningAlgorithm, { algorithms }: TokenVerifier): void {
  if (algorithms.includes(algorithm)) return;
  throw new DomainError('invalid_request', `This workspace can only sign with ${algorithms.join(', ')}.`, {
    field: 'signingAlgorithm',
  });
}

function isUserInfo(): DomainError {
  const description = 'This is the identifier of the userinfo endpoint of Mintmark.';
  return new DomainError('invalid_request', description, { field: 'identifier' });
}

function assertNotSystem(id: string): void {
  if (id !== SYSTEM_API_ID) return;
  throw new DomainError('conflict', 'The management API belongs to Mintmark. It cannot be changed or deleted.');
}
