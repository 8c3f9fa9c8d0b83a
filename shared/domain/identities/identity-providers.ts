import { assertHolds, type ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import {
  type IdentityProvider,
  type IdentityProviderType,
  identityProviderKey,
  identityProviderList,
} from '../people-records/identity-provider.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { isFetchableUrl } from '../registration/issuer-urls.ts';
import type { ProviderSecretSealer } from './ports.ts';

/** The issuers of the providers that are known by name. */
const KNOWN_ISSUERS = { google: 'https://accounts.google.com', github: 'https://github.com/login/oauth' } as const;

interface Ports {
  readonly records: RecordReader;
  readonly identityProviders: DirectoryWriter<'identityProvider'>;
  readonly providerSecretSealer: ProviderSecretSealer;
  readonly clock: Clock;
  readonly random: Random;
}

/** An identity provider to create. */
export interface IdentityProviderRequest {
  readonly name: string;
  readonly type: IdentityProviderType;
  /** Undefined for the providers that are known by name. */
  readonly issuer?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly trustedDomains: readonly string[];
  readonly forMembers: boolean;
  readonly enabled: boolean;
}

/**
 * Lets people log in by an identity provider. A caller that chooses the provider could log in as any user, so it needs
 * every permission of the management API.
 * @throws DomainError `forbidden` for a caller with fewer permissions; `invalid_request` for an issuer that cannot be
 * fetched
 */
export async function createIdentityProvider(
  caller: ManagementCaller,
  { clientSecret, enabled, ...request }: IdentityProviderRequest,
  ports: Ports,
): Promise<IdentityProvider> {
  assertHolds(caller, 'all');
  const id = newId('idp', ports.random);
  const provider: IdentityProvider = {
    ...request,
    id,
    issuer: issuerOf(request),
    trustedDomains: lowerCase(request.trustedDomains),
    sealedSecret: await ports.providerSecretSealer.seal(id, clientSecret),
    isEnabled: enabled,
    createdAtSeconds: ports.clock.nowSeconds(),
    version: 1,
  };
  await ports.identityProviders.insert(identityProviderKey(id), provider);
  return provider;
}

/** Reads one identity provider. @throws DomainError `not_found` */
export async function getIdentityProvider(
  id: string,
  { records }: { readonly records: RecordReader },
): Promise<IdentityProvider> {
  const provider = await records.open(id).find(identityProviderKey(id));
  if (provider === undefined) throw notFound();
  return provider;
}

/** Lists the identity providers, a page at a time. @throws DomainError `invalid_request` if the cursor is malformed */
export function listIdentityProviders(
  page: PageRequest,
  { directoryList }: { readonly directoryList: DirectoryLister },
): Promise<Page<IdentityProvider>> {
  return directoryList.list(identityProviderList, page);
}

/** A person cannot choose among more. */
const PROVIDERS_OFFERED_MAX = 20;

const PROVIDERS_A_PAGE = 100;

/** How many pages of providers are read for a login page. */
const PAGES_MAX = 10;

/** The identity providers that the login page offers: the first 20 by name of those that are enabled. */
export async function offeredProviders({
  directoryList,
}: {
  readonly directoryList: DirectoryLister;
}): Promise<readonly IdentityProvider[]> {
  const enabled: IdentityProvider[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await directoryList.list(identityProviderList, { limit: PROVIDERS_A_PAGE, cursor });
    enabled.push(...page.items.filter(({ isEnabled }) => isEnabled));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  return enabled.toSorted((one, other) => (one.name < other.name ? -1 : 1)).slice(0, PROVIDERS_OFFERED_MAX);
}

/** A change to an identity provider. Type and issuer never change: another issuer has other people. */
export interface IdentityProviderPatch {
  readonly name?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly trustedDomains?: readonly string[] | undefined;
  readonly forMembers?: boolean | undefined;
  readonly enabled?: boolean | undefined;
}

/**
 * Changes an identity provider. The caller needs what `createIdentityProvider` needs.
 * @throws DomainError `forbidden`; as `changeRecord` does
 */
export async function updateIdentityProvider(
  caller: ManagementCaller,
  id: string,
  patch: IdentityProviderPatch,
  expectedVersion: number | undefined,
  ports: Pick<Ports, 'records' | 'identityProviders' | 'providerSecretSealer'>,
): Promise<IdentityProvider> {
  assertHolds(caller, 'all');
  const { clientSecret } = patch;
  const sealed = clientSecret === undefined ? undefined : await ports.providerSecretSealer.seal(id, clientSecret);
  const change = (before: IdentityProvider): IdentityProvider => ({
    ...before,
    name: patch.name ?? before.name,
    clientId: patch.clientId ?? before.clientId,
    sealedSecret: sealed ?? before.sealedSecret,
    trustedDomains: lowerCase(patch.trustedDomains ?? before.trustedDomains),
    forMembers: patch.forMembers ?? before.forMembers,
    isEnabled: patch.enabled ?? before.isEnabled,
  });
  const key = identityProviderKey(id);
  return changeRecord({ key, expectedVersion, change }, { records: ports.records, directory: ports.identityProviders });
}

/**
 * Deletes an identity provider. Nobody logs in by it any more. The identities stay: they count again if a provider with
 * the same issuer is created.
 * @throws DomainError `forbidden`; `not_found`; `precondition_failed`; `conflict` if it changed meanwhile
 */
export async function deleteIdentityProvider(
  caller: ManagementCaller,
  id: string,
  expectedVersion: number | undefined,
  ports: Pick<Ports, 'records' | 'identityProviders'>,
): Promise<void> {
  assertHolds(caller, 'all');
  const provider = await getIdentityProvider(id, ports);
  assertVersion(provider, expectedVersion);
  if (!(await ports.identityProviders.remove(identityProviderKey(id), provider.version))) throw changedMeanwhile();
}

/**
 * The issuer of a new provider. An issuer that is known by name has rules of its own, so it has its own type, too.
 * @throws DomainError `invalid_request`
 */
function issuerOf({ type, issuer }: Pick<IdentityProviderRequest, 'type' | 'issuer'>): string {
  const known = type === 'oidc' ? undefined : KNOWN_ISSUERS[type];
  if (known !== undefined && (issuer === undefined || issuer === known)) return known;
  const namesakeType = Object.entries(KNOWN_ISSUERS).find(([, each]) => each === issuer?.replace(/\/$/, ''))?.[0];
  if (known === undefined && namesakeType !== undefined) {
    throw new DomainError('invalid_request', `This issuer has the type '${namesakeType}'.`, { field: 'issuer' });
  }
  if (known === undefined && issuer !== undefined && isFetchableUrl(issuer)) return issuer;
  const must = known === undefined ? 'must be an https URL of the public Internet' : `is ${known}, or left out`;
  throw new DomainError('invalid_request', `'issuer' ${must}.`, { field: 'issuer' });
}

function lowerCase(domains: readonly string[]): readonly string[] {
  return domains.map((domain) => domain.toLowerCase());
}
