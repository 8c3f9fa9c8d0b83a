import type { login } from '#shared/api/pages/login.ts';
import { readLogout } from '#shared/domain/login/application-logout.ts';
import { formToken } from '#shared/domain/login/interactions.ts';
import { endSession, signOutEverywhere } from '#shared/domain/login/sessions.ts';
import { leavePage } from '#shared/pages/authorization/leave.ts';
import { loggedOutPage, logoutPage } from '#shared/pages/login/logout.ts';
import type { OperationsOf } from '../lambda.ts';
import { showPage } from '../reply/files.ts';
import { addressAfterLogout, requestIn } from './application-logout-pages.ts';
import { isOwnForm, receive, refuseForm, sessionCookie, sessionOf } from './visit.ts';

/** Logging out. A link alone logs nobody out, because another site could open it. */
export const logoutPages = {
  logoutPage: async ({ browser }, ports) => {
    const visit = receive(browser, ports);
    const live = await sessionOf(browser, ports.records.open('logout'), ports);
    if (live === undefined) return showPage(loggedOutPage({ loginHref: '/login' }));
    const csrf = formToken(live.session.id, visit.secret, ports);
    const page = logoutPage({ action: '/logout', csrf, email: live.user.email, stayHref: '/account' });
    return showPage(page, { cookies: visit.cookies });
  },

  logout: async ({ browser, body, auditAttempt }, ports) => {
    const live = await sessionOf(browser, ports.records.open('logout'), ports);
    // A form of another site comes without the session's cookie. It must not take the cookie away either.
    if (live === undefined) return showPage(loggedOutPage({ loginHref: '/login' }));
    const { session, user } = live;
    const visit = receive(browser, ports);
    if (!isOwnForm(session.id, { csrf: body.csrf, origin: browser.origin }, visit, ports)) return refuseForm(browser);
    await auditAttempt({ userId: user.id, sessionId: session.id });
    await endSession(session, ports);
    const sound = await readLogout(requestIn(body), ports.records.open('logout'), ports);
    const page =
      sound?.redirectUri === undefined
        ? loggedOutPage({ loginHref: '/login' })
        : leavePage({ to: addressAfterLogout(sound.redirectUri, body.state) });
    return showPage(page, { cookies: [sessionCookie('', ports)] });
  },

  logoutEverywhere: async ({ browser, body, auditAttempt }, ports) => {
    const live = await sessionOf(browser, ports.records.open('logout'), ports);
    if (live === undefined) return showPage(loggedOutPage({ loginHref: '/login' }));
    const { session, user } = live;
    const visit = receive(browser, ports);
    if (!isOwnForm(session.id, { csrf: body.csrf, origin: browser.origin }, visit, ports)) return refuseForm(browser);
    await auditAttempt({ userId: user.id });
    await signOutEverywhere(user.id, ports);
    return showPage(loggedOutPage({ loginHref: '/login' }), { cookies: [sessionCookie('', ports)] });
  },
} satisfies Partial<OperationsOf<typeof login>>;
