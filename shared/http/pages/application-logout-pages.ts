import type { login } from '#shared/api/pages/login.ts';
import type { LiveSession } from '#shared/domain/access/live-session.ts';
import {
  hintedSession,
  type LogoutRequest,
  readLogout,
  type SoundLogout,
} from '#shared/domain/login/application-logout.ts';
import { formToken } from '#shared/domain/login/interactions.ts';
import { endSession } from '#shared/domain/login/sessions.ts';
import { errorPage } from '#shared/pages/error.ts';
import { loggedOutPage, logoutPage } from '#shared/pages/login/logout.ts';
import type { PortsOf } from '#shared/ports.ts';
import type { OperationsOf } from '../lambda.ts';
import { type FileBody, redirect, showPage } from '../reply/files.ts';
import type { OperationReply } from '../reply/replies.ts';
import type { Browser } from '../request/browser.ts';
import { withParameters } from './authorization-answer.ts';
import { receive, sessionCookie, sessionOf } from './visit.ts';

type Ports = PortsOf<(typeof login)['grants'][number]>;

/** The parameters of a logout request, by the names of the specification. */
interface Asked {
  readonly id_token_hint?: string | undefined;
  readonly client_id?: string | undefined;
  readonly post_logout_redirect_uri?: string | undefined;
  readonly state?: string | undefined;
}

/** What a request asks for, and the session of its browser. */
interface Arrival {
  readonly sound: SoundLogout;
  readonly live: LiveSession | undefined;
}

type AuditAttempt = (target: Readonly<Record<string, string>>) => Promise<void>;

/** Logout at the request of an application. An ID token vouches for the request; without one, the person is asked. */
export const applicationLogoutPages = {
  logoutByApplication: async ({ browser, query, auditAttempt }, ports) => {
    const arrival = await arrive(browser, query, ports);
    if (arrival === undefined) return refuse(browser);
    const ended = await endHinted(arrival, auditAttempt, ports);
    const { live, sound } = arrival;
    if (live === undefined || ended) return leaveAfterLogout(sound, query, live, ports);
    const visit = receive(browser, ports);
    const csrf = formToken(live.session.id, visit.secret, ports);
    const page = logoutPage({
      action: '/logout',
      csrf,
      email: live.user.email,
      stayHref: '/account',
      kept: kept(sound, query),
    });
    return showPage(page, { cookies: visit.cookies });
  },

  logoutByApplicationForm: async ({ browser, body, auditAttempt }, ports) => {
    const arrival = await arrive(browser, body, ports);
    if (arrival === undefined) return refuse(browser);
    if (await endHinted(arrival, auditAttempt, ports)) {
      return leaveAfterLogout(arrival.sound, body, arrival.live, ports);
    }
    // A form of another site comes without the session's cookie. A link brings it, and then we know whether to ask.
    return redirect(`/oauth/logout?${new URLSearchParams(kept(arrival.sound, body))}`);
  },
} satisfies Partial<OperationsOf<typeof login>>;

/** Reads a request, without its hint if that is not valid; undefined for an unknown URI to return to. */
async function arrive(browser: Browser, asked: Asked, ports: Ports): Promise<Arrival | undefined> {
  const look = ports.records.open('logout');
  const [sound, live] = await Promise.all([readLogout(requestIn(asked), look, ports), sessionOf(browser, look, ports)]);
  return sound && { sound, live };
}

/** The request as the domain reads it. An empty parameter counts as absent. */
export function requestIn(asked: Asked): LogoutRequest {
  return {
    idTokenHint: asked.id_token_hint || undefined,
    clientId: asked.client_id || undefined,
    redirectUri: asked.post_logout_redirect_uri || undefined,
  };
}

/** The parameters that a page keeps while it asks. The ID token is not among them. */
function kept({ clientId = '', redirectUri = '' }: SoundLogout, { state = '' }: Asked): Record<string, string> {
  const all = Object.entries({ client_id: clientId, post_logout_redirect_uri: redirectUri, state });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

async function endHinted({ sound, live }: Arrival, auditAttempt: AuditAttempt, ports: Ports): Promise<boolean> {
  const session = hintedSession(sound.hint, live);
  if (session === undefined) return false;
  await auditAttempt({ userId: session.userId, sessionId: session.id });
  await endSession(session, ports);
  return true;
}

function leaveAfterLogout(
  { redirectUri }: SoundLogout,
  { state }: Asked,
  live: LiveSession | undefined,
  ports: Pick<Ports, 'issuer'>,
): OperationReply<200, FileBody> {
  const cookies = live === undefined ? [] : [sessionCookie('', ports)];
  if (redirectUri === undefined) return showPage(loggedOutPage({ loginHref: '/login' }), { cookies });
  return redirect(addressAfterLogout(redirectUri, state), { cookies });
}

/** Where a person goes after the logout: the application's URI, with the `state` that it sent. */
export function addressAfterLogout(redirectUri: string, state: string | undefined): string {
  return state === undefined || state === '' ? redirectUri : withParameters(redirectUri, { state }, '?');
}

function refuse({ requestId }: Browser): OperationReply<200, FileBody> {
  const detail = 'The post_logout_redirect_uri is not registered for the application of client_id or id_token_hint.';
  return showPage(errorPage({ error: 'wrongRedirect', detail, requestId }));
}
