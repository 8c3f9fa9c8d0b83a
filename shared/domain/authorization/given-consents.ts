import { assertVersion, changedMeanwhile, notFound } from '../errors.ts';
import { type Consent, consentKey, consentList } from '../people-records/consent.ts';
import type { DirectoryWriter } from '../records/change-record.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { apiRecordKey } from '../records/permissions.ts';
import { exists, tenantKey } from '../records/principals.ts';
import { isVerified } from '../registration/registration.ts';

/** Removes consents. The condition of each removal is the version of the consent. */
export type ConsentRemover = Pick<DirectoryWriter<'consent'>, 'remove'>;

/** The ports that read consents. */
export interface ConsentReaderPorts {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
}

/** A consent with the names by which a person knows what it is about. */
export interface GivenConsent {
  readonly consent: Consent;
  readonly applicationName: string;
  /** Whether pages vouch for the application. */
  readonly isVerified: boolean;
  /** Undefined for a consent that only tells the application who the person is. */
  readonly api: { readonly name: string; readonly identifier: string } | undefined;
  readonly tenantName: string | undefined;
}

/** Consents that are read together in the search for one of them. */
const SEARCH_PAGE = 100;

/** How many pages a search for a consent reads. No person gives as many consents as these hold. */
const SEARCH_PAGES_MAX = 20;

/**
 * Lists the consents that a user gave and that still count, a page at a time. A consent to an application, API or tenant
 * that was deleted permits nothing and is left out, so a page may be short.
 * @throws DomainError `invalid_request` if the cursor is malformed
 */
export async function listGivenConsents(
  userId: string,
  page: PageRequest,
  { records, directoryList }: ConsentReaderPorts,
): Promise<Page<GivenConsent>> {
  const { items, nextCursor } = await directoryList.list(consentList(userId), page);
  const look = records.open(`consents of ${userId}`);
  const given = await Promise.all(items.map((consent) => withNames(consent, look)));
  return { items: given.filter((consent) => consent !== undefined), nextCursor };
}

async function withNames(listed: Consent, look: Look): Promise<GivenConsent | undefined> {
  const { clientId, apiId, tenantId } = listed;
  const [consent, client, api, tenant] = await Promise.all([
    // The list may be older than the consent.
    look.find(consentKey(listed)),
    look.client(clientId),
    apiId === undefined ? undefined : look.find(apiRecordKey(apiId)),
    tenantId === undefined ? undefined : look.find(tenantKey(tenantId)),
  ]);
  const isOver = (apiId !== undefined && api === undefined) || (tenantId !== undefined && !exists(tenant));
  if (consent?.id !== listed.id || client === undefined || isOver) return undefined;
  const application = { applicationName: client.description, isVerified: isVerified(client) };
  return { consent, ...application, api, tenantName: tenant?.name };
}

/**
 * Ends a consent. Every token and family that depends on it is inactive from then on, and stays so if the user consents
 * again, because the new consent has another id.
 * @throws DomainError `not_found`, also for the consent of another user; `precondition_failed` for another version than
 * expected; `conflict` if the user decides in another window at the same time
 */
export async function endConsent(
  { userId, consentId, expectedVersion }: ConsentToEnd,
  { records, directoryList, consentRemover }: ConsentReaderPorts & { readonly consentRemover: ConsentRemover },
): Promise<void> {
  const listed = await findListed(userId, consentId, directoryList);
  if (listed === undefined) throw notFound();
  const key = consentKey(listed);
  const consent = await records.open(`end of ${consentId}`).find(key);
  if (consent?.id !== consentId) throw notFound();
  assertVersion(consent, expectedVersion);
  if (!(await consentRemover.remove(key, consent.version))) throw changedMeanwhile();
}

/** Names a consent of a user, and the version that is meant. */
export interface ConsentToEnd {
  readonly userId: string;
  readonly consentId: string;
  readonly expectedVersion?: number | undefined;
}

/** Finds a consent by its id. Consents are kept by what they are about, so the list of the user is searched. */
async function findListed(
  userId: string,
  consentId: string,
  directoryList: DirectoryLister,
): Promise<Consent | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < SEARCH_PAGES_MAX; page += 1) {
    const { items, nextCursor } = await directoryList.list(consentList(userId), { limit: SEARCH_PAGE, cursor });
    const found = items.find(({ id }) => id === consentId);
    if (found !== undefined || nextCursor === undefined) return found;
    cursor = nextCursor;
  }
  return undefined;
}
