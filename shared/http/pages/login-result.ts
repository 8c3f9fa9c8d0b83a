import { beginSession, endSession, type Login, type SessionPorts } from '#shared/domain/login/sessions.ts';
import type { Interaction } from '#shared/domain/people-records/interaction.ts';
import type { Session } from '#shared/domain/people-records/session.ts';
import type { Cookie } from '../reply/files.ts';
import type { Browser } from '../request/browser.ts';
import { sessionCookie, sessionOf } from './visit.ts';

/**
 * Begins the session of a login. The old cookie is replaced, so that nobody can choose the session of another person, and
 * the session of the old cookie ends, so that no session lasts that its browser cannot end any more.
 */
export async function logIn(
  login: Login,
  browser: Browser,
  ports: SessionPorts & { readonly issuer: string },
): Promise<{ readonly session: Session; readonly cookie: Cookie }> {
  const before = await sessionOf(browser, ports.records.open('session before a login'), ports);
  const { session, cookie } = await beginSession(login, ports);
  if (before !== undefined) await endSession(before.session, ports);
  return { session, cookie: sessionCookie(cookie, ports) };
}

/** Where a person goes on after a login: to the questions of the request, or to a page of our own. */
export function pathAfterLogin({ id, request, returnPath = '/account' }: Interaction): string {
  return request === undefined ? returnPath : `/authorize/${id}`;
}
