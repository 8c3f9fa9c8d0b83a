import { type InteractionPorts, keepDecisions } from '#shared/domain/login/interactions.ts';
import { beginSession, endSession, type Login, type SessionPorts } from '#shared/domain/login/sessions.ts';
import type { Interaction } from '#shared/domain/people-records/interaction.ts';
import type { Session } from '#shared/domain/people-records/session.ts';
import { type Cookie, type FileBody, redirect } from '../reply/files.ts';
import type { OperationReply } from '../reply/replies.ts';
import type { Browser } from '../request/browser.ts';
import { interactionOver, sessionCookie, sessionOf } from './visit.ts';

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

/** Begins the session of a login in an interaction, and leads the person on. */
export async function logInAndGoOn(
  interaction: Interaction,
  login: Login,
  browser: Browser,
  ports: SessionPorts & Pick<InteractionPorts, 'interactions'> & { readonly issuer: string },
): Promise<OperationReply<200, FileBody>> {
  const { session, cookie } = await logIn(login, browser, ports);
  const decisions = { sessionId: session.id, loggedInAtSeconds: session.startedAtSeconds };
  const kept = await keepDecisions(interaction, decisions, ports);
  if (kept === undefined) return interactionOver(browser);
  const target = { userId: login.userId, sessionId: session.id };
  return redirect(pathAfterLogin(kept), { cookies: [cookie], target });
}

/** Where a person goes on after a login: to the questions of the request, or to a page of our own. */
function pathAfterLogin({ id, request, returnPath = '/account' }: Interaction): string {
  return request === undefined ? returnPath : `/authorize/${id}`;
}
