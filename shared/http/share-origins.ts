import type { MiddlewareObj } from '@middy/core';
import { isPublicDocument, MANAGEMENT_PREFLIGHTS, type Route } from '#shared/api/table.ts';
import type { Clock } from '#shared/domain/ambient.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import { settingsIn } from '#shared/domain/records/settings.ts';
import { isPageOfClient } from './caller/page-of-client.ts';
import { done, type GatewayReply } from './reply/replies.ts';
import type { Incoming } from './request/incoming.ts';
import { within } from './within.ts';

/** The name of the operation that answers the preflight of a browser. */
export const PREFLIGHT = 'preflight';

const PREFLIGHT_MAX_AGE_SECONDS = 86_400;

/** How long a process uses the list of allowed origins that it has read. */
const ORIGINS_SECONDS = 10;

/** How long an answer waits for the list. */
const ORIGINS_MILLISECONDS = 1_000;

/** `records` is absent in functions that read no records. */
interface Ports {
  readonly records?: RecordReader | undefined;
  readonly clock: Clock;
}

/** Describes the preflights of the management API, which need no credentials. */
export const managementPreflight: Route = preflightOf({ path: MANAGEMENT_PREFLIGHTS, errors: 'problem' });

/**
 * Answers a preflight. `shareDocuments` and `shareWithAllowedOrigins` add the headers.
 * @throws DomainError `temporarily_unavailable` if the allowed origins of the management API cannot be read
 */
export async function preflight({ route, headers }: Incoming, ports: Ports) {
  if (route === managementPreflight && headers.origin !== undefined) await allowedOrigins(ports);
  return done(204);
}

/** Describes the preflight of a public document, or of others: OPTIONS at its path, which needs no credentials. */
export function preflightOf({ path, errors, isForPages }: Pick<Route, 'path' | 'errors' | 'isForPages'>): Route {
  const reply = { status: 204, description: 'The methods and headers that a browser may use' } as const;
  return { method: 'GET', path, summary: 'Answer a preflight', caller: 'anyone', errors, isForPages, reply };
}

/** Lets the pages of all origins read public documents, without credentials (L10). */
export function shareDocuments(): MiddlewareObj<Incoming, GatewayReply> {
  const share = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response == null || !isAboutDocument(event)) return;
    Object.assign(response.headers, event.operation === PREFLIGHT ? preflightHeaders : documentHeaders);
  };
  return { after: share, onError: share };
}

/**
 * Lets the pages of the origins in the settings call the management API. They send a token of their own in a header:
 * cookies and other credentials of a browser mean nothing here. If the settings cannot be read, an answer stays as it is,
 * without these headers.
 */
export function shareWithAllowedOrigins(ports: () => Ports): MiddlewareObj<Incoming, GatewayReply> {
  const share = async ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response == null || !isOnManagementPath(event) || isAboutDocument(event)) return;
    const { origin } = event.headers;
    if (origin === undefined) return;
    Object.assign(response.headers, { vary: 'Origin' });
    const listed: readonly string[] = await allowedOrigins(ports()).catch(() => []);
    if (!listed.includes(origin)) return;
    const others = event.operation === PREFLIGHT ? managementPreflightHeaders : managementHeaders;
    Object.assign(response.headers, { 'access-control-allow-origin': origin, ...others });
  };
  return { after: share, onError: share };
}

/**
 * Lets the pages of a client read what the OAuth endpoints answer the client (M19). Who calls is known only with the
 * request itself, so pages of all origins may send one; cookies mean nothing here. If the client cannot be read, an
 * answer stays as it is, without these headers.
 */
export function shareWithPagesOfClient(ports: () => Ports): MiddlewareObj<Incoming, GatewayReply> {
  const share = async ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response == null || event.route?.isForPages !== true) return;
    Object.assign(response.headers, { vary: 'Origin' });
    const { origin } = event.headers;
    if (origin === undefined || origin === 'null') return;
    const isPreflight = event.operation === PREFLIGHT;
    if (!isPreflight && !(await isPageOfClient(origin, event, ports()).catch(() => false))) return;
    const others = isPreflight ? clientPreflightHeaders : managementHeaders;
    Object.assign(response.headers, { 'access-control-allow-origin': origin, ...others });
  };
  return { after: share, onError: share };
}

/** Whether a request is for a path of the management API. A request that could not be read has no path. */
export function isOnManagementPath({ pathTemplate }: Partial<Incoming>): boolean {
  return pathTemplate?.startsWith('/v1/') === true;
}

function isAboutDocument({ route }: Incoming): boolean {
  if (route === undefined || route === managementPreflight || route.isForPages === true) return false;
  return isPublicDocument(route);
}

interface RememberedOrigins {
  readonly reading: Promise<readonly string[]>;
  readonly endsAtSeconds: number;
}

/** The list that a process read last, by its reader. So an origin that is not listed costs no read of its own. */
const remembered = new WeakMap<RecordReader, RememberedOrigins>();

/** Reads the allowed origins. @throws DomainError `temporarily_unavailable` */
function allowedOrigins({ records, clock }: Ports): Promise<readonly string[]> {
  if (records === undefined) return Promise.resolve([]);
  const now = clock.nowSeconds();
  const known = remembered.get(records);
  if (known !== undefined && now < known.endsAtSeconds) return within(ORIGINS_MILLISECONDS, known.reading);
  const reading = settingsIn(records.open('allowed origins')).then((settings) => settings.allowedOrigins);
  remembered.set(records, { reading, endsAtSeconds: now + ORIGINS_SECONDS });
  // A failure is not remembered.
  void reading.catch(() => remembered.delete(records));
  return within(ORIGINS_MILLISECONDS, reading);
}

const managementHeaders = {
  'access-control-expose-headers':
    'DPoP-Nonce, ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id',
};

const MANAGEMENT_PREFLIGHT_MAX_AGE_SECONDS = 600;

const managementPreflightHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'Accept, Authorization, Content-Type, DPoP, Idempotency-Key, If-Match',
  'access-control-max-age': String(MANAGEMENT_PREFLIGHT_MAX_AGE_SECONDS),
};

/** Libraries add headers of their own. Authorization must be named, because `*` leaves it out (Fetch §3.2.5). */
const clientPreflightHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST',
  'access-control-allow-headers': '*, Authorization',
  'access-control-max-age': String(MANAGEMENT_PREFLIGHT_MAX_AGE_SECONDS),
};

const documentHeaders = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };

const preflightHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': '*',
  'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
};

/** Leaves the body out of the answer to HEAD (RFC 9110 §9.3.2). */
export function leaveOutBody(): MiddlewareObj<Incoming, GatewayReply> {
  const leaveOut = (request: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (request.event.method !== 'HEAD' || request.response == null) return;
    request.response = { ...request.response, body: '' };
  };
  return { after: leaveOut, onError: leaveOut };
}
