import { changedMeanwhile, DomainError, notFound } from './errors.ts';
import { newId } from './ids.ts';
import { claimName, releaseName } from './names.ts';
import type { Clock, DirectoryWriter, Random, StandingReader, TokenVerifier } from './ports.ts';
import { type Api, apiNameKey, type Permission, type SigningAlgorithm } from './records.ts';
import { SYSTEM_API_ID } from './system-api.ts';

/** RFC 9068 §4 and RFC 6750 §5.3 ask for short-lived tokens: an hour unless the API says otherwise. */
const TOKEN_LIFETIME_SECONDS = 3_600;

interface Ports {
  readonly standing: StandingReader;
  readonly directory: DirectoryWriter;
}

export interface ApiRequest {
  /** The audience of its tokens; immutable, and never called even where it is a URL. */
  readonly identifier: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly signingAlgorithm?: SigningAlgorithm | undefined;
  readonly tokenLifetimeSeconds?: number | undefined;
}

/**
 * Registers an API (resource server).
 * @throws DomainError `conflict` for an identifier in use; `invalid_request` for an algorithm without signing key
 */
export async function createApi(
  request: ApiRequest,
  ports: Ports & { readonly clock: Clock; readonly random: Random; readonly verifier: TokenVerifier },
): Promise<Api> {
  const { identifier, name, permissions } = request;
  const signingAlgorithm = request.signingAlgorithm ?? 'RS256';
  const { algorithms } = ports.verifier;
  if (!algorithms.includes(signingAlgorithm)) {
    throw new DomainError('invalid_request', `This workspace signs with ${algorithms.join(', ')} only.`, {
      field: 'signingAlgorithm',
    });
  }
  const id = newId('api', ports.random);
  const look = ports.standing.open(id);
  await claimName({ key: apiNameKey(identifier), field: 'identifier', owner: { kind: 'api', id } }, { ...ports, look });
  const api: Api = {
    id,
    identifier,
    name,
    signingAlgorithm,
    tokenLifetimeSeconds: request.tokenLifetimeSeconds ?? TOKEN_LIFETIME_SECONDS,
    permissions,
    createdAtSeconds: ports.clock.nowSeconds(),
    version: 1,
  };
  await ports.directory.insert('api', id, api);
  return api;
}

/** @throws DomainError `not_found` */
export async function getApi(id: string, { standing }: Pick<Ports, 'standing'>): Promise<Api> {
  const api = await standing.open(id).find('api', id);
  if (api === undefined) throw notFound();
  return api;
}

/**
 * Deletes an API: its tokens are inactive from now on, and permissions that roles hold at it are worth nothing, also
 * when another API takes the same identifier later.
 * @throws DomainError `not_found`; `conflict` for the management API itself
 */
export async function deleteApi(id: string, ports: Ports): Promise<void> {
  if (id === SYSTEM_API_ID) throw new DomainError('conflict', 'The management API cannot be deleted.');
  const look = ports.standing.open(id);
  const api = await look.find('api', id);
  if (api === undefined) throw notFound();
  if (!(await ports.directory.remove('api', id, api.version))) throw changedMeanwhile();
  await releaseName({ key: apiNameKey(api.identifier), owner: { kind: 'api', id } }, { ...ports, look });
}
