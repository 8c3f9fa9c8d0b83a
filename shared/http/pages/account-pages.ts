import type { login } from '#shared/api/pages/login.ts';
import { notFound } from '#shared/domain/errors.ts';
import { readAccount } from '#shared/domain/login/account.ts';
import { formToken } from '#shared/domain/login/interactions.ts';
import { endSession, noteSessionUse } from '#shared/domain/login/sessions.ts';
import { accountPage } from '#shared/pages/account/account.ts';
import { deviceName } from '#shared/pages/device.ts';
import type { OperationsOf } from '../lambda.ts';
import { redirect, showPage } from '../reply/files.ts';
import { isOwnForm, receive, refuseForm, sessionOf } from './visit.ts';

/** Who is logged in, and where. */
export const accountPages = {
  account: async ({ browser }, ports) => {
    const visit = receive(browser, ports);
    const live = await sessionOf(browser, ports.records.open('account'), ports);
    if (live === undefined) return redirect('/login', { cookies: visit.cookies });
    await noteSessionUse(live.session, ports);
    const { user, session } = live;
    const account = await readAccount(user, ports);
    const page = accountPage({
      csrf: formToken(session.id, visit.secret, ports),
      person: { name: user.name, email: user.email },
      memberships: account.memberships,
      workspaceRoles: account.workspaceRoles,
      sessions: account.sessions.map(({ id, userAgent, source, startedAtSeconds, lastSeenAtSeconds }) => ({
        device: deviceName(userAgent),
        place: source,
        sinceSeconds: startedAtSeconds,
        lastSeenSeconds: lastSeenAtSeconds,
        isCurrent: id === session.id,
        endAction: `/account/sessions/${id}/end`,
      })),
      consents: [],
      logoutAction: '/logout',
      logoutEverywhereAction: '/logout/everywhere',
    });
    return showPage(page, { cookies: visit.cookies });
  },

  endSession: async ({ browser, params, body, auditAttempt }, ports) => {
    const visit = receive(browser, ports);
    const live = await sessionOf(browser, ports.records.open('account'), ports);
    if (live === undefined) return redirect('/login');
    if (!isOwnForm(live.session.id, { csrf: body.csrf, origin: browser.origin }, visit, ports))
      return refuseForm(browser);
    await auditAttempt({ userId: live.user.id });
    if (!(await endSession({ id: params.sessionId, userId: live.user.id }, ports))) throw notFound();
    return redirect('/account');
  },
} satisfies Partial<OperationsOf<typeof login>>;
