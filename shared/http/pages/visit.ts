import type { LiveSession } from '#shared/domain/access/live-session.ts';
import type { Digests, Random } from '#shared/domain/ambient.ts';
import { formToken, isBrowserSecret, newBrowserSecret } from '#shared/domain/login/interactions.ts';
import {
  findSession,
  noteSessionUse,
  type SessionPorts,
  type SessionReaderPorts,
} from '#shared/domain/login/sessions.ts';
import type { Look } from '#shared/domain/records/look.ts';
import { errorPage } from '#shared/pages/error.ts';
import { type Cookie, cookieName, type FileBody, redirect, showPage } from '../reply/files.ts';
import type { OperationReply } from '../reply/replies.ts';
import type { Browser } from '../request/browser.ts';

/** A year; the browser's secret binds pages to it and says nothing about the person. */
const BROWSER_SECONDS = 31_536_000;

/** One browser at our pages: its secret, and the cookies that it needs to get. */
export interface Visit {
  readonly secret: string;
  /** The cookie that the answer must set; empty if the browser has it already. */
  readonly cookies: readonly Cookie[];
}

interface Ports {
  readonly issuer: string;
  readonly random: Random;
}

/** Recognises a browser by its secret, or gives it one. */
export function receive({ cookies }: Browser, { issuer, random }: Ports): Visit {
  const name = cookieName('browser', issuer);
  const known = cookies[name];
  if (isBrowserSecret(known)) return { secret: known, cookies: [] };
  const secret = newBrowserSecret({ random });
  return { secret, cookies: [{ name, value: secret, maxAgeSeconds: BROWSER_SECONDS }] };
}

/** Finds the live session of a browser, and notes that it is used: every page that depends on a session asks here. */
export async function sessionOf(
  { cookies }: Browser,
  look: Look,
  ports: SessionReaderPorts & Pick<SessionPorts, 'sessions'> & Pick<Ports, 'issuer'>,
): Promise<LiveSession | undefined> {
  const live = await findSession(cookies[cookieName('session', ports.issuer)], look, ports);
  if (live !== undefined) await noteSessionUse(live.session, ports);
  return live;
}

/** The cookie of a session. It lasts until the browser closes, or until the session ends. */
export function sessionCookie(value: string, { issuer }: Pick<Ports, 'issuer'>): Cookie {
  return { name: cookieName('session', issuer), value };
}

/**
 * Whether a form comes from a page of ours in this browser: it has the token, which only such a page could contain, and
 * the browser names no other origin (Fetch, `Origin`).
 */
export function isOwnForm(
  about: string,
  { csrf, origin }: { readonly csrf: string | undefined; readonly origin: string | undefined },
  { secret }: Visit,
  { digests, issuer }: { readonly digests: Digests; readonly issuer: string },
): boolean {
  // Browsers say `null` for forms of pages with the policy `no-referrer`, as ours are. Then the token alone decides.
  if (origin !== undefined && origin !== 'null' && origin !== new URL(issuer).origin) return false;
  return csrf === formToken(about, secret, { digests });
}

/** A form of the account page: the person who sent it, or the answer to one that nobody logged in sent from there. */
type AccountForm =
  | { readonly visit: Visit; readonly live: LiveSession }
  | { readonly refusal: OperationReply<200, FileBody> };

/** Receives a form of the account page, which bears the token of the session. */
export async function receiveAccountForm(
  browser: Browser,
  csrf: string | undefined,
  ports: Parameters<typeof sessionOf>[2] & Ports & { readonly digests: Digests },
): Promise<AccountForm> {
  const visit = receive(browser, ports);
  const live = await sessionOf(browser, ports.records.open('account'), ports);
  if (live === undefined) return { refusal: redirect('/login') };
  const isOwn = isOwnForm(live.session.id, { csrf, origin: browser.origin }, visit, ports);
  return isOwn ? { visit, live } : { refusal: refuseForm(browser) };
}

/** Refuses a form that does not come from a page of ours in this browser. */
export function refuseForm({ requestId }: Browser): OperationReply<200, FileBody> {
  return showPage(errorPage({ error: 'forged', requestId }));
}

/** Says that an interaction is over, or began in another browser. */
export function interactionOver({ requestId }: Browser): OperationReply<200, FileBody> {
  return showPage(errorPage({ error: 'interactionOver', requestId }));
}
